"""Make ``events.ndjson``: three days of four Spark applications, run for real in local mode.

    python3 make_sample.py [events.ndjson]

Needs Python 3.11, Java 17, `faketime`, a package index for pip and Maven Central for the
listener. Everything else is put in a temporary folder (about 1 GB) and removed at the end;
`--keep FOLDER` works there and keeps it.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import kit  # noqa: E402

REQUIREMENTS = ("pyspark==4.0.5",)
LISTENER = "io.openlineage:openlineage-spark_2.13:1.53.0"
DAYS = tuple(date(2026, 3, 2) + timedelta(days=number) for number in range(3))
BROKEN = DAYS[1]
JOBS = (
    ("02:45:00", "customers"),
    ("03:00:00", "sessions"),
    ("03:15:00", "orders"),
    ("03:30:00", "countries"),
)
COUNTRIES = ("se", "de", "es", "fr", "cz", "fr", "nl", "de")


def write_landing(folder: Path, today: date) -> None:
    """Write the files that land on a day: the customers, yesterday's orders and clicks."""
    chance = random.Random(str(today))
    folder.mkdir(parents=True, exist_ok=True)
    orders = ["order_id,customer_id,ordered_on,amount"]
    clicks = ["visit,customer,clicked_at,page"]
    day = today - timedelta(days=1)
    for number in range(40):
        customer = chance.randint(1, len(COUNTRIES))
        at = datetime(day.year, day.month, day.day, chance.randint(8, 21), chance.randint(0, 50))
        for page in ("start", "product", "basket")[: chance.randint(1, 3)]:
            at += timedelta(minutes=1)
            clicks.append(f"{day}-{number},{customer},{at:%Y-%m-%d %H:%M:%S},{page}")
        if chance.random() < 0.5:
            amount = f"{chance.randint(500, 9000) / 100:.2f}"
            orders.append(f"{day:%m%d}{number:03},{customer},{day},{amount}")
    people = [
        f"{number},customer{number}@mail.example,{country}"
        for number, country in enumerate(COUNTRIES, 1)
    ]
    if today == BROKEN:
        orders.append(f"{day:%m%d}999,1,{day},12.50 EUR")
        clicks.append(f"{day}-40,guest,{day} 22:00:00,start")
    customers = ["customer_id,email,country", *people]
    for name, lines in (("orders", orders), ("clicks", clicks), ("customers", customers)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def make(work: Path, target: Path) -> None:
    """Run the three days in a work folder and put the log in place."""
    programs = kit.virtual_environment(work / "venv", *REQUIREMENTS)
    shop = work / "shop"
    shutil.rmtree(shop, ignore_errors=True)
    (shop / "lake").mkdir(parents=True)
    shutil.copytree(HERE / "jobs", shop / "jobs")
    env = kit.environment(
        programs,
        HOME=str(shop),
        SHOP_HOME=str(shop),
        SPARK_USER="shop",
        SPARK_LOCAL_IP="127.0.0.1",
        SPARK_LOCAL_HOSTNAME="localhost",
        PYSPARK_PYTHON=str(programs / "python"),
    )
    listener = fetch_listener(work, env)
    settings = {
        "spark.master": "local[2]",
        "spark.jars": listener,
        "spark.driver.host": "localhost",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": shop / "lake" / "warehouse",
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:{shop}/metastore;create=true",
        "spark.driver.extraJavaOptions": f"-Duser.timezone=UTC -Dderby.system.home={shop}",
        "spark.extraListeners": "io.openlineage.spark.agent.OpenLineageSparkListener",
        "spark.openlineage.transport.type": "file",
        "spark.openlineage.transport.location": shop / "events.ndjson",
        "spark.openlineage.namespace": "shop-spark",
    }
    options = [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]
    for day in DAYS:
        write_landing(shop / "landing", day)
        for clock, job in JOBS if day == DAYS[0] else JOBS[1:]:
            command = ["spark-submit", *options, f"jobs/{job}.py"]
            failed = kit.run_at(f"{day} {clock}", command, folder=shop, env=env) != 0
            if failed != (day == BROKEN):
                raise SystemExit(f"{day}: {job} does not end as the story says")
    kit.finish(shop / "events.ndjson", target, renames={str(work): "/srv"})


def fetch_listener(work: Path, env: dict[str, str]) -> Path:
    """Let Spark fetch the listener, with today's clock because certificates have dates."""
    script = work / "nothing.py"
    script.write_text("", encoding="utf-8")
    command = ["spark-submit", "--conf", f"spark.jars.ivy={work / 'ivy'}", "--packages", LISTENER]
    subprocess.run([*command, str(script)], cwd=work, env=env, check=True)
    return next((work / "ivy" / "jars").glob("io.openlineage_openlineage-spark*.jar"))


if __name__ == "__main__":
    kit.main(make, HERE, __doc__)
