"""The facets of told tables, decoded when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import polars as pl

from lineage_explorer.readers import shapes
from lineage_explorer.readers.told import ENTITIES, Told, unpacked


class Typed:
    """Facets by number; those of one kind at a time."""

    def __init__(self, told: Told) -> None:
        self._key = told.facets["key"]
        self._entity = told.facets["entity"]
        self._text = unpacked(told.texts["asked"])

    def each(self, numbers: pl.Series) -> Iterable[tuple[int, Any]]:
        """Every distinct one of these facets, in order, with its typed form."""
        chosen = numbers.unique().sort()
        columns = [chosen, *(one.gather(chosen) for one in (self._entity, self._key, self._text))]
        for number, entity, key, text in zip(*(one.to_list() for one in columns), strict=True):
            yield number, shapes.decode(ENTITIES[entity], key, text)[0]

    def rows(
        self, numbers: pl.Series, say: Callable[[Any], Iterable[tuple[Any, ...]]], **schema: Any
    ) -> pl.DataFrame:
        """What is said of each distinct one of these facets: `facet`, then the columns of a row."""
        told = [(number, *row) for number, one in self.each(numbers) for row in say(one)]
        columns = {"facet": pl.UInt32, **schema}
        values = zip(*told, strict=True) if told else [()] * len(columns)
        return pl.DataFrame(
            [
                pl.Series(name, list(column), dtype, strict=False)
                for (name, dtype), column in zip(columns.items(), values, strict=True)
            ]
        )
