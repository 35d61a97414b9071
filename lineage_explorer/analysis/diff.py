"""What differs between two runs, times, windows or logs, and where they part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from lineage_explorer.analysis import diff_words as words
from lineage_explorer.analysis.change_codes import SEVERITIES, at_least
from lineage_explorer.analysis.compare import Compared, compare
from lineage_explorer.analysis.compare_sides import Side, When, apart, log_side, side_of
from lineage_explorer.analysis.divergence import Flow, divergence, unexplained
from lineage_explorer.analysis.story import story_of
from lineage_explorer.analysis.words import SHOWN, html_table, more, text_table
from lineage_explorer.errors import LineageError

if TYPE_CHECKING:
    from os import PathLike

    from lineage_explorer.lineage import Lineage
    from lineage_explorer.view.widget import Explorer

CHANGES = (
    "node", "field", "change", "before", "after", "severity", "run_before", "run_after",
    "event_before", "event_after", "by", "deviation",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class RunDiff:
    """What changed.

    Attributes:
        before: what was compared with, in words.
        after: what was compared, in words.
        changes: node, field, change (see `change_codes.codes()`), before, after, severity,
            run_before, run_after, event_before, event_after, by (the job that tells it, where
            several could), deviation (of a number: how many times its usual spread it moved;
            null where there is no history). The gravest first. A renamed node goes by its newer
            name. Events are row ids of `events` of the log of their own side.
        divergence: rank, node, change (the gravest there), explains (nodes): changed nodes with
            no changed node before them, and what changed behind each.
        nodes: node, kind, status (before, after, changed, same), run_before, run_after.
        edges: source, target, status (before, after, same).
        renamed: node before to node after, where they differ.
        lineages: the log of each side; of two runs of one log the same twice.
        sides: which run stood for each job on each side.
    """

    before: str
    after: str
    changes: pl.DataFrame
    divergence: pl.DataFrame
    nodes: pl.DataFrame
    edges: pl.DataFrame
    renamed: dict[str, str]
    lineages: tuple[Lineage, Lineage]
    sides: tuple[Side, Side]

    @cached_property
    def lineage(self) -> Lineage:
        """Both sides as one lineage, with every verb: what either has, of the runs compared."""
        return story_of(self).lineage

    def explore(self, **options: Any) -> Explorer:
        """The interactive view of both sides in one layout: what changed, where they part.

        Args:
            **options: as of `Lineage.explore`; besides `unchanged=True` (what is the same is drawn
                too) and `side` ("both", "before" or "after": what the other has alone is faint).
        """
        return self.lineage.explore(**options)

    def write(self, path: str | PathLike[str], **options: Any) -> None:
        """Write the picture: `.svg`, `.png` or `.html`; options as of `explore`."""
        self.lineage.write(path, **options)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many changes of each severity, the gravest first."""
        found = dict(self.changes.group_by("severity").len().iter_rows())
        return {severity: found[severity] for severity in reversed(SEVERITIES) if severity in found}

    @cached_property
    def captions(self) -> dict[str, str]:
        """What changed at each node, in a few words: `2 columns dropped · rows -38 %`."""
        return words.captions(self.changes)

    def has(self, severity: str) -> bool:
        """Whether there is a change of this severity or a graver one.

        Raises:
            LineageError: if there is no such severity.
        """
        if severity not in SEVERITIES:
            raise LineageError(
                f"there is no severity {severity!r}.", f"there are {', '.join(SEVERITIES)}."
            )
        return not self.changes.filter(pl.col("severity").is_in(at_least(severity))).is_empty()

    @property
    def sentence(self) -> str:
        """How much changed, in one line."""
        return words.sentence(self)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values: dicts, lists, texts and numbers."""
        return {
            "before": self.before,
            "after": self.after,
            "counts": self.counts,
            "changes": self.changes.to_dicts(),
            "divergence": self.divergence.to_dicts(),
            "nodes": self.nodes.to_dicts(),
            "edges": self.edges.to_dicts(),
            "renamed": dict(self.renamed),
        }

    def to_json(self) -> str:
        """The same as one JSON document."""
        return msgspec.json.encode(self.to_dict()).decode()

    def report(self) -> str:
        """All changes as Markdown: where the sides part, then node by node."""
        return words.report(self)

    def __repr__(self) -> str:
        lines = [self.sentence]
        if len(self.divergence):
            rows = words.parting_rows(self, SHOWN)
            lines += ["", "where they part:", text_table(words.PARTING, rows)]
        if len(self.changes):
            rows = words.change_rows(self.changes.head(SHOWN))
            lines += ["", "changes:", text_table(words.HEAD, rows)]
        rest = more(len(self.changes) - SHOWN, "change")
        return "\n".join([*lines, *([f"{rest} in .changes"] if rest else [])])

    def _repr_html_(self) -> str:
        parts = [f"<p>{escape(self.sentence)}</p>"]
        if len(self.divergence):
            rows = words.parting_rows(self, SHOWN)
            parts += ["<p>where they part</p>", html_table(words.PARTING, rows)]
        if len(self.changes):
            rows = words.change_rows(self.changes.head(SHOWN))
            parts += ["<p>changes</p>", html_table(words.HEAD, rows)]
        rest = more(len(self.changes) - SHOWN, "change")
        parts += [f"<p>{escape(rest)} in <code>.changes</code></p>"] if rest else []
        return "".join(parts)


def diff_sides(lin: Lineage, before: When, after: When) -> RunDiff:
    """What differs between two runs, times or windows of one log.

    Raises:
        LineageError: if something is neither a run id nor a time.
    """
    sides = side_of(lin.past, before), side_of(lin.past, after)
    return differences(*sides, (lin, lin))


def diff(
    before: Lineage,
    after: Lineage,
    names: tuple[str, str] = ("the first log", "the second log"),
) -> RunDiff:
    """What differs between two logs, as staging and production: of each job its newest run.

    Numbers are compared by how much they move in either log. Nodes that only one log has are one
    where their name is the same in another namespace (as in staging and production), or where all
    around them is the same. To compare two runs, times or windows of one log, see `Lineage.diff`.

    Args:
        before: the log compared with.
        after: the log compared.
        names: what they are called in words and pictures.

    >>> import lineage_explorer as lx
    >>> lin = lx.sample("dbt")
    >>> lx.diff(lin.as_of("2026-03-03"), lin).has("high")
    True
    """
    same = before.frames is after.frames
    sides = log_side(before.past, names[0]), log_side(after.past, names[1])
    if same:
        sides = sides[0], sides[0]
    return differences(*sides, (before, after))


def differences(before: Side, after: Side, lineages: tuple[Lineage, Lineage]) -> RunDiff:
    """The diff of two sides."""
    before, after = apart(before, after)
    found = compare(before, after)
    grown = before.focus is not None and after.focus is not None
    flow = Flow(found.nodes["node"], found.edges)
    alone = unexplained(found.changes, flow, found.nodes)
    changes = pl.concat([alone, found.changes]) if len(alone) else found.changes
    parts = divergence(changes, flow, found.nodes, grown=grown)
    ids = [side.past.runs["run"] for side in (before, after)]
    return RunDiff(
        before=before.called,
        after=after.called,
        changes=_named(changes, ids).select(CHANGES),
        divergence=parts,
        nodes=_statuses(found, changes, ids),
        edges=found.edges.select("source", "target", status=_status(pl.lit(value=False))),
        renamed=found.twins,
        lineages=lineages,
        sides=(before, after),
    )


def _named(frame: pl.DataFrame, ids: list[pl.Series]) -> pl.DataFrame:
    """With run ids in place of their numbers."""
    return frame.with_columns(
        frame["at_before"].replace_strict(_ids(ids[0], frame["at_before"]), return_dtype=pl.String)
        .alias("run_before"),
        frame["at_after"].replace_strict(_ids(ids[1], frame["at_after"]), return_dtype=pl.String)
        .alias("run_after"),
    )  # fmt: skip


def _ids(runs: pl.Series, numbers: pl.Series) -> dict[int, str]:
    used = numbers.drop_nulls().unique().sort()
    return dict(zip(used.to_list(), runs.gather(used).to_list(), strict=True))


def _status(changed: pl.Expr) -> pl.Expr:
    return (
        pl.when(pl.col("before") & ~pl.col("after")).then(pl.lit("before"))
        .when(~pl.col("before") & pl.col("after")).then(pl.lit("after"))
        .when(changed).then(pl.lit("changed"))
        .otherwise(pl.lit("same"))
    )  # fmt: skip


def _statuses(found: Compared, changes: pl.DataFrame, ids: list[pl.Series]) -> pl.DataFrame:
    touched = changes.filter(pl.col("severity") != "info")["node"].implode()
    kind = pl.when(pl.col("node").str.starts_with("job:")).then(pl.lit("job"))
    return (
        _named(found.nodes, ids)
        .select(
            "node",
            "run_before",
            "run_after",
            kind=kind.otherwise(pl.lit("dataset")),
            status=_status(pl.col("node").is_in(touched)),
        )
        .select("node", "kind", "status", "run_before", "run_after")
    )
