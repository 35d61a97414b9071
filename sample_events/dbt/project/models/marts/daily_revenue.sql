select
    ordered_on,
    count(order_id) as orders,
    sum(net_amount) as revenue,
    sum(refunded_amount) as refunds
from {{ ref('fct_orders') }}
group by ordered_on
