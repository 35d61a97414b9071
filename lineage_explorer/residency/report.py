"""What comes back when one asks where data lives: frames, findings, a report in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.analysis.words import (
    code,
    counted,
    html_table,
    listed,
    markdown_table,
    more,
    text_table,
)
from lineage_explorer.residency.coverage import coverage, placed_by
from lineage_explorer.residency.crossings import crossings
from lineage_explorer.residency.explain import Explanation, explain
from lineage_explorer.residency.findings import findings
from lineage_explorer.residency.policy import Policy
from lineage_explorer.residency.question import VERDICTS
from lineage_explorer.residency.settle import DISAGREE, NO_PLACE
from lineage_explorer.residency.verdict import Evaluator, Judged, judge
from lineage_explorer.residency.words import NO_ADVICE, NOT_SEEN, TITLES
from lineage_explorer.tables import TEXTS

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from lineage_explorer.lineage import Lineage
    from lineage_explorer.view.widget import Explorer

SHOWN = 12
_HEAD = ("verdict", "kind", "node", "places", "reason")


@dataclass(frozen=True, eq=False, repr=False)
class ResidencyReport:
    """Where data was seen, where it may be, and what does not fit.

    Attributes:
        lin: the lineage.
        policy: the policy it was judged under; an empty one if none was given.
        judged: every question that was asked, and answered.
    """

    lin: Lineage
    policy: Policy
    judged: Judged

    @property
    def places(self) -> pl.DataFrame:
        """Every claim where a dataset or job is; see `locate.PLACES`."""
        return self.judged.claims

    @cached_property
    def labels(self) -> pl.DataFrame:
        """Where every dataset, and columns of it, may be; see `labels.LABELS`."""
        epochs = dict(self.judged.storage.select("dataset", "epoch").iter_rows())
        return self.judged.labels.frame(epochs)

    @cached_property
    def findings(self) -> pl.DataFrame:
        """What to look at, the worst first; see `finding.FINDINGS`."""
        return findings(self.lin, self.judged)

    @cached_property
    def crossings(self) -> pl.DataFrame:
        """What went, or may have gone, from one place to another; see `crossings.CROSSINGS`."""
        return crossings(self.judged)

    @cached_property
    def coverage(self) -> pl.DataFrame:
        """what, total, judged, undecided: on how much the answers rest."""
        return coverage(self.lin, self.judged)

    @cached_property
    def where(self) -> pl.DataFrame:
        """node, place: every place that a dataset or job may be in; "unknown", "conflict"."""
        return places_by_node(self)

    @cached_property
    def short(self) -> dict[str, str]:
        """Of every dataset and job its places in a few signs, see `places_of`."""
        return dict(places_of(self).select("node", "label").iter_rows())

    def select(self, query: str) -> Lineage:
        """As `Lineage.select`, with `place:` (a code, `unknown` or `conflict`) in the language.

        Raises:
            SelectionError: with the character where it could not be read on.
        """
        from lineage_explorer.graph.select import select_nodes

        return self.lin.narrow(select_nodes(self.lin, query, self.where))

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many findings of each verdict."""
        found = dict(self.findings.group_by("verdict").len().iter_rows())
        return {verdict: int(found.get(verdict, 0)) for verdict in VERDICTS if verdict != "within"}

    def explain(self, finding: str | Mapping[str, Any]) -> Explanation:
        """How a finding came about: policy, rule, way, events, raw values.

        Args:
            finding: its id, an unambiguous beginning of it, or its row as a dict.

        Raises:
            LineageError: if there is no such finding.
        """
        return explain(self.lin, self.policy, self.judged, self.findings, finding)

    @property
    def answer(self) -> str:
        """The outcome in one sentence."""
        outside, undecided = self.counts["outside"], self.counts["undecided"]
        if outside:
            head = f"{counted(outside, 'finding')} outside what the policy permits"
        elif not self._decided:
            head = "nothing is decided: no place and label were known together"
        else:
            head = "no violation observed in these files under this policy"
        tail = [f"{undecided:,} undecided"] if undecided else []
        if self.counts["by exception"]:
            tail.append(f"{self.counts['by exception']:,} by exception")
        return "; ".join([head, *tail])

    @property
    def _decided(self) -> bool:
        """Whether anything was decided at all."""
        judged = self.judged
        parts = (judged.storage, judged.processing, judged.crossings)
        open_ = ["undecided", "not applicable"]
        return any(not part["verdict"].is_in(open_).all() for part in parts)

    def _rows(self, most: int) -> list[tuple[object, ...]]:
        return self.findings.head(most).select(_HEAD).rows()

    def __repr__(self) -> str:
        lines = [f"residency: {self.answer}", _basis(self)]
        if len(self.findings):
            lines.append(text_table(_HEAD, self._rows(SHOWN)))
        rest = more(len(self.findings) - SHOWN, "finding")
        lines += [f"{rest} in .findings"] if rest else []
        return "\n".join([*lines, "try .explain(id), .crossings, .coverage, .report()"])

    def _repr_html_(self) -> str:
        rest = more(len(self.findings) - SHOWN, "finding")
        table = html_table(_HEAD, self._rows(SHOWN)) if len(self.findings) else ""
        after = f"<p>{escape(rest)} in <code>.findings</code></p>" if rest else ""
        head = f"<p><b>residency</b>: {escape(self.answer)}</p><p>{escape(_basis(self))}</p>"
        return f"{head}{table}{after}<p><small>{escape(NO_ADVICE)}</small></p>"

    def write_audit(self, folder: str | PathLike[str], key: object = None) -> Path:
        """Write the audit trail into a new folder; `lineage-explorer audit verify` checks it.

        Args:
            folder: where; made if it is not there, and has to be empty.
            key: an Ed25519 private key, or the path of one (PEM), to sign it with. Needs the
                extra `audit`.

        Raises:
            LineageError: if the folder is not empty, or the key cannot be used.
            MissingExtra: with a key, if `cryptography` is not installed.
        """
        from lineage_explorer.residency.audit import write_audit

        return write_audit(self, folder, key)

    def explore(self, focus: str | Sequence[str] | None = None, **options: Any) -> Explorer:
        """The view, coloured by verdict, with the findings in its panel.

        Args:
            focus: as of `Lineage.explore`.
            **options: as there; `color="place"` colours by place, `by="place"` draws
                a box for each place with the flows between, `finding` is the id of a finding whose
                way is lit.
        """
        color = options.pop("color", None)
        view = self.lin.explore(focus, **{"color": self, **options})
        if color is not None:
            view.color = color
        return view

    def report(self) -> str:
        """The whole of it as Markdown, with what it rests on and what it cannot see."""
        return markdown(self)


def residency(
    lin: Lineage, policy: object = None, evaluator: Evaluator | None = None
) -> ResidencyReport:
    """Where data lives, and where it may.

    Args:
        lin: the lineage.
        policy: a `Policy`, the path of a TOML file, or the same as a dict. Without one, places
            and crossings are shown and nothing is decided.
        evaluator: answers the questions, instead of the rules of this package.

    Raises:
        PolicyError: if the policy cannot be used.
    """
    found = Policy.of(policy)  # type: ignore[arg-type]
    return ResidencyReport(lin, found, judge(lin, found, evaluator))


def _basis(report: ResidencyReport) -> str:
    """What the answer rests on, in a line."""
    stored = report.coverage.row(by_predicate=pl.col("what") == "datasets stored", named=True)
    day = report.policy.policy_date
    rules = f"rules of {day}" if day else "the rules of each run's day"
    parts = [f"{stored['judged']:,} of {counted(stored['total'], 'dataset')} judged", rules]
    return ", ".join(parts)


def places_of(report: ResidencyReport) -> pl.DataFrame:
    """For the picture: node, label, verdict, of every dataset and job.

    `label` is a short text: the codes, `?` where the place is not known, `≠` where what is told of
    it does not agree. `verdict` is the worst of all that was judged of the node; "not applicable"
    where nothing was.
    """
    judged = report.judged
    parts = [
        judged.storage.select("epoch", "to_set", "verdict", node="dataset"),
        judged.processing.select("epoch", "to_set", "verdict", node="job"),
    ]
    rank = pl.col("verdict").replace_strict(
        {verdict: at for at, verdict in enumerate(VERDICTS)}, return_dtype=pl.UInt8
    )
    seen = (
        pl.concat(parts)
        .sort("node", "epoch", "to_set")
        .group_by("node", maintain_order=True)
        .agg(pl.col("to_set").unique(maintain_order=True), rank.min().alias("rank"))
    )
    rows = {node: (numbers, VERDICTS[at]) for node, numbers, at in seen.iter_rows()}
    nodes = report.lin.nodes["node"].to_list()
    return pl.DataFrame(
        [(node, *_shown(judged, *rows.get(node, ([], "not applicable")))) for node in nodes],
        schema={"node": pl.String, "label": pl.String, "verdict": pl.String},
        orient="row",
    )


def places_by_node(report: ResidencyReport) -> pl.DataFrame:
    """node, place: each place of a node's sets, or "unknown", or "conflict"."""
    judged = report.judged
    seen = pl.concat(
        [
            judged.storage.select("to_set", node="dataset"),
            judged.processing.select("to_set", node="job"),
        ]
    ).unique()
    numbers = seen["to_set"].unique().to_list()
    named = {NO_PLACE: ["unknown"], DISAGREE: ["conflict"]}
    places = [named.get(number) or list(judged.sets.places(number)) for number in numbers]
    told = pl.DataFrame({"to_set": numbers, "place": places}, {"to_set": pl.Int32, "place": TEXTS})
    return (
        seen.join(told, on="to_set").explode("place", empty_as_null=False).select("node", "place")
        .drop_nulls("node").unique().sort("node", "place")
    )  # fmt: skip


def _shown(judged: Judged, numbers: list[int], verdict: str) -> tuple[str, str]:
    if not numbers:
        return "", verdict
    words = ["≠" if number == DISAGREE else short(judged.sets.places(number)) for number in numbers]
    return ", ".join(dict.fromkeys(words)), verdict


def short(places: tuple[str, ...]) -> str:
    """A set of places in a few signs.

    >>> short(("DE",)), short(("FI", "NL")), short(()), short(("AT", "BE", "BG", "CY"))
    ('DE', 'FI|NL', '?', 'AT|BE|+2')
    """
    if not places:
        return "?"
    return "|".join(places) if len(places) <= 3 else f"{places[0]}|{places[1]}|+{len(places) - 2}"


def markdown(report: ResidencyReport) -> str:
    """The report in plain words."""
    policy = report.policy
    under = [
        ("policy", policy.path or ("given in code" if policy.text else "none given")),
        ("sha256 of the policy", policy.sha256 or "-"),
        ("rules of", str(policy.policy_date or "each run's day")),
        ("weakest grade that counts", policy.minimum_grade),
        *((f"sha256 of table {name}", value) for name, value in policy.facts.sha256.items()),
    ]
    parts = [
        "# Where data lives, and where it may",
        f"{report.answer[0].upper()}{report.answer[1:]}.",
        "## On what this rests",
        markdown_table(report.coverage.columns, report.coverage.rows()),
        "Places were read from, by grade: " + listed([
            f"{code(grade)} {counted(count, 'dataset')}" for grade, count in placed_by(report.judged)
        ] or ["nothing"]) + ".",
        "## Under which rules",
        markdown_table(("what", "value"), under),
    ]  # fmt: skip
    for verdict, title in TITLES.items():
        found = report.findings.filter(pl.col("verdict") == verdict)
        if len(found):
            parts += [f"## {title}", _findings(found)]
    crossings = report.crossings.filter(pl.col("verdict") != "not applicable")
    if len(crossings):
        head = ("source", "target", "places_from", "places_to", "verdict", "basis", "masked")
        parts += ["## Crossings", markdown_table(head, crossings.select(head).rows())]
    parts += [
        "## What lineage does not see",
        "\n".join(f"- {line}" for line in NOT_SEEN),
        f"*{NO_ADVICE}*",
    ]
    return "\n\n".join(parts) + "\n"


def _findings(found: pl.DataFrame) -> str:
    head = ("id", "kind", "node", "run", "places", "regime", "reason", "policy")
    return markdown_table(head, found.select(head).rows())
