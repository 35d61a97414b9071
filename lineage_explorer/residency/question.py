"""Questions, and what the rules answer. This evaluator is the reference.

A question holds places and regimes, never a name. 100,000 flows make a few dozen of them.

>>> from dataclasses import astuple, replace
>>> from lineage_explorer.residency.facts import shipped
>>> day = date(2026, 11, 22)
>>> question = Question("storage", ("DE", "FR"), complete=True, destination=("US",), day=day)
>>> decide(question, shipped())
Decision(verdict='outside', rule='storage.outside', reason='in US, permitted in DE, FR')
>>> decide(replace(question, destination=()), shipped()).verdict
'undecided'
>>> decide(replace(question, destination=("DE", "GB")), shipped()).reason
'somewhere among DE, GB, permitted in DE, FR'

Missing is never unrestricted:

>>> [decide(replace(question, permitted=permitted), shipped()).verdict for permitted in (None, ("*",))]
['undecided', 'within']

A crossing asks for a basis as well, in the words of each regime:

>>> goes = Question("transfer", ("*",), complete=True, regimes=("eu_gdpr",), source=("DE",), day=day)
>>> for to in ("FR", "NO", "BR", "US", "IN"):
...     print(to, *astuple(decide(replace(goes, destination=(to,)), shipped()))[:2])
FR within transfer.home
NO within transfer.free
BR within transfer.adequacy
US undecided transfer.condition
IN outside transfer.no_basis
>>> decide(replace(goes, destination=("IN",), basis=(("eu_gdpr", "SCC-7"),)), shipped()).reason
'eu_gdpr, to IN: SCC-7 is on file'
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from lineage_explorer.residency.bits import ANYWHERE
from lineage_explorer.residency.facts import ASK_NOTHING, Facts, listed
from lineage_explorer.residency.places import Places, country

Check = Literal["storage", "processing", "transfer"]
Verdict = Literal["outside", "undecided", "by exception", "within", "not applicable"]

VERDICTS: tuple[Verdict, ...] = (
    "outside", "undecided", "by exception", "within", "not applicable",
)  # fmt: skip
"""The worst first."""
CHECKS: tuple[Check, ...] = ("storage", "processing", "transfer")
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        check: whether data may be stored there, processed there, or go there.
        permitted: where it may be, `("*",)` anywhere; None where no label is known.
        complete: whether all it comes from has a label.
        regimes: the regimes it is under.
        source: where it comes from; empty: not known.
        destination: where it is; empty: not known.
        grade: of what says so; None where nothing does.
        kind: dataset, or model.
        basis: regime and reference of what is on file for this way.
        day: the day whose rules count.
    """

    check: Check
    permitted: Places | None
    complete: bool
    regimes: tuple[str, ...] = ()
    source: Places = ()
    destination: Places = ()
    grade: str | None = None
    kind: str = "dataset"
    basis: tuple[tuple[str, str], ...] = field(default=())
    day: date = date.min

    def document(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {
            "check": self.check,
            "permitted": None if self.permitted is None else list(self.permitted),
            "complete": self.complete,
            "regimes": list(self.regimes),
            "source": list(self.source),
            "destination": list(self.destination),
            "grade": self.grade,
            "kind": self.kind,
            "basis": [list(pair) for pair in self.basis],
            "day": self.day.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules answer: a verdict, the rule that gave it, and why."""

    verdict: Verdict
    rule: str
    reason: str


def worst(decisions: Sequence[Decision]) -> Decision:
    """The worst of several, the first of those that are as bad."""
    return min(decisions, key=lambda decision: VERDICTS.index(decision.verdict))


def decide(question: Question, facts: Facts) -> Decision:
    """The answer to a question."""
    if question.check == "storage":
        return _where(question)
    if len(question.source) == 1 and question.source == question.destination:
        if question.check == "processing":
            return _where(question)
        return Decision("not applicable", "transfer.same_place", "it stays in one place")
    if question.check == "transfer" and not question.source:
        return Decision("undecided", "place.unknown", "where it comes from is not known")
    where, bases = _where(question), list(_bases(question, facts))
    return worst([*bases, where] if where.verdict == "within" else [where, *bases])


def _where(question: Question) -> Decision:
    """Whether data may be where it is."""
    places, permitted, check = question.destination, question.permitted, question.check
    if permitted == ANYWHERE and question.complete:
        return Decision("within", f"{check}.unrestricted", "a label says anywhere")
    if not places:
        return Decision("undecided", "place.unknown", "where it is is not known")
    if permitted is None:
        return Decision("undecided", "label.missing", "where it may be is not known")
    if permitted != ANYWHERE and not all(_lies(place, permitted) for place in places):
        among = f"{_several(places)}, permitted {_words(permitted)}"
        apart = not any(_touches(place, permitted) for place in places)
        rule = f"{check}.outside" if apart else "place.partly"
        return Decision("outside" if apart else "undecided", rule, among)
    if question.complete:
        return Decision("within", f"{check}.within", f"{_several(places)}, which is permitted")
    return Decision("undecided", "label.incomplete", "some of what it comes from has no label")


def _bases(question: Question, facts: Facts) -> Iterator[Decision]:
    """What each regime asks of data that goes there."""
    if not question.destination:
        return
    on_file = dict(question.basis)
    certain = bool(question.source) and not set(question.source) & set(question.destination)
    for regime in question.regimes:
        asked = [
            _basis(regime, place, on_file.get(regime), facts, question.day)
            for place in question.destination
        ]
        found = worst(asked)
        if found.verdict == "outside" and not (
            certain and all(decision.verdict == "outside" for decision in asked)
        ):
            reason = f"{found.reason}; whether it goes there is not certain"
            found = Decision("undecided", "transfer.partly", reason)
        yield found


def _basis(regime: str, place: str, on_file: str | None, facts: Facts, day: date) -> Decision:
    """What a regime asks of data that goes to a place."""
    land = country(place)
    known = facts.regimes.get(regime)
    if known is None:
        return Decision("undecided", "code.unknown", f"{regime} is no regime of the table")
    row = facts.transfer(regime, land, day)
    kind = row["kind"] if row else known["default_rule"]
    instrument = row["instrument"] if row else ""
    answer: tuple[Verdict, str, str]
    if land in listed(known["countries"]):
        answer = "within", "transfer.home", "its own territory"
    elif kind in ASK_NOTHING:
        answer = "within", "transfer.free", "no basis is asked for"
    elif kind == "adequacy":
        answer = "within", "transfer.adequacy", instrument
    elif on_file is not None:
        verdict: Verdict = "by exception" if kind.startswith("prohibited") else "within"
        answer = verdict, "transfer.on_file", f"{on_file} is on file"
    elif row and kind == "adequacy_conditional":
        reason = f"{instrument}, if {row['scope_condition']}"
        answer = "undecided", "transfer.condition", reason
    elif kind == "contractual":
        answer = "undecided", "transfer.contract", "by contract or programme"
    elif kind.startswith("prohibited"):
        answer = "outside", "transfer.prohibited", kind.replace("_", " ")
    else:
        answer = "outside", "transfer.no_basis", f"{_asked(kind)}, none is on file"
    verdict, rule, why = answer
    return Decision(verdict, rule, f"{regime}, to {place}: {why}")


def _asked(kind: str) -> str:
    return {
        "safeguards_required": "safeguards are asked for",
        "adequacy_pending": "adequacy is pending",
        "localisation": "the primary copy stays",
    }.get(kind, f"{kind.replace('_', ' ')} is asked for")


def _lies(place: str, permitted: Places) -> bool:
    return place in permitted or country(place) in permitted


def _touches(place: str, permitted: Places) -> bool:
    return _lies(place, permitted) or any(
        country(other) == place for other in permitted if other != place
    )


def _several(places: Places) -> str:
    return f"somewhere among {_list(places)}" if len(places) > 1 else f"in {places[0]}"


def _words(permitted: Places) -> str:
    return f"in {_list(permitted)}" if permitted else "nowhere"


def _list(places: Places) -> str:
    more = len(places) - SHOWN
    return ", ".join(places[:SHOWN]) + (f" and {more} more" if more > 0 else "")
