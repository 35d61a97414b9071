"""Make ``events.ndjson``: a week of two Airflow DAGs, run for real with `airflow dags test`.

    python3 make_sample.py [events.ndjson]

Needs Python 3.11, `faketime`, and a package index for pip. Everything else is put in a
temporary folder (about 600 MB) and removed at the end; `--keep FOLDER` works there and keeps it.
"""

from __future__ import annotations

import json
import math
import random
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import kit  # noqa: E402

REQUIREMENTS = ("apache-airflow==3.3.2", "apache-airflow-providers-openlineage==2.20.3")
DAYS = tuple(date(2026, 3, 2) + timedelta(days=number) for number in range(7))
BROKEN = date(2026, 3, 5)


def write_api(folder: Path, today: date) -> None:
    """Write what the three services answer on a day: the last two weeks up to yesterday."""
    chance = random.Random(str(today))
    folder.mkdir(parents=True, exist_ok=True)
    orders: list[dict[str, object]] = []
    weather: list[dict[str, object]] = []
    # On one day the weather service answers with another name for the temperature.
    warmth = "temperature" if today == BROKEN else "temp_c"
    for back in range(14, 0, -1):
        day = today - timedelta(days=back)
        degrees = round(8 + 5 * math.sin(day.toordinal() / 2), 1)
        weather.append({"day": str(day), warmth: degrees})
        for number in range(chance.randint(3, 6)):
            pieces = max(1, round(degrees / 3) + chance.randint(0, 2))
            orders.append({"order_id": f"{day}-{number}", "day": str(day), "pieces": pieces})
    suppliers = [{"name": "Northern Pots", "share": 0.6}, {"name": "Lamp & Co", "share": 0.4}]
    for name, answer in (("orders", orders), ("weather", weather), ("suppliers", suppliers)):
        (folder / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")


def make(work: Path, target: Path) -> None:
    """Run the week in a work folder and put the log in place."""
    programs = kit.virtual_environment(work / "venv", *REQUIREMENTS)
    for name in ("shop", "airflow"):
        shutil.rmtree(work / name, ignore_errors=True)
    shutil.copytree(HERE / "dags", work / "airflow" / "dags")
    log = work / "airflow" / "events.ndjson"
    env = kit.environment(
        programs,
        HOME=str(work / "airflow"),
        AIRFLOW_HOME=str(work / "airflow"),
        SHOP_HOME=str(work / "shop"),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__API__BASE_URL="https://airflow.shop.example",
        AIRFLOW__OPENLINEAGE__NAMESPACE="shop-airflow",
        AIRFLOW__OPENLINEAGE__TRANSPORT=json.dumps(
            {"type": "file", "log_file_path": str(log), "append": True}
        ),
    )
    kit.run_at("2026-03-01 12:00:00", ["airflow", "db", "migrate"], folder=work, env=env)
    for day in DAYS:
        write_api(work / "shop" / "api", day)
        for clock, name in (("05:00:00", "demand_forecast"), ("07:00:00", "purchase_plan")):
            command = ["airflow", "dags", "test", name, f"{day}T{clock}+00:00"]
            failed = kit.run_at(f"{day} {clock}", command, folder=work, env=env) != 0
            if failed != (day == BROKEN and name == "demand_forecast"):
                raise SystemExit(f"{day}: {name} does not end as the story says")
    kit.finish(log, target, renames={str(work): "/srv"})


if __name__ == "__main__":
    kit.main(make, HERE, __doc__)
