"""What a made-up company is made of: columns, tables, jobs, and what is changed in them when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

LAYERS = ("source", "raw", "staging", "core", "mart", "feature", "model", "export")


class Column(NamedTuple):
    """A column of a source, and what its values are like."""

    name: str
    type: str
    kind: str
    """key, number, code, text or time."""
    mean: float | None = None
    nulls: float = 0.0
    entity: str | None = None
    """What a key counts: `customer`, of which there are so many."""
    sound: float = 1.0
    """Share of its values in the form that everybody expects."""
    pii: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A place where data is; of a source also what is in it."""

    key: str
    layer: str
    domain: str
    region: str
    store: str
    namespace: str
    name: str
    owner: str | None = None
    fact: bool = True
    versions: bool = False
    """Its versions are told by those that read and write it."""
    schema: bool = True
    """Its schema is told."""
    columns: tuple[Column, ...] = ()
    rows: float = 0.0
    growth: float = 0.0
    weekend: float = 1.0
    swing: float = 0.02
    """Relative noise of the rows of a day."""
    share: float = 1.0
    doubled: float = 1.0
    behind: float = 0.0
    """Hours by which it lags behind the day."""
    frozen: float = float("inf")
    """Hour from which on nothing new comes in."""

    @property
    def node(self) -> str:
        return f"dataset:{self.namespace}:{self.name}"


class Pick(NamedTuple):
    """A column that a job makes."""

    name: str
    type: str
    how: str
    """same, cast, hash, recode, sum, mean, count, product, null or score."""
    of: tuple[tuple[int, str], ...] = ()
    """Number of the input, and column."""


class Where(NamedTuple):
    """A filter: what it says, and the share of sound rows that it keeps."""

    column: str
    says: str
    keep: float


class Join(NamedTuple):
    """A further input, looked up by key."""

    input: int
    left: str
    right: str
    inner: bool


class Check(NamedTuple):
    """An assertion on the output: not_null, unique, freshness, row_count, accepted_range."""

    kind: str
    column: str | None = None
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Job:
    """What makes a table from others, when, and what it tells of itself.

    The fields from `share` on are 1, 0 or False in a sound company: edits set them.
    """

    key: str
    layer: str
    integration: str
    namespace: str
    name: str
    inputs: tuple[str, ...]
    output: str
    every: float
    at: float
    """Hours between runs, and after midnight."""
    minutes: float
    owner: str | None = None
    star: bool = False
    """All columns of the input, as they are."""
    positional: tuple[tuple[str, str], ...] = ()
    """Columns are loaded by their position into these names and types."""
    picks: tuple[Pick, ...] = ()
    where: tuple[Where, ...] = ()
    joins: tuple[Join, ...] = ()
    by: tuple[str, ...] = ()
    once_per: str | None = None
    """It keeps one row for each value of this column."""
    groups: float = 0.0
    window: bool = False
    """Takes only the rows of its own nominal day."""
    lenient: bool = False
    """A column that is missing or of another type gives nulls, not an error."""
    drops_bad: str | None = None
    """The rows whose value of this column is bad are left out."""
    checks: tuple[Check, ...] = ()
    retries: bool = False
    """A run that failed is tried once more."""
    blocking: bool = False
    """A failed check fails the test run."""
    parameters: tuple[tuple[str, str], ...] = ()
    engine: str = ""
    build: int = 0
    """Counts deployments: another value, another code version."""
    style: int = 0
    """How its SQL is laid out."""
    tells: frozenset[str] = frozenset()
    """sql, code, columns, rows, read, metrics, nominal, parameters, engine, parent."""
    author: str = ""
    share: float = 1.0
    """Share of the rows that arrive."""
    even: bool = True
    """Rows are lost evenly; else whole keys are."""
    doubled: float = 1.0
    delay: float = 0.0
    """Hours."""
    skip: bool = False
    breaks: str | None = None
    """Its run fails with this message."""
    retried: bool = False
    """It fails once, and the next try goes well."""
    stuck: bool = False
    """It never ends."""
    hollow: bool = False
    """It says COMPLETE and writes nothing."""
    back: tuple[int, int] | None = None
    """Reads of an input (by number) a version so many writes back."""
    shift: float = 0.0
    """Hours by which its nominal time is off."""
    spoils: tuple[tuple[str, float], ...] = ()
    """Columns of the output of which such a share turns null."""
    skews: tuple[tuple[str, float], ...] = ()
    """Columns of the output that are so many times what they should be."""
    most: float = float("inf")
    """It takes no more rows than this."""
    unchecked: bool = False

    @property
    def node(self) -> str:
        return f"job:{self.namespace}:{self.name}"


class Edit(NamedTuple):
    """From a time on (in hours) fields of a job or table have other values."""

    node: str
    at: float
    values: tuple[tuple[str, Any], ...]
    until: float = float("inf")

    def __str__(self) -> str:
        return f"{self.node} from {self.at:.1f} h: {', '.join(name for name, _ in self.values)}"


class Extra(NamedTuple):
    """A run outside the schedule."""

    job: str
    at: float
    nominal: float
    """The end of its nominal period, in hours."""
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Size:
    """How large a company is: datasets per layer, days, columns."""

    sources: int = 9
    staging: int = 9
    core: int = 7
    marts: int = 7
    features: int = 4
    models: int = 3
    exports: int = 6
    days: int = 16
    columns: tuple[int, int] = (6, 11)
    often: float = 0.1
    """Share of the sources that are extracted every six hours."""

    def times(self, factor: float) -> Size:
        """The same with so many times the datasets."""
        names = ("sources", "staging", "core", "marts", "features", "models", "exports")
        more = {name: max(1, round(getattr(self, name) * factor)) for name in names}
        return Size(**more, days=self.days, columns=self.columns, often=self.often)

    @property
    def datasets(self) -> int:
        every = self.sources * 2 + self.staging + self.core + self.marts
        return every + self.features + self.models + self.exports


@dataclass(frozen=True)
class Company:
    """Tables and jobs by key; jobs stand after those that feed them."""

    tables: dict[str, Table] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    entities: dict[str, float] = field(default_factory=dict)
    """How many there are of each."""
