"""Provenance once more, slowly, from the events themselves: every rule a line of plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.events import Json, dataset, run_event

START = datetime(2024, 5, 1, tzinfo=UTC)
EVER, OPEN = -1, 10**9
"""Before and after all times."""
DATASETS = list("abcd")
JOBS = ["J0", "J1", "J2", "Stream"]


def text(minute: int) -> str:
    return (START + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Run:
    """A run as it is made up: minutes for times, None where no event tells them."""

    run: str
    job: str
    start: int | None
    end: int | None
    state: str
    inputs: dict[str, str | None] = field(default_factory=dict)
    outputs: dict[str, str | None] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    """Output → the inputs that its columnLineage names."""
    nominal: int | None = None
    parent: str | None = None
    append: tuple[str, ...] = ()
    """Outputs of which only a part was written."""

    def events(self) -> list[Json]:
        told = []
        if self.start is not None:
            told.append(self._event("START", self.start))
        if self.end is not None:
            told.append(self._event(self.state, self.end))
        return told

    def _event(self, kind: str, minute: int) -> Json:
        facets: Json = {}
        if self.nominal is not None:
            facets["nominalTime"] = {"nominalStartTime": text(self.nominal)}
        if self.parent is not None:
            job = {"namespace": "jobs", "name": "P"}
            facets["parent"] = {"run": {"runId": self.parent}, "job": job}
        processing = "STREAMING" if self.job == "Stream" else "BATCH"
        about = {"jobType": {"processingType": processing, "integration": "TEST"}}
        return run_event(
            self.job,
            [dataset(name, **_version(v)) for name, v in self.inputs.items()],
            [self._output(name, v) for name, v in self.outputs.items()],
            run=self.run, kind=kind, time=text(minute), run_facets=facets, job_facets=about,
        )  # fmt: skip

    def _output(self, name: str, version: str | None) -> Json:
        facets = _version(version)
        if name in self.columns:
            facets["columnLineage"] = {"fields": {"x": {"inputFields": [
                {"namespace": "db", "name": source, "field": "x"} for source in self.columns[name]
            ]}}}  # fmt: skip
        one = dataset(name, **facets)
        if name in self.append:
            part = {"type": "location", "locations": ["here"]}
            one["outputFacets"] = {"subset": {"outputCondition": part}}
        return one

    # how it stands after its events ---------------------------------------------------------

    @property
    def begin(self) -> int:
        return self.start if self.start is not None else (self.end if self.end is not None else 0)

    @property
    def stream(self) -> bool:
        return self.job == "Stream"

    @property
    def last(self) -> int:
        if self.end is not None:
            return max(self.end, self.begin)
        return OPEN if self.stream else self.begin

    @property
    def grade(self) -> int:
        """0 failed, 1 no good end, 2 complete."""
        if self.end is None:
            return 1
        if self.state == "COMPLETE":
            return 2
        return {"ABORT": 2, "FAIL": 1}[self.state] if self.stream else 0


def _version(version: str | None) -> Json:
    return {"version": {"datasetVersion": version}} if version else {}


@dataclass(frozen=True)
class Read:
    reader: Run | None
    dataset: str
    version: str | None
    begin: int
    end: int
    sure: bool = True


@dataclass
class Oracle:
    """Who wrote what was read, and so on back."""

    runs: list[Run]

    def reads(self, run: Run) -> list[Read]:
        """What a run reads: what it says, and what it added to."""
        names = {**dict.fromkeys(run.append), **run.inputs}
        return [Read(run, name, v, run.begin, run.last) for name, v in names.items()] + [
            Read(run, name, None, run.begin, run.last, sure=False)
            for name in self.untold(run) if name not in names
        ]  # fmt: skip

    def untold(self, run: Run) -> set[str]:
        """What only the column lineage of its job names: no run of the job lists it."""
        same = [r for r in self.runs if r.job == run.job]
        listed = {name for r in same for name in r.inputs}
        return {s for r in same for d in r.outputs for s in self.sources(r, d)} - listed

    def sources(self, run: Run, output: str) -> list[str]:
        return run.columns[output] if run.columns.get(output) else list(run.inputs)

    def feeding(self, run: Run, output: str) -> list[Read]:
        """Its reads that feed an output, by what all runs of the job say."""
        fed = {
            source for r in self.runs if r.job == run.job and output in r.outputs
            for source in self.sources(r, output)
        }  # fmt: skip
        return [
            read for read in self.reads(run)
            if read.dataset in fed or (read.dataset == output and output in run.append)
        ]  # fmt: skip

    def late(self, run: Run | None) -> bool:
        if run is None or run.nominal is None:
            return False
        return any(
            r.job == run.job and r.nominal is not None and r.nominal > run.nominal
            and r.begin < run.begin for r in self.runs
        )  # fmt: skip

    def candidates(self, read: Read) -> dict[str, tuple[str, bool]]:
        """Run id → rule, and whether it is certain."""
        reader = read.reader
        family = {reader.run, reader.parent} if reader else set()
        writes = [r for r in self.runs if read.dataset in r.outputs]
        others = [
            w for w in writes
            if w.run not in family and not (reader and w.parent == reader.run)
        ]  # fmt: skip
        own = reader is not None and read.dataset in reader.outputs and read.begin == read.end
        before = [w for w in writes if w.last < OPEN and w.last <= read.begin - own]
        found = {}
        for w in others:
            after = [
                v for v in before
                if v.grade >= w.grade and v.begin >= w.last and v.last > w.last
            ]  # fmt: skip
            if w in before and not after:
                found[w.run] = "last"
            if w.begin < read.end and w.last > read.begin:
                found[w.run] = "during"
        last = [w for w in others if found.get(w.run) == "last" and w.grade == 2]
        if self.late(reader) or any(map(self.late, last)):
            until = reader.nominal if reader else None
            fit = [
                w for w in others
                if w in before and w.grade == 2 and w.nominal is not None
                and (until is None or w.nominal <= until)
            ]  # fmt: skip
            best = max(((w.nominal or 0, w.last) for w in fit), default=None)
            for w in fit:
                if (w.nominal, w.last) == best:
                    found.setdefault(w.run, "nominal")
        if read.version:
            same = [
                w for w in others
                if w.outputs[read.dataset] == read.version and w.begin <= read.end
            ]  # fmt: skip
            if same:
                grade = max(w.grade for w in same)
                found = {w.run: "version" for w in same if w.grade == grade}
        by_id = {w.run: w for w in others}
        parents = {by_id[run].parent for run in found}
        found = {run: rule for run, rule in found.items() if run not in parents}
        return {
            run: (rule, len(found) == 1 and self.certain(read, by_id[run], rule))
            for run, rule in found.items()
        }

    def certain(self, read: Read, write: Run, rule: str) -> bool:
        told = write.outputs[read.dataset]
        if not read.sure or (read.version and told and told != read.version):
            return False
        if rule == "version":
            return True
        if read.reader and read.reader.start is None:
            return False
        if rule == "during":
            return write.stream and write.begin <= read.begin
        return rule == "last" and write.grade == 2

    def trace(self, asked: Iterable[Read]) -> tuple[dict[Any, int], set[Any], set[Any]]:
        """(run, dataset) → hop; those that are certain; (reader, dataset) that nobody wrote."""
        hops: dict[Any, int] = {}
        certain: set[Any] = set()
        open_: set[Any] = set()
        by_id = {run.run: run for run in self.runs}
        for only_certain in (False, True):
            reads, seen, hop = list(asked), set(), 0
            while reads:
                hop += 1
                writes = []
                for read in reads:
                    key = (read.reader and read.reader.run, read.dataset)
                    if key in seen:
                        continue
                    seen.add(key)
                    found = self.candidates(read)
                    if not found:
                        open_.add(key)
                    for run, (_, sure) in found.items():
                        if sure or not only_certain:
                            writes.append((run, read.dataset))
                reads = []
                for run, name in writes:
                    done = certain if only_certain else hops
                    if (run, name) not in done:
                        certain.add((run, name)) if only_certain else hops.update(
                            {(run, name): hop}
                        )
                        reads += self.feeding(by_id[run], name)
        return hops, certain, open_

    def of_run(self, run: Run) -> tuple[dict[Any, int], set[Any], set[Any]]:
        return self.trace(self.reads(run))

    def of_dataset(self, name: str, minute: int) -> tuple[dict[Any, int], set[Any], set[Any]]:
        return self.trace([Read(None, name, None, minute, minute)])


@st.composite
def logs(draw: st.DrawFn) -> list[Run]:
    """Runs of a few jobs, crowded in time."""
    some = st.lists(st.sampled_from(DATASETS), max_size=3, unique=True)
    version = st.sampled_from([None, None, "1", "2"])
    runs = []
    for number in range(draw(st.integers(1, 9))):
        start = draw(st.one_of(st.none(), st.integers(0, 12)))
        length = draw(st.integers(0, 4))
        end = draw(st.sampled_from([None, (start or 0) + length]))
        if start is None and end is None:
            end = length
        outputs = {name: draw(version) for name in draw(some)}
        columns = {name: draw(some) for name in outputs if draw(st.booleans())}
        runs.append(Run(
            f"r{number}", draw(st.sampled_from(JOBS)), start, end,
            draw(st.sampled_from(["COMPLETE", "COMPLETE", "COMPLETE", "FAIL", "ABORT"])),
            {name: draw(version) for name in draw(some)}, outputs, columns,
            draw(st.sampled_from([None, None, 0, 10, 20])),
            draw(st.sampled_from([None, None, None, *(f"r{n}" for n in range(number))])),
            tuple(name for name in outputs if draw(st.integers(0, 4)) == 0),
        ))  # fmt: skip
    return runs


def events_of(runs: Iterable[Run]) -> list[Json]:
    return [event for run in runs for event in run.events()]
