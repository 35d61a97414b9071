"""How telling a change is of itself, and what it can bring about: by sort, not by fault."""

from __future__ import annotations

CONTENT, AGE = "content", "age"
"""What can be wrong with data: what they are, or when they are from. A cause of one sort needs a
way on which that sort is seen."""

NAMED, NAMED_OF_FAILED, BESIDES = 0.15, 0.2, 0.04
"""Score from which a unit is named as a cause; the same where the run only failed, which most do
for reasons of their own; and from which, where one is named, others are told that are less likely
and not excluded."""
WEIGHTS = {
    "input-dropped": 0.85, "output-dropped": 0.85, "dataset-renamed": 0.8, "place-changed": 0.7,
    "job-renamed": 0.3, "input-added": 0.3, "output-added": 0.2, "storage-changed": 0.3,
    "version-back": 0.9, "subset-changed": 0.8, "operation-changed": 0.8, "period-changed": 0.6,
    "lifecycle-changed": 0.5, "sql-changed": 0.55, "source-changed": 0.5,
    "parameter-changed": 0.4, "parameter-added": 0.35, "parameter-dropped": 0.4,
    "column-source-dropped": 0.3, "column-source-added": 0.3, "column-use-changed": 0.3,
    "masking-dropped": 0.5, "masking-added": 0.4,
    "code-version-changed": 0.12, "code-moved": 0.3, "setting-changed": 0.1,
    "engine-changed": 0.1, "variable-dropped": 0.2, "variable-added": 0.1,
    "job-type-changed": 0.1, "dataset-type-changed": 0.2, "outcome-differs": 0.1,
}  # fmt: skip
"""Of a change of what a job is or does."""
CODE = {
    "sql-changed", "source-changed", "parameter-changed", "parameter-added", "parameter-dropped",
    "code-version-changed", "code-moved", "setting-changed", "engine-changed",
    "variable-dropped", "variable-added", "column-source-dropped", "column-source-added",
    "column-use-changed", "masking-dropped", "masking-added",
}  # fmt: skip
"""Changes of what is done: without harm unless the numbers of what is written move."""
MOVED = {
    "dataset-renamed", "place-changed", "input-dropped", "output-dropped", "version-back",
    "subset-changed", "operation-changed",
}  # fmt: skip
"""Other data than before: numbers on the way may be as usual all the same."""
FIELDS = {"field-dropped": 0.9, "field-renamed": 0.9, "field-retyped": 0.85}
"""Of a change of a field, where that is used."""
COLUMNS = {
    "column-source-dropped": 0.7, "column-source-added": 0.7, "column-use-changed": 0.7,
    "masking-dropped": 0.7, "masking-added": 0.7,
}  # fmt: skip
"""Of a change of what a field is made of, where that reaches what is wrong."""
STOPPED = {"not-run": 0.85, "run-failed": 0.9, "run-unfinished": 0.7}
"""Of a run that did not do what it was to do."""
OTHER_DAY, OTHER_WRITER, EARLY, LATE = 0.8, 0.85, 0.75, 0.7
"""Of a run for another day than usual, of a job that writes over another's data, of one that
reads before what it reads is there or writes after that was to be there."""
OVERTOOK = 0.85
"""Of a run that began before another of its job and ended after it: older data over newer."""
EMPTY, SILENT = 0.85, 0.6
"""Of a run that says COMPLETE, and that it wrote nothing, or nothing of what it wrote."""

ROWS = ("rows-output", "rows-input")
HARMLESS, HALF_TOLD, NOT_TOLD = 0.12, 0.3, 0.6
"""What is left of a change of code where the unit's own numbers are as usual: rows and columns;
those of the kind that is wrong at the symptom; only those of the other kind."""
EXPLAINED = 0.08
"""What is left of an effect where what feeds the unit shows one, too."""
FROM_OUTSIDE = 0.6
"""The same where only sources are before it: there is nothing further back in the log."""
ABNORMAL = 0.3
"""From which an effect is one."""
SOMEWHERE = 0.3
"""An effect that shows here first because nothing before it tells such numbers."""
FIRST, FIRST_PARTLY = 0.75, 0.5
"""An effect that shows here first, where what is before it tells such numbers."""
FIELD_WAY, MOVED_WAY = 0.95, 0.9
SMALL = 0.1
"""Size (as a logarithm) from which a change of a number brings something about."""
MUCH_OLDER = 0.15
"""The same of an age, in parts of the time from one run to the next."""
COLLAPSED = 2.0
"""Size from which hardly anything is left: what a day without new data looks like."""
