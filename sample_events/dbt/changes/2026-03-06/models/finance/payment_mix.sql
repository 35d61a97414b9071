select
    cast(paid_at as date) as paid_on,
    method as payment_method,
    count(payment_id) as payments,
    sum(amount) as amount
from {{ ref('stg_payments') }}
group by cast(paid_at as date), method
