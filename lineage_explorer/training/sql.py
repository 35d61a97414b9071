"""The SQL of a made-up job: what it says is what it does; how it is laid out says nothing."""

from __future__ import annotations

from math import isfinite

from lineage_explorer.training.parts import Job, Pick, Table

_HOW = {
    "sum": "sum({0})", "mean": "avg({0})", "count": "count(*)", "product": "{0} * {1}",
    "max": "max({0})", "null": "null", "score": "predict({0})", "hash": "sha2({0}, 256)",
    "recode": "upper({0})",
}  # fmt: skip


def query(job: Job, inputs: list[Table], target: Table) -> str:
    """The query; `job.style` 1 to 3 lays the same out differently."""
    rated = dict(job.skews)
    columns = ",\n    ".join(_column(one, rated=one.name in rated) for one in job.picks)
    lines = [f"select\n    {columns}", f"from {_name(inputs[0])} as t0"]
    for join in job.joins:
        how = "inner" if join.inner else "left"
        lines.append(
            f"{how} join {_name(inputs[join.input])} as t{join.input} "
            f"on t0.{join.left} = t{join.input}.{join.right}"
        )
    if conditions := _conditions(job):
        lines.append("where " + "\n  and ".join(conditions))
    if job.by:
        lines.append("group by " + ", ".join(f"t0.{one}" for one in job.by))
    if job.once_per:
        lines.append(
            f"qualify row_number() over (partition by t0.{job.once_per} order by t0.updated_at) = 1"
        )
    if isfinite(job.most):
        lines.append(f"limit {job.most:.0f}")
    text = "\n".join(lines)
    if job.integration != "dbt":
        text = f"insert into {_name(target)}\n{text}"
    if job.style == 1:
        text = f"-- reviewed, see the handbook\n{text}"
    elif job.style == 2:
        text = text.replace("\n    ", "\n  ").replace("\nfrom", "\n\nfrom")
    elif job.style == 3:
        text = text.replace("select\n", "SELECT\n").replace("\nfrom ", "\nFROM ")
    return text


def _conditions(job: Job) -> list[str]:
    found = [f"t0.{one.says}" for one in job.where]
    if job.window:
        found.append("t0.load_date = '{{ ds }}'")
    if job.drops_bad:
        found.append(f"t0.{job.drops_bad} is not null")
    return found


def _column(pick: Pick, *, rated: bool) -> str:
    of = [f"t{at}.{column}" for at, column in pick.of]
    if rated:
        of = [f"({one} * rate('EUR'))" for one in of]
    if pick.how == "same":
        return of[0] if of[0].partition(".")[2] == pick.name else f"{of[0]} as {pick.name}"
    text = f"cast({of[0]} as {pick.type})" if pick.how == "cast" else _HOW[pick.how].format(*of)
    return f"{text} as {pick.name}"


def _name(table: Table) -> str:
    return table.name if table.store == "warehouse" else table.name.replace("/", ".")
