"""Two DAGs of a small shop: what will be asked for tomorrow, and what to order for it.

Only the standard library is used. The shop's files are below ``$SHOP_HOME``.
"""

from __future__ import annotations

import csv
import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from statistics import fmean, linear_regression

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Asset, dag, task

HOME = Path(os.environ.get("SHOP_HOME", "/srv/shop"))


def file(path: str) -> Asset:
    """One of the shop's files as an asset, for `inlets` and `outlets`."""
    return Asset(name=path, uri=f"file://{HOME / path}")


ORDERS_API = file("api/orders.json")
WEATHER_API = file("api/weather.json")
SUPPLIERS_API = file("api/suppliers.json")
ORDERS_LANDED = file("landing/orders.json")
WEATHER_LANDED = file("landing/weather.json")
ORDERS = file("warehouse/orders.csv")
WEATHER = file("warehouse/weather.csv")
FEATURES = file("features/daily_demand.csv")
MODEL = file("models/demand.json")
METRICS = file("models/demand_metrics.json")
FORECAST = file("reports/forecast.csv")
PURCHASES = file("reports/purchase_plan.csv")
SENT = file("outbox/purchase_plan.csv")


def read_json(path: str) -> list[dict]:
    return json.loads((HOME / path).read_text(encoding="utf-8"))


def write_json(path: str, value: object) -> None:
    (HOME / path).parent.mkdir(parents=True, exist_ok=True)
    (HOME / path).write_text(json.dumps(value), encoding="utf-8")


def read_csv(path: str) -> list[dict[str, str]]:
    with (HOME / path).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def write_csv(path: str, rows: list[dict]) -> None:
    (HOME / path).parent.mkdir(parents=True, exist_ok=True)
    with (HOME / path).open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@dag(
    dag_id="demand_forecast",
    description="From the shop's orders and the weather to tomorrow's demand.",
    schedule="0 5 * * *",
    start_date=datetime(2026, 3, 1),
    catchup=False,
    default_args={"owner": "data-team", "retries": 1, "retry_delay": timedelta(0)},
    tags=["shop", "ml"],
)
def demand_forecast() -> None:
    @task(inlets=[ORDERS_API], outlets=[ORDERS_LANDED])
    def extract_orders() -> None:
        write_json("landing/orders.json", read_json("api/orders.json"))

    @task(inlets=[WEATHER_API], outlets=[WEATHER_LANDED])
    def extract_weather() -> None:
        write_json("landing/weather.json", read_json("api/weather.json"))

    @task(inlets=[ORDERS_LANDED], outlets=[ORDERS])
    def load_orders() -> None:
        write_csv("warehouse/orders.csv", read_json("landing/orders.json"))

    @task(inlets=[WEATHER_LANDED], outlets=[WEATHER])
    def load_weather() -> None:
        write_csv("warehouse/weather.csv", read_json("landing/weather.json"))

    @task(inlets=[ORDERS, WEATHER], outlets=[FEATURES])
    def build_features() -> None:
        pieces: dict[str, int] = {}
        for order in read_csv("warehouse/orders.csv"):
            pieces[order["day"]] = pieces.get(order["day"], 0) + int(order["pieces"])
        weather = {row["day"]: float(row["temp_c"]) for row in read_csv("warehouse/weather.csv")}
        write_csv(
            "features/daily_demand.csv",
            [
                {"day": day, "temp_c": weather[day], "pieces": count}
                for day, count in sorted(pieces.items())
            ],
        )

    @task(inlets=[FEATURES], outlets=[MODEL, METRICS])
    def train_model() -> None:
        rows = read_csv("features/daily_demand.csv")
        warmth = [float(row["temp_c"]) for row in rows]
        pieces = [float(row["pieces"]) for row in rows]
        slope, intercept = linear_regression(warmth, pieces)
        errors = [abs(slope * x + intercept - y) for x, y in zip(warmth, pieces, strict=True)]
        write_json("models/demand.json", {"slope": slope, "intercept": intercept})
        write_json("models/demand_metrics.json", {"mean_absolute_error": fmean(errors)})

    @task(inlets=[MODEL, WEATHER], outlets=[FORECAST])
    def forecast() -> None:
        model = json.loads((HOME / "models/demand.json").read_text(encoding="utf-8"))
        latest = read_csv("warehouse/weather.csv")[-1]
        pieces = model["slope"] * float(latest["temp_c"]) + model["intercept"]
        write_csv("reports/forecast.csv", [{"after": latest["day"], "pieces": round(pieces, 1)}])

    features = build_features()
    extract_orders() >> load_orders() >> features
    extract_weather() >> load_weather() >> features
    features >> train_model() >> forecast()


@dag(
    dag_id="purchase_plan",
    description="What to order from whom, from the newest forecast there is.",
    schedule="0 7 * * *",
    start_date=datetime(2026, 3, 1),
    catchup=False,
    default_args={"owner": "buying-team"},
    tags=["shop"],
)
def purchase_plan() -> None:
    @task(inlets=[FORECAST, SUPPLIERS_API], outlets=[PURCHASES])
    def plan_purchases() -> None:
        pieces = float(read_csv("reports/forecast.csv")[0]["pieces"])
        write_csv(
            "reports/purchase_plan.csv",
            [
                {"supplier": supplier["name"], "pieces": round(pieces * supplier["share"])}
                for supplier in read_json("api/suppliers.json")
            ],
        )

    send_plan = BashOperator(
        task_id="send_plan",
        bash_command=(
            'mkdir -p "$SHOP_HOME/outbox" && '
            'cp "$SHOP_HOME/reports/purchase_plan.csv" "$SHOP_HOME/outbox/purchase_plan.csv"'
        ),
        inlets=[PURCHASES],
        outlets=[SENT],
    )
    plan_purchases() >> send_plan


demand_forecast()
purchase_plan()
