"""A diagnosis as Markdown: diagram, breaking change, who is affected, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.analysis.diagnose_words import main_evidence, measure_code
from lineage_explorer.analysis.diff_words import bare
from lineage_explorer.analysis.words import code, counted, markdown_table
from lineage_explorer.plain import cut_middle, plain

if TYPE_CHECKING:
    from lineage_explorer.analysis.diagnose import Diagnosis

_LABEL = 60
_MODELS = ("MODEL",)


def report(found: Diagnosis) -> str:
    """The whole diagnosis as Markdown."""
    parts = [f"# Why {code(bare(found.job))} went wrong", _escaped(found.verdict)]
    parts += [_escaped(note) for note in found.notes]
    if len(found.symptoms):
        seen = [
            (kind, bare(node), field, text)
            for kind, node, field, text in found.symptoms.select(
                "kind", "node", "field", "text"
            ).iter_rows()
        ]
        parts += ["## What is wrong", markdown_table(("kind", "where", "field", "what"), seen)]
    if len(found.causes):
        parts += ["## How it got there", mermaid(found.causes["path"][0].to_list())]
        parts += ["## What broke it", _broke(found)]
        parts += ["## Causes", _causes(found)]
        parts += ["## Who is affected", _affected(found)]
        parts += ["## What to do", next_step(found)]
    if len(found.excluded):
        rows = [(bare(node), change, why) for node, change, why in found.excluded.iter_rows()]
        head = ("node", "change", "why not")
        parts += ["## Looks bad, is not the cause", markdown_table(head, rows)]
    return "\n\n".join(parts) + "\n"


def mermaid(path: list[str]) -> str:
    """A way as a Mermaid diagram: jobs round, datasets square; the first is where it began."""
    lines = ["```mermaid", "flowchart LR"]
    for at, node in enumerate(path):
        label = _label(node)
        shape = f'n{at}(["{label}"])' if node.startswith("job:") else f'n{at}["{label}"]'
        lines.append(f"  {shape}")
    lines += [f"  n{at} --> n{at + 1}" for at in range(len(path) - 1)]
    lines += ["  classDef cause stroke:#b93815,stroke-width:3px", "  class n0 cause", "```"]
    return "\n".join(lines)


def _label(node: str) -> str:
    text = cut_middle(bare(node), _LABEL)
    for sign, entity in (
        ("#", "#35;"),
        ('"', "#quot;"),
        ("<", "#lt;"),
        (">", "#gt;"),
        ("`", "#96;"),
    ):
        text = text.replace(sign, entity) if sign != "#" else text.replace("#", "#35;")
    return text


def _escaped(text: str) -> str:
    """A sentence with names in it, none of which may become markup."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|~!" else sign for sign in plain(text))


def _broke(found: Diagnosis) -> str:
    suspect = found.trial.named[0]
    rows = []
    for one in sorted(suspect.evidence, key=lambda one: -one.weight):
        if one.change:
            rows.append(
                (one.change["change"], bare(one.change["node"]), one.change["field"],
                 one.change["before"], one.change["after"])
            )  # fmt: skip
        elif one.measure:
            rows.append(
                (measure_code(one), bare(one.measure.node), one.measure.field,
                 f"{one.measure.before:.6g}", f"{one.measure.after:.6g}")
            )  # fmt: skip
    return markdown_table(("change", "node", "field", "before", "after"), rows)


def _causes(found: Diagnosis) -> str:
    rows = [
        (rank, f"{score:.2f}", bare(node), run, why, events)
        for rank, score, node, run, why, events in found.causes.select(
            "rank", "score", "node", "run", "why", "events"
        ).iter_rows()
    ]
    return markdown_table(("rank", "score", "node", "run", "why", "events"), rows)


def _affected(found: Diagnosis) -> str:
    """What is behind the cause, models first, and whom to tell."""
    top = found.causes["node"][0]
    reached = found.lin.downstream(top).nodes
    if reached.is_empty():
        return "Nothing in the log reads it."
    kinds = found.lin.datasets.select(node="dataset", type="type")
    about = reached.join(kinds, on="node", how="left", maintain_order="left")
    models = about.filter(
        pl.col("type").str.to_uppercase().is_in(_MODELS)
        | pl.col("node").str.contains("(?i)mlflow|/models?/|:models?:")
    )
    owners = (
        about.select("owners", "name").explode("owners", empty_as_null=False)
        .drop_nulls("owners").group_by("owners").agg("name").sort("owners")
    )  # fmt: skip
    counts = dict(reached.group_by("kind").len().iter_rows())
    said = [counted(counts.get(kind, 0), kind) for kind in ("dataset", "job")]
    parts = [f"Behind it are {said[0]} and {said[1]}."]
    if len(models):
        names = ", ".join(code(plain(name)) for name in models["name"])
        parts.append(f"Models among them: {names}.")
    if len(owners):
        parts.append(markdown_table(("owner", "of"), owners.rows()))
    return "\n\n".join(parts)


def next_step(found: Diagnosis) -> str:
    """What somebody should do first."""
    suspect = found.trial.named[0]
    first = main_evidence(suspect)
    top = found.causes.row(0, named=True)
    node, run = code(bare(top["node"])), code(str(top["run"]))
    change = top["change"]
    # A field that has another name is missed by its old one.
    told = first.change or {}
    called = told.get("before" if change == "field-renamed" else "field")
    field = code(plain(str(called))) if called else ""
    if first.why == "overtook":
        step = (
            f"Run {node} again for the newest period, then what is behind it; see why run {run} "
            "ended so late."
        )
    elif change.startswith("field-"):
        step = f"Put {field} back in {node}, or change what reads it; then run again what is behind it."
    elif change in ("not-run", "version-same", "input-older"):
        step = f"See why {node} has not been renewed, run it, then what is behind it."
    elif change == "run-failed":
        step = (
            f"Read the error of run {run} of {node}, mend that, then run again what is behind it."
        )
    elif change in ("sql-changed", "source-changed", "code-version-changed"):
        step = (
            f"Look at what was deployed to {node} before run {run}, and take it back if it is that."
        )
    elif change.startswith(("parameter", "setting", "variable")):
        step = f"Set {field} of {node} back, and run it again."
    elif change.startswith(("input", "output", "dataset", "place", "job")):
        step = f"See who moved or renamed what {node} is about, and point its readers to the right one."
    else:
        step = (
            f"Look at the data of {node} as run {run} saw them: the log tells the effect, not why."
        )
    return step if found.certainty == "sure" else f"{step} It is not certain: check this first."
