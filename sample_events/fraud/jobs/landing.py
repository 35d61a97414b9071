"""What the payment service exports in a night; it tells no lineage. `python landing.py DAY`."""

from __future__ import annotations

import random
import sys

import names
import pandas as pd
import store

HOMES = {"eu": ("DE", "FR", "NL"), "apac": ("SG", "MY", "ID")}
GIVEN = {"eu": ("Anna", "Luc", "Sanne", "Jonas"), "apac": ("Wei", "Aisyah", "Budi", "Mei")}


def customers(chance: random.Random) -> pd.DataFrame:
    """Made-up people, the same every day."""
    rows = [
        {
            "customer_id": f"{names.PLATFORM}-{number:03}",
            "name": f"{chance.choice(GIVEN[names.PLATFORM])} {number:03}",
            "email": f"customer{number:03}@{names.PLATFORM}.example",
            "country": chance.choice(HOMES[names.PLATFORM]),
        }
        for number in range(120)
    ]
    return pd.DataFrame(rows)


def payments(day: str, people: pd.DataFrame) -> pd.DataFrame:
    """A night's payments; some cards were stolen and are used at night, abroad, for more."""
    chance = random.Random(f"{names.PLATFORM} {day}")
    stolen = set(chance.sample(range(len(people)), 14))
    rows = []
    for number in range(900):
        at = chance.randrange(len(people))
        fraud = at in stolen and chance.random() < 0.7
        home = people["country"][at]
        away = chance.random() < (0.8 if fraud else 0.1)
        rows.append(
            {
                "payment_id": f"{names.PLATFORM}-{day}-{number:04}",
                "customer_id": people["customer_id"][at],
                "card_number": f"4000{at:012}",
                "amount": round(chance.lognormvariate(5 if fraud else 3, 0.6), 2),
                "hour": chance.randrange(6) if fraud else chance.randrange(24),
                "merchant_country": chance.choice(["US", "BR", "TH", "GB"]) if away else home,
                "fraud": int(fraud),
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    everyone = customers(random.Random(names.PLATFORM))
    store.write(names.customers(), everyone)
    store.write(names.payments(), payments(sys.argv[1], everyone))
