{# The "import, then rename" style of many dbt projects: see the README for what it does to column lineage. #}
with source as (
    select * from {{ source('raw', 'raw_products') }}
),

renamed as (
    select
        product_id,
        name as product_name,
        category,
        price_cents / 100.0 as price
    from source
)

select product_id, product_name, category, price
from renamed
