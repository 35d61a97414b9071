"""Bytes with holes, so that a run costs little more than a join; and facets to put into them."""

from __future__ import annotations

import json
import re
from typing import Any

Json = dict[str, Any]
SPEC = "https://openlineage.io/spec"
CUSTOM = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunFacet"
OURS = "https://github.com/OpenLineage/OpenLineage/tree"
PRODUCERS = {
    "spark": f"{OURS}/1.53.0/integration/spark",
    "dbt": f"{OURS}/1.54.0/integration/dbt",
    "airflow": "https://github.com/apache/airflow/tree/providers-openlineage/2.20.3",
    "flink": f"{OURS}/1.53.0/integration/flink",
}
TEAMS = [f"team-{name}" for name in ("orders", "payments", "crm", "web", "finance", "platform")]
SPACED = {"dbt", "airflow"}

_HOLE = re.compile(r',\s?"\+(\w+)\+":\s?0|"#(\w+)#"|@(\w+)@')


class Template:
    """Bytes with named holes: `@name@` in a text, `"#name#"` a value, `"+name+": 0` members."""

    __slots__ = ("consts", "names")

    def __init__(self, value: Any, *, spaced: bool) -> None:
        text = json.dumps(
            value, ensure_ascii=spaced, separators=(", ", ": ") if spaced else (",", ":")
        )
        parts = _HOLE.split(text)
        self.names = ["".join(filter(None, parts[at : at + 3])) for at in range(1, len(parts), 4)]
        self.consts = [b""] * (2 * len(self.names) + 1)
        self.consts[::2] = [part.encode() for part in parts[::4]]

    @classmethod
    def members(cls, facets: Json, *, spaced: bool) -> Template:
        """Members that follow others in an object: `, "key": value` for each."""
        made = cls({"": 0, **facets}, spaced=spaced)
        made.consts[0] = made.consts[0][len('{"": 0' if spaced else '{"":0') :]
        made.consts[-1] = made.consts[-1][:-1]
        return made

    def fill(self, values: dict[str, bytes]) -> bytes:
        """The bytes with every hole filled."""
        out = self.consts.copy()
        out[1::2] = [values[name] for name in self.names]
        return b"".join(out)


def facet(who: str, schema: str, **fields: Any) -> Json:
    """A facet; `schema` is a version and a name of the specification, else a custom one's URL."""
    version, _, name = schema.partition("/")
    url = f"{SPEC}/facets/{version}/{name}.json#/$defs/{name}" if name[:1].isupper() else schema
    return {"_producer": PRODUCERS[who], "_schemaURL": url, **fields}
