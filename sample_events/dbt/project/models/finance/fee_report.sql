with fees as (
    select
        paid_on,
        payment_method,
        amount,
        case payment_method
            when 'card' then amount * 0.014
            when 'paypal' then amount * 0.025
            else 0
        end as fee
    from {{ ref('payment_mix') }}
)

select
    fees.paid_on,
    sum(fees.amount) as amount,
    sum(fees.fee) as fees,
    max(revenue.revenue) as revenue
from fees
left join {{ ref('daily_revenue') }} as revenue on revenue.ordered_on = fees.paid_on
group by fees.paid_on
