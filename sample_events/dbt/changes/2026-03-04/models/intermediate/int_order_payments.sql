with paid as (
    select
        order_id,
        sum(amount) as paid_amount,
        max(method) as payment_method,
        min(paid_at) as first_paid_at
    from {{ ref('stg_payments') }}
    group by order_id
),

returned as (
    select
        payments.order_id,
        sum(refunds.amount) as refunded_amount
    from {{ ref('stg_refunds') }} as refunds
    join {{ ref('stg_payments') }} as payments on payments.payment_id = refunds.payment_id
    group by payments.order_id
)

select
    paid.order_id,
    paid.payment_method,
    paid.first_paid_at,
    paid.paid_amount,
    coalesce(returned.refunded_amount, 0) as refunded_amount,
    paid.paid_amount - coalesce(returned.refunded_amount, 0) as net_amount
from paid
left join returned on returned.order_id = paid.order_id
