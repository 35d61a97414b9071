"""Clicks of the web shop to visits: a CSV file in, a folder of Parquet files out."""

import os

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

HOME = os.environ["SHOP_HOME"]

spark = SparkSession.builder.appName("sessions").getOrCreate()
clicks = spark.read.csv(
    f"{HOME}/landing/clicks.csv",
    header=True,
    schema="visit string, customer string, clicked_at timestamp, page string",
)
# ANSI SQL, Spark's default: a customer that is not a number stops the job (the second day).
visits = clicks.groupBy("visit", f.col("customer").cast("int").alias("customer_id")).agg(
    f.min("clicked_at").alias("started_at"),
    f.count("page").alias("clicks"),
    f.max(f.when(f.col("page") == "basket", 1).otherwise(0)).alias("reached_basket"),
)
visits.write.mode("overwrite").parquet(f"{HOME}/lake/visits")
spark.stop()
