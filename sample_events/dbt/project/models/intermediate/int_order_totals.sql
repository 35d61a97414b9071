select
    items.order_id,
    sum(items.quantity) as pieces,
    sum(items.quantity * products.price) as order_total
from {{ ref('stg_order_items') }} as items
join {{ ref('stg_products') }} as products on products.product_id = items.product_id
group by items.order_id
