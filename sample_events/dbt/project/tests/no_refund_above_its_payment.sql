-- Nobody gets back more than was paid.
select refunds.refund_id
from {{ ref('stg_refunds') }} as refunds
join {{ ref('stg_payments') }} as payments on payments.payment_id = refunds.payment_id
where refunds.amount > payments.amount
