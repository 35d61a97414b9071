"""Questions of every sort, to put to each evaluator."""

from __future__ import annotations

from datetime import date
from random import Random

from hypothesis import strategies as st

from lineage_explorer.residency.facts import Facts, shipped
from lineage_explorer.residency.question import CHECKS, Check, Question

SOME = ("DE", "FR", "US", "US-CA", "BR", "NO", "CH", "HK", "CN", "IN", "RU", "JP", "GB", "AE-DIFC")
DAYS = (date(1995, 3, 1), date(2020, 1, 31), date(2025, 12, 31), date(2026, 11, 22))
GRADES = ("A", "B", "C", "D", "E", None)


def codes(facts: Facts) -> list[str]:
    """Every country and part of one that the tables speak of, and some more."""
    found = set(SOME)
    for rows in facts.tables.values():
        for row in rows:
            found.update(filter(None, row.get("countries", "").split(";")))
            to = row.get("destination", "")
            if len(to) == 2:
                found.add(to)
    return sorted(found)


def days(facts: Facts) -> list[date]:
    """The days on which rules change, the days before, and some more."""
    found = set(DAYS)
    for day in facts.boundaries:
        found |= {day, date.fromordinal(day.toordinal() - 1)}
    return sorted(found)


FACTS = shipped()
CODES, EVERY_DAY, REGIMES = codes(FACTS), days(FACTS), sorted(FACTS.regimes)


def made(random: Random) -> Question:
    """A question made by chance; two of three about a few places, so that they often meet."""
    pool = CODES if random.random() < 0.33 else list(SOME)
    check: Check = random.choice(CHECKS)

    def some(least: int = 0) -> tuple[str, ...]:
        size = random.choice((least, 1, 1, 2, 3))
        return tuple(sorted(random.sample(pool, size)))

    regimes = tuple(
        sorted(random.sample([*REGIMES, "no_such_regime"], random.choice((0, 1, 1, 2, 3))))
    )
    source = some()
    destination = source if random.random() < 0.15 else some()
    basis = tuple((regime, "SCC-7") for regime in regimes if random.random() < 0.25)
    permitted: tuple[str, ...] | None = some()
    if random.random() < 0.3:
        permitted = random.choice((None, ("*",), ("*",)))
    if permitted and random.random() < 0.3 and destination:
        permitted = tuple(sorted({*permitted, destination[0][:2]} - {"*"}))
    return Question(
        check, permitted, random.random() < 0.6, regimes,
        () if check == "storage" else source, destination,
        random.choice(GRADES), random.choice(("dataset", "model")), basis, random.choice(EVERY_DAY),
    )  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Any question that the package could ask, and some that it never would."""
    place = st.sampled_from(CODES) | st.sampled_from(SOME)
    places = st.lists(place, max_size=4, unique=True).map(lambda found: tuple(sorted(found)))
    regimes = draw(st.lists(st.sampled_from([*REGIMES, "no_such_regime"]), max_size=3, unique=True))
    check: Check = draw(st.sampled_from(CHECKS))
    source = draw(places)
    return Question(
        check,
        draw(st.none() | st.just(("*",)) | places),
        draw(st.booleans()),
        tuple(sorted(regimes)),
        source,
        draw(st.just(source) | places),
        draw(st.sampled_from(GRADES)),
        draw(st.sampled_from(("dataset", "model"))),
        tuple((regime, "SCC-7") for regime in sorted(regimes) if draw(st.booleans())),
        draw(st.sampled_from(EVERY_DAY)),
    )
