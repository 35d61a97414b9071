"""Every kind of change a diff can name: its code, what it means, how much it matters.

A code says what happened from before to after; `mirror` is the code of the same thing seen from
the other side, which makes `diff(b, a)` the mirror of `diff(a, b)`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

SEVERITIES = ("info", "low", "medium", "high")


@dataclass(frozen=True)
class Code:
    """A kind of change.

    Attributes:
        code: its name, as in `changes["change"]`.
        meaning: what it says, in words.
        severity: info, low, medium or high, unless history says otherwise.
        mirror: the code of the same change with before and after exchanged.
        about: what it is about: structure, schema, columns, numbers, time, quality, run, code,
            data, words or unknown.
    """

    code: str
    meaning: str
    severity: str
    mirror: str
    about: str


def _pair(
    about: str, one: str, says: str, how: str, other: str, means: str, much: str
) -> list[Code]:
    return [Code(one, says, how, other, about), Code(other, means, much, one, about)]


def _same(about: str, code: str, meaning: str, severity: str) -> list[Code]:
    return [Code(code, meaning, severity, code, about)]


_ALL: list[list[Code]] = [
    # structure
    _pair("structure", "job-dropped", "a job that took part does not any more", "medium",
          "job-added", "a job takes part that did not", "low"),
    _pair("structure", "dataset-dropped", "a dataset is not read or written any more", "medium",
          "dataset-added", "a dataset is read or written that was not", "low"),
    _pair("structure", "input-dropped", "a job does not read this dataset any more", "high",
          "input-added", "a job reads a dataset that it did not read", "low"),
    _pair("structure", "output-dropped", "a job does not write this dataset any more", "high",
          "output-added", "a job writes a dataset that it did not write", "low"),
    _same("structure", "job-renamed", "a job has another name: same inputs and outputs", "low"),
    _same("structure", "dataset-renamed",
          "a dataset has another name: same schema, same jobs around it", "medium"),
    # schema
    _pair("schema", "field-dropped", "a field is gone from the schema", "high",
          "field-added", "a field is new in the schema", "low"),
    _same("schema", "field-renamed", "a field has another name: same type, same place", "high"),
    _same("schema", "field-retyped", "a field has another type", "high"),
    _same("schema", "fields-reordered", "the same fields stand in another order", "low"),
    # column lineage
    _pair("columns", "column-source-dropped", "a field is not made from that field any more",
          "medium", "column-source-added", "a field is made from a field it was not made from",
          "low"),
    _same("columns", "column-use-changed", "a field is made from the same one in another way",
          "low"),
    _pair("columns", "masking-dropped", "a field is not masked on its way any more", "high",
          "masking-added", "a field is masked on its way", "low"),
    # numbers
    _pair("numbers", "rows-gone", "no rows where there were some", "high",
          "rows-came", "rows where there were none", "low"),
    _pair("numbers", "rows-fewer", "fewer rows than its history lets expect", "medium",
          "rows-more", "more rows than its history lets expect", "medium"),
    _pair("numbers", "bytes-fewer", "fewer bytes than its history lets expect", "low",
          "bytes-more", "more bytes than its history lets expect", "low"),
    _pair("numbers", "files-fewer", "fewer files than its history lets expect", "low",
          "files-more", "more files than its history lets expect", "low"),
    _pair("numbers", "yield-lower", "fewer rows out for the rows in than is usual", "medium",
          "yield-higher", "more rows out for the rows in than is usual", "medium"),
    # time
    _pair("time", "slower", "it took longer than its history lets expect", "low",
          "faster", "it took less time than its history lets expect", "info"),
    _pair("time", "started-later", "it began later after its scheduled time than is usual", "low",
          "started-earlier", "it began sooner after its scheduled time than is usual", "info"),
    _pair("time", "input-older", "what it read was older than is usual", "medium",
          "input-newer", "what it read was newer than is usual", "info"),
    _same("time", "period-changed", "it stands for a longer or shorter stretch of time", "medium"),
    # quality
    _pair("quality", "assertion-failed", "an assertion that held does not hold", "high",
          "assertion-held", "an assertion holds that did not", "info"),
    _pair("quality", "assertion-dropped", "an assertion is not checked any more", "low",
          "assertion-added", "an assertion is checked that was not", "info"),
    _pair("quality", "metric-lower", "a metric is lower than its history lets expect", "medium",
          "metric-higher", "a metric is higher than its history lets expect", "medium"),
    # runs
    _pair("run", "run-failed", "it failed or was aborted, and completed before", "high",
          "run-recovered", "it completed, and failed or was aborted before", "info"),
    _pair("run", "run-unfinished", "no end of it was told, and one was before", "medium",
          "run-finished", "its end was told, and was not before", "info"),
    _same("run", "error-changed", "it fails with another error", "low"),
    _pair("run", "tasks-failed", "lineage of more of its tasks could not be told", "low",
          "tasks-recovered", "lineage of more of its tasks could be told", "info"),
    # code
    _same("code", "sql-changed", "another SQL, whitespace, comments and case apart", "medium"),
    _same("code", "source-changed", "another source code", "medium"),
    _same("code", "code-version-changed", "another version of the code", "low"),
    _same("code", "code-moved", "the code comes from another place", "low"),
    _same("code", "parameter-changed", "a parameter has another value", "medium"),
    _pair("code", "parameter-dropped", "a parameter is not given any more", "medium",
          "parameter-added", "a parameter is given that was not", "medium"),
    _same("code", "setting-changed", "a value in a facet of the tool's own differs", "low"),
    _same("code", "engine-changed", "another engine, or version of it", "low"),
    _same("code", "producer-changed", "another version of what writes the events", "info"),
    _pair("code", "variable-dropped", "an environment variable is not there any more", "low",
          "variable-added", "an environment variable is there that was not", "info"),
    _same("code", "job-type-changed", "the job is of another type", "low"),
    # data
    _same("data", "version-same", "it read the same version again, which is not usual", "medium"),
    _pair("data", "version-back", "it read an older version than the run before it", "medium",
          "version-forward", "it read the newest version again", "info"),
    _same("data", "not-run", "a job upstream has not run in between, which is not usual", "medium"),
    _pair("data", "read-too-early", "it read before the newest run upstream had ended", "medium",
          "read-in-time", "it read after the newest run upstream had ended", "info"),
    _same("data", "subset-changed", "it reads or writes another part of the dataset", "medium"),
    _same("data", "operation-changed", "it writes in another way (append, overwrite, …)", "medium"),
    _same("data", "lifecycle-changed", "the dataset is created, altered or dropped otherwise",
          "medium"),
    _same("data", "storage-changed", "it is stored in another format, layer or catalogue",
          "medium"),
    _same("data", "place-changed", "it lies in another place", "medium"),
    _same("data", "dataset-type-changed", "the dataset is of another type", "low"),
    # words
    _pair("words", "owner-dropped", "an owner is not named any more", "info",
          "owner-added", "an owner is named that was not", "info"),
    _pair("words", "tag-dropped", "a tag is gone", "info", "tag-added", "a tag is new", "info"),
    _same("words", "tag-changed", "a tag has another value", "info"),
    _same("words", "description-changed", "another description", "info"),
    _same("words", "parent-changed", "it is part of another job", "info"),
    _pair("words", "dependency-dropped", "it does not wait for that job any more", "info",
          "dependency-added", "it waits for a job it did not wait for", "info"),
    # unknown
    _pair("unknown", "told-no-more", "something told before is not told: unknown, not gone", "low",
          "told-now", "something is told that was not: unknown before", "info"),
    _same("unknown", "outcome-differs",
          "it went differently though nothing recorded before it differs", "high"),
]  # fmt: skip

CODES: dict[str, Code] = {code.code: code for codes in _ALL for code in codes}


def codes() -> pl.DataFrame:
    """Every code: code, meaning, severity, mirror, about.

    >>> codes().filter(pl.col("code") == "field-dropped")["severity"].to_list()
    ['high']
    """
    return pl.DataFrame(list(CODES.values()))


def at_least(severity: str) -> list[str]:
    """This severity and those above it.

    >>> at_least("medium")
    ['medium', 'high']
    """
    return list(SEVERITIES[SEVERITIES.index(severity) :])
