with spent as (
    select
        customer_id,
        count(order_id) as order_count,
        sum(net_amount) as lifetime_value,
        max(ordered_on) as last_ordered_on
    from {{ ref('fct_orders') }}
    group by customer_id
)

select
    customers.customer_id,
    customers.customer_name,
    customers.email,
    customers.country,
    coalesce(spent.order_count, 0) as order_count,
    coalesce(spent.lifetime_value, 0) as lifetime_value,
    spent.last_ordered_on
from {{ ref('stg_customers') }} as customers
left join spent on spent.customer_id = customers.customer_id
