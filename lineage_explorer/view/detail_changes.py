"""What the panel tells of a diff: all changes in a list, and of one node both sides of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from lineage_explorer.analysis.change_codes import CODES, SEVERITIES, at_least
from lineage_explorer.analysis.diff_words import bare, said
from lineage_explorer.errors import LineageError
from lineage_explorer.plain import plain
from lineage_explorer.view.changes import ENTRIES
from lineage_explorer.view.lists import PAGE, Block, Listed, block, words

if TYPE_CHECKING:
    from lineage_explorer.analysis.story import Story
    from lineage_explorer.lineage import Lineage

LONGEST = 40_000
COLUMNS = ("mark", "number", "name", "above", "caption", "severity", "kinds")
_PARTS = "Here the sides part: nothing that changed comes before it."
_ABOUT = {code.code: code.about for code in CODES.values()}
_LONG_TEXTS = ("sql-changed", "source-changed")


@dataclass(frozen=True)
class Wanted:
    """What of the list of changes is asked for; an empty text asks for all.

    Attributes:
        severity: this one or a graver one.
        kind: what a change is about (see `change_codes.Code`).
        words: what the node's id, its name or the words about it hold, in any case.
    """

    severity: str = ""
    kind: str = ""
    words: str = ""

    @classmethod
    def read(cls, text: str) -> Wanted:
        """As the browser asks for it, in JSON.

        Raises:
            LineageError: if it is not understood.
        """
        try:
            return msgspec.json.decode(text or "{}", type=cls)
        except msgspec.DecodeError as error:
            raise LineageError("what is asked of the list was not understood.") from error

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows that are asked for."""
        words = self.words.strip().lower()
        told = [
            pl.col(name).str.to_lowercase().str.contains(words, literal=True)
            for name in ("node", "name", "caption")
        ]
        grave = at_least(self.severity) if self.severity in SEVERITIES else list(SEVERITIES)
        about = pl.col("kinds").str.split(" ").list.contains(self.kind)
        return rows.filter(
            pl.any_horizontal(told),
            pl.col("severity").is_in(grave),
            about if self.kind else pl.lit(value=True),
        )


def story_detail(lin: Lineage, most: int = PAGE) -> dict[str, Any] | None:
    """Beside the picture while nothing is selected; None where there is nothing to tell.

    Args:
        lin: what is drawn.
        most: rows of each list that come with it; others can be asked for.
    """
    story = lin.story
    if story is None:
        return None
    spoken: list[Block] = [{"type": "text", "text": _cut(word)} for word in story.words]
    marked = list_of_marked(lin, story)
    parts = _list("marked", story.marked, marked, most) if marked.frame.height else []
    every = list_of_changes(lin, story)
    lists = [*parts, *_list("changes", "all changes", every, most)]
    aside = list_of_aside(lin, story)
    if aside.frame.height:
        lists += _list("aside", "looks bad, cannot be the cause", aside, most)
    return {
        "for": "",
        "kind": "diff",
        "title": story.title,
        "above": " → ".join(map(plain, story.about)),
        "state": "",
        "tabs": [{"name": "Changes", "blocks": [*spoken, *lists]}],
    }


def changes_of(lin: Lineage, node: str) -> list[Block]:
    """The changes of a node, each with both sides; nothing where the lineage is none of a diff."""
    story = lin.story
    if story is None:
        return []
    rows = list(story.diff.changes.filter(pl.col("node") == node).iter_rows(named=True))
    blocks: list[Block] = [{"type": "back", "text": "All changes"}]
    number = story.marks.get(node)
    if number is not None:
        reason = story.reasons.get(node, "")
        blocks.append({"type": "reason", "number": number, "text": plain(reason or _PARTS)})
    if not rows:
        alone = ENTRIES[story.status.get(node, "same")].label
        return [*blocks, {"type": "text", "text": f"No change is told: {alone}."}]
    blocks += _schema(lin, story, node)
    blocks += [_side(story, row) for row in rows]
    return [*blocks, *block(lin, "events of changes", node, type="events")]


def list_of_changes(lin: Lineage, story: Story, asked: str = "") -> Listed:
    """Every node with a change, the gravest first; `asked` as `Wanted.read` has it."""
    rank = pl.col("severity").replace_strict(
        {name: at for at, name in enumerate(SEVERITIES)}, return_dtype=pl.Int8
    )
    gravest = story.diff.changes.group_by("node", maintain_order=True).agg(
        rank.max().alias("rank"),
        pl.col("severity").sort_by(rank).last(),
        changes=pl.col("change").unique(maintain_order=True),
        kinds=pl.col("change")
        .replace_strict(_ABOUT, default="unknown")
        .unique()
        .sort()
        .str.join(" "),
    )
    told = [
        story.diff.captions.get(node) or " · ".join(map(said, changes))
        for node, changes in gravest.select("node", "changes").iter_rows()
    ]
    rows = (
        gravest.with_columns(caption=pl.Series(told, dtype=pl.String))
        .join(_numbers(story), on="node", how="left", maintain_order="left")
        .sort("rank", "number", "node", descending=[True, False, False], nulls_last=True)
    )
    listed = _listed(lin, story, rows)
    return replace(listed, frame=Wanted.read(asked).of(listed.frame))


def list_of_marked(lin: Lineage, story: Story) -> Listed:
    """The nodes with a number, and why."""
    told = {node: story.reasons.get(node) or story.diff.captions.get(node, "") for node in
            story.marks}  # fmt: skip
    rows = _numbers(story).with_columns(
        caption=pl.Series(list(told.values()), dtype=pl.String),
        severity=pl.lit(""),
    )
    return _listed(lin, story, rows.sort("number", "node"))


def list_of_aside(lin: Lineage, story: Story) -> Listed:
    """What looks bad and is not it."""
    rows = pl.DataFrame(
        [(node, None, f"{said(change)}: {why}", "") for node, change, why in
         story.aside],
        schema={"node": pl.String, "number": pl.Int64, "caption": pl.String,
                "severity": pl.String},
        orient="row",
    )  # fmt: skip
    return _listed(lin, story, rows)


def _numbers(story: Story) -> pl.DataFrame:
    return pl.DataFrame(
        {"node": list(story.marks), "number": list(story.marks.values())},
        schema={"node": pl.String, "number": pl.Int64},
    )


def _listed(lin: Lineage, story: Story, rows: pl.DataFrame) -> Listed:
    """With the name, the mark of its status and the number as text."""
    names = lin.nodes.select("node", "name", above="namespace")
    marks = {node: ENTRIES[status].mark for node, status in story.status.items()}
    told = rows.join(names, on="node", how="left", maintain_order="left").with_columns(
        mark=pl.col("node").replace_strict(marks, default="", return_dtype=pl.String),
        name=pl.coalesce("name", pl.col("node").map_elements(bare, return_dtype=pl.String)),
        number=pl.col("number").cast(pl.String).fill_null(""),
        above=pl.col("above").fill_null(""),
        kinds=pl.col("kinds") if "kinds" in rows.columns else pl.lit(""),
    )
    return Listed(told, list(COLUMNS), "node")


def _list(name: str, title: str, listed: Listed, most: int) -> list[Block]:
    rows = listed.frame.head(most).select("node", *COLUMNS)
    return [
        {
            "type": "changes",
            "title": f"{title[:1].upper()}{title[1:]}",
            "list": name,
            "about": "",
            "columns": list(COLUMNS),
            "rows": [[row[0], *(words(value) for value in row[1:])] for row in rows.iter_rows()],
            "total": listed.frame.height,
        }
    ]


def _schema(lin: Lineage, story: Story, node: str) -> list[Block]:
    """The columns of both sides in one list, where any of them changed."""
    touched = {field: told for (of, field), told in story.fields.items() if of == node}
    if not touched:
        return []
    rows = lin.frames.fields.filter(pl.col("dataset") == node).sort("ordinal", nulls_last=True)
    told = []
    for field, kind in rows.select("field", "type").iter_rows():
        one = touched.get(field)
        was, now = (one.was, one.now) if one and one.mark == "Δ" else (kind, None)
        mark = one.mark if one else ""
        told.append([mark, plain(field), plain(was or ""), plain(now or "")])
    return [{"type": "columns", "title": "Columns of both sides", "rows": told}]


def _side(story: Story, row: dict[str, Any]) -> Block:
    """One change, with what stood on both sides."""
    change = row["change"]
    before, after = row["before"], row["after"]
    if change in _LONG_TEXTS:
        before, after = story.code.get((row["node"], change), (before, after))
    known = CODES.get(change)
    return {
        "type": "sides",
        "change": said(change),
        "meaning": known.meaning if known else "",
        "severity": row["severity"],
        "field": bare(row["field"]) if _is_node(row["field"]) else plain(row["field"] or ""),
        "by": bare(row["by"]) if row["by"] else "",
        "before": _value(before),
        "after": _value(after),
        "code": change in _LONG_TEXTS,
        "deviation": "" if row["deviation"] is None else f"{row['deviation']:.3g}",
    }


def _is_node(text: str | None) -> bool:
    return bool(text) and str(text).startswith(("dataset:", "job:"))


def _value(text: str | None) -> str | None:
    """None stays None: not told is another thing than empty."""
    if text is None:
        return None
    return bare(text) if _is_node(text) else _cut(text)


def _cut(text: str) -> str:
    left = len(text) - LONGEST
    safe = plain(text[:LONGEST], lines=True)
    return f"{safe}\n… {left:,} more characters" if left > 0 else safe
