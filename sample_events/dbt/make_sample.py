"""Make ``events.ndjson``: five days of a small shop's dbt project, run for real.

    python3 make_sample.py [events.ndjson]

Needs Python 3.11, `faketime`, and a package index for pip. Everything else is put in a
temporary folder (about 400 MB) and removed at the end; `--keep FOLDER` works there and keeps it.
"""

from __future__ import annotations

import csv
import random
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import kit  # noqa: E402

REQUIREMENTS = (
    "dbt-core==1.10.23",
    "dbt-duckdb==1.10.1",
    "duckdb==2.0.0",
    "openlineage-dbt==1.54.0",
)
FIRST = date(2026, 3, 2)
DAYS = tuple(FIRST + timedelta(days=number) for number in range(5))
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = DAYS
PRODUCTS = (
    ("Tea pot", "kitchen", 2450),
    ("Bread knife", "kitchen", 1890),
    ("Wool blanket", "home", 5900),
    ("Desk lamp", "home", 3995),
    ("Garden gloves", "garden", 995),
    ("Watering can", "garden", 1450),
)
CUSTOMERS = (
    ("Ada Lind", "ada@mail.example", "se"),
    ("Bo Chen", "bo@mail.example", "de"),
    ("Carla Reyes", "carla@mail.example", "es"),
    ("Dina Haddad", "dina@mail.example", "fr"),
    ("Emil Novak", "emil@mail.example", "cz"),
    ("Fatou Diop", "fatou@mail.example", "fr"),
    ("Gus Moor", "gus@mail.example", "nl"),
    ("Hana Sato", "hana@mail.example", "de"),
)
Row = Sequence[object]


def write_seed(folder: Path, name: str, header: str, rows: Iterable[Row]) -> None:
    """Write one seed file."""
    with (folder / f"raw_{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def write_seeds(folder: Path, today: date) -> None:
    """Write what the shop's systems export on a day: everything up to the day before.

    The same numbers every time: the generator is seeded, and a later day only adds rows.
    """
    chance = random.Random(20260302)
    orders: list[Row] = []
    items: list[Row] = []
    payments: list[Row] = []
    refunds: list[Row] = []
    days = (today - FIRST).days + 3
    for number in range(days):
        day = FIRST + timedelta(days=number - 3)
        for _ in range(chance.randint(3, 6)):
            order = len(orders) + 1
            at = datetime(
                day.year, day.month, day.day, chance.randint(8, 21), chance.randint(0, 59)
            )
            customer = chance.randint(1, len(CUSTOMERS))
            orders.append((order, customer, at, chance.choice(("placed", "shipped", "shipped"))))
            total = 0
            for product in chance.sample(range(len(PRODUCTS)), chance.randint(1, 3)):
                quantity = chance.randint(1, 3)
                items.append((order, product + 1, quantity))
                total += quantity * PRODUCTS[product][2]
            method = chance.choice(("card", "card", "paypal", "voucher"))
            payment = len(payments) + 1
            payments.append((payment, order, total, method, at + timedelta(minutes=3)))
            if chance.random() < 0.15:
                refunds.append((len(refunds) + 1, payment, total // 2, at + timedelta(hours=9)))
    if today >= TUESDAY:  # the provider's test payment: no such order, found by a test
        payments.append((9001, 999999, 100, "card", datetime(2026, 3, 2, 23, 59)))
    folder.mkdir(exist_ok=True)
    write_seed(
        folder,
        "customers",
        "customer_id name email country signed_up_on",
        [
            (number, *customer, FIRST - timedelta(days=30 * number))
            for number, customer in enumerate(CUSTOMERS, 1)
        ],
    )
    write_seed(
        folder,
        "products",
        "product_id name category price_cents",
        [(number, *product) for number, product in enumerate(PRODUCTS, 1)],
    )
    write_seed(folder, "orders", "order_id customer_id ordered_at status", orders)
    write_seed(folder, "order_items", "order_id product_id quantity", items)
    write_seed(
        folder, "payments", "payment_id order_id amount_cents payment_method paid_at", payments
    )
    write_seed(folder, "refunds", "refund_id payment_id amount_cents refunded_at", refunds)


def make(work: Path, target: Path) -> None:
    """Run the five days in a work folder and put the log in place."""
    programs = kit.virtual_environment(work / "venv", *REQUIREMENTS)
    shop = work / "shop"
    shutil.rmtree(shop, ignore_errors=True)
    shutil.copytree(HERE / "project", shop)
    (shop / "openlineage.yml").write_text(
        "transport: {type: file, log_file_path: events.ndjson, append: true}\n", encoding="utf-8"
    )
    env = kit.environment(
        programs,
        HOME=str(shop),
        OPENLINEAGE_CONFIG="openlineage.yml",
        OPENLINEAGE_NAMESPACE="shop",
        DBT_PROFILES_DIR=".",
    )

    def dbt(when: str, *command: str) -> int:
        return kit.run_at(when, command, folder=shop, env=env)

    for day in DAYS:
        changes = HERE / "changes" / str(day)
        if changes.is_dir():
            shutil.copytree(changes, shop, dirs_exist_ok=True)
        write_seeds(shop / "seeds", day)
        if dbt(f"{day} 04:30:00", "dbt", "seed", "--full-refresh"):
            raise SystemExit(f"{day}: the seeds cannot be loaded")
        for clock, job, command, expected in jobs_of(day):
            name = ("--openlineage-dbt-job-name", job)
            if dbt(f"{day} {clock}:00", "dbt-ol", *command.split(), *name) != expected:
                raise SystemExit(f"{day}: {job} does not end as the story says ({expected})")
    kit.finish(shop / "events.ndjson", target)


def jobs_of(day: date) -> list[tuple[str, str, str, int]]:
    """What runs on a day, in order: the time, the job's name, dbt's command, its exit status."""
    jobs = [("05:00", "shop_nightly", "run --select path:models/intermediate path:models/marts", 0)]
    if day == MONDAY:
        jobs.insert(0, ("04:45", "shop_deploy", "run --select path:models/staging", 0))
    if day == WEDNESDAY:
        jobs.insert(0, ("04:45", "shop_deploy", "run --select stg_payments", 0))
    if day in (MONDAY, THURSDAY, FRIDAY):
        failed = int(day == THURSDAY)
        jobs.append(("06:30", "finance_close", "run --select path:models/finance", failed))
    if day in (TUESDAY, FRIDAY):
        jobs.append(("07:00", "shop_tests", "test", 0))
    return jobs


if __name__ == "__main__":
    kit.main(make, HERE, __doc__)
