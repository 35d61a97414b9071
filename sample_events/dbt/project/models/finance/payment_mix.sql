select
    cast(paid_at as date) as paid_on,
    payment_method,
    count(payment_id) as payments,
    sum(amount) as amount
from {{ ref('stg_payments') }}
group by cast(paid_at as date), payment_method
