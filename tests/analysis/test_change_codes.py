"""The table of change codes is whole: what is produced is documented, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

import lineage_explorer.analysis as room
from lineage_explorer.analysis.change_codes import CODES, SEVERITIES, at_least, codes

ROOM = Path(room.__file__).parent
MAKERS = [
    path for path in ROOM.glob("*.py")
    if path.name.startswith(("compare", "divergence")) and path.name != "compare_sql.py"
]  # fmt: skip


def made_by_name() -> set[str]:
    """Codes that the comparing rooms put together from parts."""
    stems = {
        **dict.fromkeys(
            ("job", "dataset", "input", "output", "owner", "tag"), ("dropped", "added")
        ),
        **dict.fromkeys(("variable", "dependency", "parameter"), ("dropped", "added")),
        **dict.fromkeys(("job", "dataset"), ("dropped", "added", "renamed")),
        "column-source": ("dropped", "added"),
        "masking": ("dropped", "added"),
        "field": ("dropped", "added", "renamed", "retyped"),
    }
    return {f"{stem}-{end}" for stem, ends in stems.items() for end in ends}


def test_every_code_has_a_meaning_a_severity_and_a_mirror_that_mirrors_it() -> None:
    for code in CODES.values():
        assert code.meaning
        assert code.severity in SEVERITIES
        assert CODES[code.mirror].mirror == code.code


def test_every_code_that_is_made_is_documented() -> None:
    ends = "dropped|added|renamed|retyped|changed|failed|held|lower|higher|fewer|more|same|back"
    word = re.compile(rf'"((?:[a-z]+-)+(?:{ends}|gone|came|older|newer|run|differs|now))"')
    found = {name for path in MAKERS for name in word.findall(path.read_text(encoding="utf-8"))}
    aspects = {"tasks-failed"}
    assert found - set(CODES) <= aspects


def test_every_documented_code_is_made_somewhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in MAKERS)
    unmade = {code for code in CODES if f'"{code}"' not in text} - made_by_name()
    assert unmade == set()


def test_the_table_is_what_the_codes_are() -> None:
    assert codes()["code"].to_list() == list(CODES)


def test_a_severity_and_those_above_it() -> None:
    assert at_least("info") == list(SEVERITIES)
    assert at_least("high") == ["high"]
