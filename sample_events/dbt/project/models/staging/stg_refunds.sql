select
    refund_id,
    payment_id,
    amount_cents / 100.0 as amount,
    refunded_at
from {{ source('raw', 'raw_refunds') }}
