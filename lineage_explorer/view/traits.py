"""The parts of the live view that are about colour and about time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t

from lineage_explorer.errors import LineageError, UnknownOption
from lineage_explorer.lineage import Lineage
from lineage_explorer.residency.report import ResidencyReport
from lineage_explorer.view.changes import names_of
from lineage_explorer.view.given import colour_of
from lineage_explorer.view.modes import Asked, Maker
from lineage_explorer.view.timing import MODES, Timing, settled, time_of

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

TIMING = ("mode", "time", "run")
_NOTHING = Asked(Lineage(), [], [], [], [])


class Colour(t.Unicode[str, Any]):
    """The name of a colour mode; a frame or a dict becomes modes and the name of the first."""

    def validate(self, obj: Any, value: Any) -> Any:
        name: str = obj.coloured(value)
        return name

    def set(self, obj: Any, value: Any) -> None:
        """What the user brings may have the name of what was brought before."""
        super().set(obj, value)
        if not isinstance(value, str):
            obj.recoloured()


class Time(t.TraitType[Any, Any]):
    """None, an ISO time, or two of them; whatever says a time is taken."""

    default_value = None
    allow_none = True

    def validate(self, _obj: Any, value: Any) -> Any:
        try:
            made = time_of(value)
        except LineageError as error:
            raise t.TraitError(str(error)) from error
        return list(made) if isinstance(made, tuple) else made


class Coloured(t.HasTraits):
    """What has a colour mode, one of ours or one that the user brought."""

    color = Colour("state").tag(sync=True)

    _lineage: Lineage

    def __init__(self, *args: Any, **state: Any) -> None:
        self.makers: list[Maker] = []
        self.report: ResidencyReport | None = None
        super().__init__(*args, **state)

    def coloured(self, value: Any) -> str:
        """The name of the mode that a value means."""
        try:
            name, makers = colour_of(self._lineage, value)
        except LineageError as error:
            raise t.TraitError(str(error)) from error
        if makers:
            self.makers = makers
            self.report = value if isinstance(value, ResidencyReport) else None
        known = [*names_of(self._lineage), *(make(_NOTHING).name for make in self.makers)]
        if name not in known:
            raise t.TraitError(str(UnknownOption.named(name, known, "color")))
        return name

    def recoloured(self) -> None:
        """There are other modes than before."""


class Timed(t.HasTraits):
    """What is about all runs, those of a window, or one."""

    mode = t.Enum(MODES, "all").tag(sync=True)
    time = Time().tag(sync=True)
    run = t.Unicode("").tag(sync=True)

    _lineage: Lineage

    def __init__(self, *args: Any, **state: Any) -> None:
        self.timing = Timing()
        self._settling = False
        super().__init__(*args, **state)
        self.settle()
        self.observe(self._changed, names=list(TIMING))

    def hold_sync(self) -> AbstractContextManager[Any]:
        """As a widget has it."""
        return super().hold_sync()  # type: ignore[misc, no-any-return]

    def settle(self) -> None:
        """Of mode, time and run the one that changed decides, the others follow."""
        time = tuple(self.time) if isinstance(self.time, list) else self.time
        after = settled(self._lineage, self.timing, Timing(self.mode, time, self.run))
        self.timing = after
        self._settling = True
        with self.hold_sync():
            self.mode, self.time, self.run = after.mode, after.time, after.run
        self._settling = False

    def _changed(self, _change: object = None) -> None:
        if self._settling:
            return
        before = self.timing
        self.settle()
        if self.timing != before:
            self.retimed(before)

    def retimed(self, before: Timing) -> None:
        """It is about other runs than before."""
