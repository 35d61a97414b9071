select
    order_id,
    product_id,
    quantity
from {{ source('raw', 'raw_order_items') }}
