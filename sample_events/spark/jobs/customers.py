"""The customers, once a week: a CSV file in, a folder of Parquet files out."""

import os

from pyspark.sql import SparkSession

HOME = os.environ["SHOP_HOME"]

spark = SparkSession.builder.appName("customers").getOrCreate()
customers = spark.read.csv(
    f"{HOME}/landing/customers.csv",
    header=True,
    schema="customer_id int, email string, country string",
)
customers.coalesce(1).write.mode("overwrite").parquet(f"{HOME}/lake/customers")
spark.stop()
