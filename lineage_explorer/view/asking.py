"""What the browser asks for when it is needed: the log of runs, more rows, the text of an event.

A question is a small dict; the answer a dict and, where it is large, bytes beside it. Everything
that comes from the browser is checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lineage_explorer.errors import LineageError
from lineage_explorer.view.detail import event_text
from lineage_explorer.view.lists import rows_of
from lineage_explorer.view.seen import pack_log

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

Answer = tuple[dict[str, Any], list[bytes]]
MOST = 500
LONGEST = 2_000_000


def answer(lin: Lineage, question: Mapping[str, Any]) -> Answer:
    """The answer to a question of the browser; `{"error": …}` where there is none."""
    try:
        return _ANSWERS[str(question.get("what"))](lin, question)
    except LineageError as error:
        return {"error": str(error)}, []
    except (KeyError, TypeError, ValueError):
        return {"error": "This question was not understood."}, []


def _log(lin: Lineage, _question: Mapping[str, Any]) -> Answer:
    return {}, [pack_log(lin)]


def _rows(lin: Lineage, question: Mapping[str, Any]) -> Answer:
    start, count = max(0, int(question["from"])), min(MOST, max(0, int(question["count"])))
    rows, total = rows_of(lin, str(question["list"]), str(question["about"]), start, count)
    return {"rows": rows, "total": total}, []


def _event(lin: Lineage, question: Mapping[str, Any]) -> Answer:
    return {"text": event_text(lin, int(question["event"]), most=LONGEST)}, []


_ANSWERS: dict[str, Callable[[Lineage, Mapping[str, Any]], Answer]] = {
    "log": _log,
    "rows": _rows,
    "event": _event,
}
