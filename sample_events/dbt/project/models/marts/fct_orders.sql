{{ config(materialized='incremental', unique_key='order_id', incremental_strategy='delete+insert') }}

select
    orders.order_id,
    orders.customer_id,
    orders.ordered_on,
    orders.status,
    totals.pieces,
    totals.order_total,
    payments.paid_amount,
    payments.refunded_amount,
    payments.net_amount
from {{ ref('stg_orders') }} as orders
join {{ ref('int_order_totals') }} as totals on totals.order_id = orders.order_id
left join {{ ref('int_order_payments') }} as payments on payments.order_id = orders.order_id
