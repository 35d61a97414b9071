select
    customer_id,
    name as customer_name,
    lower(email) as email,
    upper(country) as country,
    signed_up_on
from {{ source('raw', 'raw_customers') }}
