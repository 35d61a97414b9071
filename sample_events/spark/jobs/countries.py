"""Visits and orders to what each country buys: a table of the catalogue in SQL, and an export."""

import os

from pyspark.sql import SparkSession

HOME = os.environ["SHOP_HOME"]

spark = SparkSession.builder.appName("countries").enableHiveSupport().getOrCreate()
spark.read.parquet(f"{HOME}/lake/visits").createOrReplaceTempView("visits")
spark.sql(
    """
    create table if not exists sales.countries (
        country string, orders bigint, revenue double, visits bigint, orders_per_visit double
    ) using parquet
    """
)
spark.sql(
    """
    insert overwrite table sales.countries
    with ordered as (
        select country, customer_id, count(order_id) as orders, sum(amount) as revenue
        from sales.orders
        group by country, customer_id
    ),
    visited as (
        select customer_id, count(visit) as visits, sum(reached_basket) as baskets
        from visits
        group by customer_id
    )
    select
        country,
        sum(orders) as orders,
        sum(revenue) as revenue,
        sum(visits) as visits,
        sum(orders) / sum(visits) as orders_per_visit
    from ordered
    left join visited using (customer_id)
    group by country
    """
)
spark.table("sales.countries").orderBy("country").coalesce(1).write.mode("overwrite").json(
    f"{HOME}/exports/countries"
)
spark.stop()
