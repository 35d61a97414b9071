"""Where data may be: every label in force, on every dataset and column, and where it comes from.

Own labels come from the policy, and from event tags whose keys the policy names. Tags only narrow:
they never stand in for a label of the policy, and what they would widen is ignored and told. Labels
spread along what flowed, run by run (`states`), to the least fixed point (`spread`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.residency.bits import Code, Effective
from lineage_explorer.residency.chosen import Chooser
from lineage_explorer.residency.declared import split
from lineage_explorer.residency.places import Atlas, is_place
from lineage_explorer.residency.policy import Exemption, Policy
from lineage_explorer.residency.spread import Web, Witness
from lineage_explorer.residency.states import States, states
from lineage_explorer.tables import TEXTS, Columns, table

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

LABELS: Columns = {
    "node": (pl.String, "dataset node id"),
    "field": (pl.String, "a column; null for the whole dataset"),
    "permitted": (TEXTS, "where it may be; ['*'] anywhere, as somebody wrote; null = missing"),
    "regimes": (TEXTS, "regimes it is under"),
    "complete": (pl.Boolean, "whether everything it comes from has a label"),
    "sources": (TEXTS, "the labels it comes from: an entry of the policy, or a tag"),
}


Ignored = tuple[str, str | None, str, str, str]
Says = tuple[tuple[str, ...] | None, bool, tuple[str, ...], bool]


@dataclass(frozen=True)
class Own:
    """A label somebody gave, and to what."""

    told: str
    line: int
    permitted: tuple[str, ...] | None
    unrestricted: bool
    regimes: tuple[str, ...]
    trusted: bool
    datasets: tuple[str, ...]
    field: str | None = None
    entry: int | None = None

    @property
    def says(self) -> Says:
        """What it says, whoever says it of what."""
        return self.permitted, self.unrestricted, self.regimes, self.trusted


@dataclass(frozen=True, eq=False)
class Held:
    """What holds of every node, by the labels of some days.

    Attributes:
        given: what was given to each node.
        facts: all that holds of it.
        bare: the same if there were no exceptions.
    """

    given: Sequence[int]
    facts: Sequence[int]
    bare: Sequence[int]


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels as facts on the graph of states.

    Attributes:
        code: what the bits mean.
        own: the labels somebody gave.
        said: the distinct things they say, with the first that says it and how many do; the
            numbers are those of sources in `code`.
        states: what flowed into what.
        web: the same for `spread`, exceptions in it.
        held: of each epoch, what holds; a run is judged by what holds in its own.
        newest: the epoch of the newest run, or of the policy's day.
        passed: exception (number), edge: which edges an exception was used on.
        ignored: tags that could not be read: dataset, field, key, value, why.
    """

    code: Code
    own: tuple[Own, ...]
    said: tuple[tuple[Own, int], ...]
    states: States
    web: Web
    held: Mapping[int, Held]
    newest: int
    passed: pl.DataFrame
    ignored: tuple[Ignored, ...]
    giving: _Giving

    def effective(self, node: int, epoch: int | None = None) -> Effective:
        """The label of a node, in an epoch; in the newest if none is given."""
        facts = self.held[self.newest if epoch is None else epoch].facts[node]
        if facts not in self._read:
            self._read[facts] = self.code.read(facts)
        return self._read[facts]

    @cached_property
    def _read(self) -> dict[int, Effective]:
        return {}

    @cached_property
    def _witnesses(self) -> dict[tuple[int, int], Witness]:
        return {}

    def witness(self, bit: int, epoch: int) -> Witness:
        """How a fact came to the nodes that have it, from what it was given to."""
        given = self.held[epoch].given
        key = id(given), bit
        if key not in self._witnesses:
            self._witnesses[key] = self.web.witness(given, bit)
        return self._witnesses[key]

    def frame(self, epochs: Mapping[str, int]) -> pl.DataFrame:
        """Columns as in `LABELS`: of every dataset, and of the columns whose labels are known.

        Args:
            epochs: of each dataset, the one whose labels are shown.
        """
        nodes = self.states.nodes
        last = self.states.last.filter(pl.col("thing").str.starts_with("dataset:"))
        columns = nodes.filter(pl.col("part") == "column").join(
            self.states.last.select("thing", "act"), on=["thing", "act"], nulls_equal=True
        )
        whole = last.select("thing", "node", field=pl.lit(None, pl.String))
        rows = pl.concat([whole, columns.select(whole.columns)]).sort("thing", "field")
        shown = (
            (thing, field, *self._shown(node, epochs[thing]))
            for thing, node, field in rows.iter_rows()
        )
        return table(LABELS, shown)

    def told(self, number: int) -> str:
        """A source in words."""
        first, count = self.said[number]
        return first.told if count == 1 else f"{first.told} and {count - 1} more that say the same"

    def given_to(self, thing: str, field: str | None, epoch: int, bit: int) -> list[str]:
        """The labels that gave a fact to a dataset, or a column of it, in words."""
        return [
            self.own[number].told
            for number in self.giving.of.get((thing, field), ())
            if self.giving.bits(epoch)[number] & bit
        ]

    def _shown(self, node: int, epoch: int) -> tuple[list[str] | None, list[str], bool, list[str]]:
        label = self.effective(node, epoch)
        permitted = None if label.permitted is None else list(label.permitted)
        sources = [self.told(number) for number in label.sources]
        return permitted, list(label.regimes), label.complete, sources


def labels(lin: Lineage, policy: Policy, atlas: Atlas) -> Labels:
    """The labels of all that flowed, under this policy.

    Raises:
        PolicyError: if a name in it could mean several datasets or jobs.
    """
    choose = Chooser(lin.frames, lin.names, policy.names)
    ignored: list[Ignored] = []
    own = (*_written(choose, policy), *_tagged(lin, policy, ignored))
    fields = [(dataset, label.field) for label in own if label.field for dataset in label.datasets]
    exempt = _exempt(choose, policy)
    graph = states(
        lin.frames,
        policy.epochs,
        pl.DataFrame(fields, {"dataset": pl.String, "field": pl.String}, orient="row"),
        _apart(lin, exempt),
    )
    said = _said(own)
    code = Code(atlas, tuple(sorted(policy.facts.regimes)), len(said))
    passed, keeps = _passed(policy, code, exempt, graph)
    source, target = (graph.edges[end].to_numpy() for end in ("source", "target"))
    web = Web(len(graph.nodes), source, target, keeps)
    plain = Web(web.size, source, target, {}) if keeps else web
    giving = _Giving(policy, code, own, said, graph)
    newest = epoch_of(policy.epochs, newest_day(graph, policy))
    found: dict[tuple[int, ...], Held] = {}
    held: dict[int, Held] = {}
    for epoch in sorted({newest, *graph.acts["epoch"], *_seen_in(lin, policy, graph)}):
        bits = giving.bits(epoch)
        if bits not in found:
            given = giving.facts(bits)
            facts = web.spread(given)
            found[bits] = Held(given, facts, plain.spread(given) if keeps else facts)
        held[epoch] = found[bits]
    return Labels(
        code, own, tuple(said.values()), graph, web, held, newest, passed, tuple(ignored), giving
    )


def _said(own: Sequence[Own]) -> dict[Says, tuple[Own, int]]:
    """The distinct things labels say: the first that says it, and how many do."""
    found: dict[Says, tuple[Own, int]] = {}
    for label in own:
        first, count = found.get(label.says, (label, 0))
        found[label.says] = first, count + 1
    return found


def newest_day(graph: States, policy: Policy) -> date | None:
    """The policy's day, or that of the newest run."""
    newest = graph.acts["day"].max()
    return policy.policy_date or (newest if isinstance(newest, date) else None)


def _seen_in(lin: Lineage, policy: Policy, graph: States) -> set[int]:
    """The epochs in which datasets were last seen, which is when those never written are judged."""
    newest = newest_day(graph, policy)
    days = lin.datasets["last_seen"].dt.date().unique()
    return {epoch_of(policy.epochs, newest if day is None else day) for day in days}


def _written(choose: Chooser, policy: Policy) -> Iterator[Own]:
    """The labels of the policy."""
    for number, label in enumerate(policy.labels):
        yield Own(
            f"policy {label.where}",
            label.line,
            label.permitted,
            label.unrestricted,
            label.regimes,
            trusted=True,
            datasets=tuple(choose.nodes(label.dataset, "dataset", label.where, label.line)),
            field=label.field,
            entry=number,
        )


def _tagged(lin: Lineage, policy: Policy, ignored: list[Ignored]) -> Iterator[Own]:
    """The labels that event tags give, by tag."""
    keys = (*policy.tags.permitted, *policy.tags.regime)
    if not keys:
        return
    frames = (
        lin.datasets.select("dataset", pl.lit(None, pl.String).alias("field"), "tags"),
        lin.fields.select("dataset", "field", "tags"),
    )
    told = pl.concat(frames).explode("tags").drop_nulls("tags")
    key = pl.col("tags").str.split_exact("=", 1).struct.field("field_0")
    found: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for dataset, field, tag in told.filter(key.is_in(list(keys))).iter_rows():
        found[tag, field].append(dataset)
    for (tag, field), datasets in sorted(
        found.items(), key=lambda item: (item[0][0], item[0][1] or "")
    ):
        name, _, value = tag.partition("=")
        codes = tuple(split(value))
        permits = name in policy.tags.permitted
        known = (
            is_known(policy, codes) if permits else all(c in policy.facts.regimes for c in codes)
        )
        if not codes or not known:
            why = "it names no place" if permits else "it names no regime of the table"
            ignored += [(dataset, field, name, value, why) for dataset in datasets]
            continue
        yield Own(
            f"tag {name}={value}",
            0,
            codes if permits else None,
            unrestricted=False,
            regimes=() if permits else codes,
            trusted=False,
            datasets=tuple(sorted(datasets)),
            field=field,
        )


def is_known(policy: Policy, codes: Sequence[str]) -> bool:
    """Whether all are places or groups."""
    return all(is_place(code) or code in policy.facts.groups for code in codes)


class _Giving:
    """Gives own labels to nodes, each as it holds on the day."""

    def __init__(
        self, policy: Policy, code: Code, own: Sequence[Own], said: Iterable[Says], graph: States
    ) -> None:
        self.policy = policy
        self.code = code
        self.own = own
        self.numbers = {says: number for number, says in enumerate(said)}
        self._bits_in: dict[int, tuple[int, ...]] = {}
        self.of: dict[tuple[str, str | None], list[int]] = defaultdict(list)
        for number, label in enumerate(own):
            for dataset in label.datasets:
                self.of[dataset, label.field].append(number)
        parts = graph.nodes.filter(pl.col("part").is_in(["state", "column"]))
        self.rows = parts.select("node", "thing", "part", "field").rows()
        self.size = len(graph.nodes)
        self.fed = _fed(graph)

    def bits(self, epoch: int) -> tuple[int, ...]:
        """The facts of every label in an epoch; none of one that does not hold."""
        if epoch not in self._bits_in:
            day = self.policy.epochs[epoch]
            self._bits_in[epoch] = tuple(self._bits(label, day) for label in self.own)
        return self._bits_in[epoch]

    def _bits(self, label: Own, day: date) -> int:
        number = self.numbers[label.says]
        if label.entry is not None and not self.policy.labels[label.entry].holds(day):
            return 0
        found = self.code.under(label.regimes) | self.code.source(number)
        if label.unrestricted:
            found |= self.code.anywhere(number)
        elif label.permitted is not None:
            found |= self.code.only(self.policy.expanded(label.permitted, day), number)
        return found

    def facts(self, bits: Sequence[int]) -> list[int]:
        """What is given to every node, and that something is missing where nothing is."""
        given = [0] * self.size
        for node, thing, part, field in self.rows:
            facts, known = 0, False
            for number in self.of.get((thing, field), ()):
                facts |= bits[number]
                known = known or (self.own[number].trusted and bits[number] != 0)
            if part == "state" and not known and node not in self.fed:
                facts |= self.code.missing
            given[node] = facts
        return given


def _fed(graph: States) -> set[int]:
    """States into which, or into a column of which, something flowed."""
    nodes, edges = graph.nodes, graph.edges
    jobs = nodes.filter(pl.col("thing").str.starts_with("job:"))["node"]
    told = pl.any_horizontal(
        pl.col("act").is_not_null(),
        *(pl.col(end).is_in(jobs.implode()) for end in ("source", "target")),
    )
    entered = nodes.filter(pl.col("node").is_in(edges.filter(told)["target"].implode()))
    states_ = nodes.filter(pl.col("part") == "state")
    fed = states_.join(entered, on=["thing", "act"], how="semi", nulls_equal=True)
    return set(fed["node"])


def epoch_of(epochs: Sequence[date], day: date | None) -> int:
    """The number of the epoch a day is in; the newest where it is not known."""
    if day is None:
        return len(epochs) - 1
    return max(sum(start <= day for start in epochs) - 1, 0)


@dataclass(frozen=True)
class Exempt:
    """An exception, and what it names: None where it names nothing of that kind."""

    number: int
    exemption: Exemption
    jobs: tuple[str, ...] | None
    targets: tuple[str, ...] | None
    sources: tuple[str, ...] | None


def _exempt(choose: Chooser, policy: Policy) -> list[Exempt]:
    def found(text: str | None, kind: str, entry: Exemption) -> tuple[str, ...] | None:
        if text is None:
            return None
        return tuple(choose.nodes(text, kind, entry.where, entry.line))

    return [
        Exempt(number, entry, found(entry.job, "job", entry), found(entry.dataset, "dataset", entry),
               found(entry.source, "dataset", entry))
        for number, entry in enumerate(policy.exceptions)
    ]  # fmt: skip


def _apart(lin: Lineage, exempt: Sequence[Exempt]) -> list[str]:
    """Jobs whose flows have to be told apart, because an exception is about one of them."""
    jobs: set[str] = set()
    for found in exempt:
        if found.sources is not None:
            if found.jobs is not None:
                jobs.update(found.jobs)
            else:
                writers = lin.io.filter(
                    pl.col("direction") == "output",
                    pl.col("dataset").is_in(list(found.targets or ())),
                )
                jobs.update(writers["job"].drop_nulls())
    return sorted(jobs)


def _passed(
    policy: Policy, code: Code, exempt: Sequence[Exempt], graph: States
) -> tuple[pl.DataFrame, dict[int, int]]:
    """exception, edge: where exceptions were used; and of those edges, what they let through."""
    edges = graph.edges.with_row_index("edge").join(
        graph.acts.select("act", "job", "epoch"), on="act", how="left", maintain_order="left"
    )
    keeps: dict[int, int] = {}
    used: list[tuple[int, int]] = []
    for found in exempt:
        holds = [at for at, day in enumerate(policy.epochs) if found.exemption.holds(day)]
        hit = [pl.col("to").is_not_null(), pl.col("epoch").is_in(holds)]
        hit += [
            pl.col(column).is_in(list(names))
            for column, names in (
                ("job", found.jobs),
                ("to", found.targets),
                ("from", found.sources),
            )
            if names is not None
        ]
        day_keeps: Mapping[int, int] = {
            at: code.keeping(
                policy.expanded(found.exemption.adds, policy.epochs[at]), found.exemption.drops
            )
            for at in holds
        }
        for edge, epoch in edges.filter(hit).select("edge", "epoch").iter_rows():
            keeps[edge] = keeps.get(edge, -1) & day_keeps[epoch]
            used.append((found.number, edge))
    schema = {"exception": pl.Int64, "edge": pl.Int64}
    return pl.DataFrame(used, schema=schema, orient="row"), keeps
