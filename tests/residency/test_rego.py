"""Rego answers as the rules of this package do; what cannot be believed leaves all undecided."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage_explorer.cli import main
from lineage_explorer.errors import MissingExtra, PolicyError
from lineage_explorer.residency import rego, rego_engines
from lineage_explorer.residency.facts import Facts
from lineage_explorer.residency.question import Question, decide
from lineage_explorer.residency.rego_canaries import canaries
from lineage_explorer.residency.report import residency
from tests.events import ndjson
from tests.residency.made import PLACED, judged, run
from tests.residency.questions import EVERY_DAY, FACTS, questions

ROOT = Path(__file__).parents[2]
OPA = shutil.which("opa") or next(
    (str(path) for path in (ROOT / "build/go/bin/opa",) if path.exists()), None
)
QUESTION = Question("storage", ("DE",), complete=True, destination=("US",), day=date(2026, 11, 22))

with_opa = pytest.mark.skipif(OPA is None, reason="there is no opa here: `make opa` installs it")
engines = pytest.mark.parametrize(
    "binary", [None, pytest.param(OPA, marks=with_opa)], ids=["regopy", "opa"]
)
slow = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def write(folder: Path, body: str) -> Path:
    (folder / "own.rego").write_text(f"package residency\n\n{body}\n", "utf-8")
    return folder


def always(verdict: str) -> str:
    return (
        "decision[id] := found if {\n\tsome question in input.questions\n\tid := question.id\n"
        f'\tfound := {{"verdict": "{verdict}", "rule": "own", "reason": "so it is"}}\n}}'
    )


def answers(folder: Path, binary: str | None = None, *asked: Question) -> list[tuple[str, str]]:
    found = rego.evaluator(folder, binary)(asked or (QUESTION,), FACTS)
    return [(one.verdict, one.reason) for one in found]


@engines
@slow
@given(asked=st.lists(questions(), min_size=1, max_size=120))
def test_the_shipped_policy_answers_as_the_rules_do(binary, asked):
    told = rego.evaluator(rego.shipped(), binary)(asked, FACTS)
    right = [decide(question, FACTS) for question in asked]
    assert [(t.verdict, t.rule) for t in told] == [(r.verdict, r.rule) for r in right]


@st.composite
def own_tables(draw: st.DrawFn) -> Facts:
    """The tables with some rows of transfers changed at will."""
    rows = list(FACTS.tables["transfers"])
    day = st.sampled_from(["", *(day.isoformat() for day in EVERY_DAY)])
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(rows) - 1))
        to = draw(st.sampled_from(["DE", "US", "IN", "EEA", "EU", "*", "no group"]))
        rows[at] = {**rows[at], "destination": to, "valid_from": draw(day), "valid_to": draw(day)}
    return Facts({**FACTS.tables, "transfers": tuple(rows)})


@engines
@slow
@given(facts=own_tables(), asked=st.lists(questions(), min_size=1, max_size=60))
def test_it_does_so_with_tables_of_ones_own(binary, facts, asked):
    told = rego.evaluator(rego.shipped(), binary)(asked, facts)
    right = [decide(question, facts) for question in asked]
    assert [(t.verdict, t.rule) for t in told] == [(r.verdict, r.rule) for r in right]


def test_the_known_questions_meet_every_rule_that_the_rules_of_this_package_know():
    met = {decide(question, FACTS).rule for question in canaries(FACTS)}
    assert met >= {
        "storage.within", "storage.outside", "storage.unrestricted", "processing.within",
        "processing.outside", "place.unknown", "place.partly", "label.missing", "label.incomplete",
        "transfer.same_place", "transfer.home", "transfer.free", "transfer.adequacy",
        "transfer.on_file", "transfer.condition", "transfer.contract", "transfer.prohibited",
        "transfer.no_basis", "transfer.partly", "code.unknown",
    }  # fmt: skip


@with_opa
def test_opa_finds_the_shipped_tests_green_and_the_files_clean():
    folder = str(rego.shipped())
    for command in (["test", folder], ["check", "--strict", folder], ["fmt", "--fail", folder]):
        done = subprocess.run([OPA or "", *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def mistaken(at: int, change: Callable[[Any], Any]) -> rego_engines.Engine:
    """An engine that is right but for one of its tasks."""
    right = rego_engines.regopy()

    def ask(tasks: Any, data: Any) -> list[Any]:
        told = right(tasks, data)
        told[at] = change(told[at])
        return told

    return ask


def flipped(told: Any) -> Any:
    verdict = "within" if told["q0"]["verdict"] != "within" else "outside"
    return {**told, "q0": {**told["q0"], "verdict": verdict}}


@pytest.mark.parametrize(
    ("at", "change", "why"),
    [
        (0, flipped, "in another order"),
        (1, flipped, "in another order"),
        (2, flipped, "cannot be trusted"),
        (2, lambda told: {}, "exactly one answer"),
        (0, lambda told: {**told, "q9": told["q0"]}, "exactly one answer"),
        (0, lambda told: {"q0": {**told["q0"], "verdict": "fine"}}, "verdict that is known"),
        (0, lambda told: {"q0": {**told["q0"], "more": "x"}}, "not verdict, rule and reason"),
        (0, lambda told: [], "exactly one answer"),
    ],
)  # fmt: skip
def test_one_wrong_answer_of_the_engine_leaves_everything_undecided(at, change, why):
    modules = rego.modules_of(rego.shipped())
    (found,) = rego.ask(modules, [QUESTION], FACTS, mistaken(at, change))
    assert (found.verdict, found.rule) == ("undecided", "rego.failed")
    assert why in found.reason


def test_an_engine_wrong_of_the_shipped_policy_both_ways_is_held_to_the_rules():
    right = rego_engines.regopy()

    def ask(tasks: Any, data: Any) -> list[Any]:
        told, again, known = right(tasks, data)
        return [flipped(told), flipped(again), known]

    (found,) = rego.ask(rego.modules_of(rego.shipped()), [QUESTION], FACTS, ask)
    assert found.rule == "rego.failed"


@engines
def test_a_policy_of_ones_own_answers(tmp_path, binary):
    assert answers(write(tmp_path, always("outside")), binary) == [("outside", "so it is")]


@engines
@pytest.mark.parametrize(
    "body",
    [
        'decision := {"q0": {"verdict": "within"}}',
        "decision := {}",
        "other := 1",
        'decision["q0"] := x if { x := nothing.there }',
        "decision := ",
        always("fine"),
        'decision := {"q0": f(1)} if { true }',
    ],
)
def test_a_policy_that_does_not_answer_leaves_everything_undecided(tmp_path, body, binary):
    ((verdict, why),) = answers(write(tmp_path, body), binary)
    assert verdict == "undecided"
    assert "gave no answer that can be used" in why


@engines
@pytest.mark.parametrize(
    ("sum_", "limits"),
    [
        ("count([1 | some a in numbers.range(1, 90000); some b in numbers.range(1, 90000); a == b])",
         {"cpu": 1, "memory": 4 << 30}),
        ("count(numbers.range(1, 300000000))", {"cpu": 60, "memory": 1 << 29}),
    ],
    ids=["time", "memory"],
)  # fmt: skip
def test_what_wants_too_much_is_stopped(tmp_path, monkeypatch, sum_, limits, binary):
    monkeypatch.setattr(rego_engines, "LIMITS", limits)
    body = (
        'decision := {"q0": {"verdict": "within", "rule": "x", "reason": text}} if {\n'
        f'\ttext := sprintf("%d", [{sum_}])\n}}'
    )
    ((verdict, why),) = answers(write(tmp_path, body), binary)
    assert verdict == "undecided"
    assert "too much" in why or "memory" in why


@pytest.mark.parametrize(
    "call",
    ["opa.runtime()", "http.send({})", "net.lookup_ip_addr(1)", "rand.intn(1, 2)", "time.now_ns()",
     "uuid.rfc4122(1)", "io.jwt.decode(1)", "opa . runtime()", "trace(1)", "rego.parse_module(1, 2)"],
)  # fmt: skip
def test_what_reaches_out_of_the_engine_is_refused_with_its_line(tmp_path, call):
    folder = write(tmp_path, f"decision := {call}")
    with pytest.raises(PolicyError, match=r"own\.rego:3: .* is not allowed") as caught:
        rego.evaluator(folder)
    assert caught.value.line == 3


def test_nul_in_a_policy_is_refused(tmp_path):
    with pytest.raises(PolicyError, match="NUL"):
        rego.evaluator(write(tmp_path, 'x := "a\0b"'))


def test_nul_in_a_question_leaves_everything_undecided():
    asked = Question("storage", ("DE\0x",), complete=True, destination=("DE",))
    (found,) = rego.evaluator(rego.shipped())([asked], FACTS)
    assert found.rule == "rego.failed"


@with_opa
def test_opa_itself_lacks_what_reaches_out_even_where_the_text_hides_it(tmp_path, monkeypatch):
    monkeypatch.setattr(rego, "_CALLS", re.compile("(?!)"))
    ((verdict, why),) = answers(write(tmp_path, "decision := opa.runtime()"), OPA)
    assert verdict == "undecided"
    assert "opa.runtime" in why or "rego_type_error" in why


def test_the_environment_of_the_process_is_empty(monkeypatch):
    seen = {}

    def told(command: Any, **more: Any) -> Any:
        seen.update(more)
        return original(command, **more)

    original = subprocess.run
    monkeypatch.setenv("SECRET", "canary")
    monkeypatch.setattr(subprocess, "run", told)
    rego.evaluator(rego.shipped())([QUESTION], FACTS)
    assert seen["env"] == {}


def test_even_a_policy_let_through_by_mistake_reads_no_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "canary")
    monkeypatch.setattr(rego, "_CALLS", re.compile("(?!)"))
    body = (
        'decision := {"q0": {"verdict": "within", "rule": "x", "reason": text}} if {\n'
        '\ttext := json.marshal(opa.runtime())\n}'
    )  # fmt: skip
    ((_, why),) = answers(write(tmp_path, body))
    assert "canary" not in why


def test_what_a_policy_prints_goes_nowhere(tmp_path):
    body = always("within").replace("\tid :=", '\tprint("{}")\n\tid :=')
    assert answers(write(tmp_path, body)) == [("within", "so it is")]


def test_the_engine_sees_no_name(monkeypatch):
    seen: list[Any] = []

    def ask(tasks: Any, data: Any) -> list[Any]:
        seen.extend([[task.input for task in tasks], data])
        raise ValueError

    monkeypatch.setattr(rego, "regopy", lambda: ask)
    judged_by_rego([run("secret_job", ["de/secret_a"], ["us/secret_b"])])
    assert seen
    assert "secret" not in str(seen)


def judged_by_rego(events: list[Any], folder: Path | None = None) -> Any:
    import lineage_explorer as lx

    label = {"dataset": "secret_a", "permitted": ["DE"]}
    policy = {"policy_date": date(2026, 11, 22), "places": PLACED, "labels": [label]}
    return residency(lx.read(events), policy, rego.evaluator(folder or rego.shipped()))


def test_a_report_by_the_shipped_policy_is_that_of_the_rules():
    events = [run("copy", ["de/secret_a"], ["us/out", "other/out"])]
    by_rules = judged(events, labels=[{"dataset": "secret_a", "permitted": ["DE"]}])
    same = ["kind", "node", "verdict", "rule", "places", "permitted"]
    by_rego = judged_by_rego(events)
    assert by_rego.findings.select(same).equals(by_rules.findings.select(same))


def test_an_engine_that_fails_is_a_finding_and_no_silence(tmp_path):
    report = judged_by_rego([run("copy", ["de/secret_a"], ["de/out"])], write(tmp_path, "x := 1"))
    told = report.findings.filter(report.findings["kind"] == "rules.undecided")
    assert told["verdict"].to_list() == ["undecided"]
    assert "no answer that can be used" in told["reason"][0]
    assert report.counts["undecided"]


def test_without_regopy_the_hint_says_what_to_install(monkeypatch):
    monkeypatch.setattr(rego_engines, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as caught:
        rego.evaluator(rego.shipped())
    assert "lineage-explorer[rego]" in str(caught.value.hint)


def test_a_folder_without_a_policy_is_an_error(tmp_path):
    with pytest.raises(PolicyError, match="there is no"):
        rego.evaluator(tmp_path)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.ndjson"
    path.write_bytes(ndjson(run("copy", ["de/a"], ["de/b"])))
    return path


def test_on_the_command_line_a_failing_policy_is_undecided(tmp_path, log):
    (tmp_path / "rules").mkdir()
    folder = write(tmp_path / "rules", "x := 1")
    done = CliRunner().invoke(
        main, ["residency", "check", str(log), "--rego", str(folder), "--strict"]
    )
    assert done.exit_code == 3
    assert "no answer that can be used" in done.output


def test_opa_without_a_policy_is_a_mistake_of_usage(log):
    done = CliRunner().invoke(main, ["residency", "check", str(log), "--opa", sys.executable])
    assert done.exit_code == 2
    assert "--opa goes with --rego" in done.output


def test_the_child_imports_nothing_of_this_package():
    folder = Path(rego_engines.__file__).parent
    for name in ("rego_child.py", "rego_limits.py"):
        assert "lineage_explorer" not in (folder / name).read_text("utf-8").split('"""')[2]
        assert os.access(folder / name, os.R_OK)
