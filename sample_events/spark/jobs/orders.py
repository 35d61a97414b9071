"""Orders and customers joined into a table of the catalogue."""

import os

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

HOME = os.environ["SHOP_HOME"]

spark = SparkSession.builder.appName("orders").enableHiveSupport().getOrCreate()
spark.sql("create database if not exists sales")
orders = spark.read.csv(
    f"{HOME}/landing/orders.csv",
    header=True,
    schema="order_id int, customer_id int, ordered_on date, amount string",
)
customers = spark.read.parquet(f"{HOME}/lake/customers")
joined = orders.join(customers, "customer_id").select(
    "order_id",
    "customer_id",
    "ordered_on",
    # An amount that is not a number stops the job, too.
    f.col("amount").cast("double").alias("amount"),
    f.upper("country").alias("country"),
    f.sha2("email", 256).alias("email_hash"),
)
joined.write.mode("overwrite").format("parquet").saveAsTable("sales.orders")
spark.stop()
