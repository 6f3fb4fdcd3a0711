"""Mode ``alone``: one mutant in this process, for where forks cannot answer; what is told are events."""

from __future__ import annotations

from typing import Any

from . import swapping
from .afresh import Afresh
from .events import Events
from .settled import Settled
from .trying import leave


class _Told:
    """Tells by events."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def begin(self, index: int) -> None:
        """Tell that a test begins."""
        self._events.tell("begins", index=index)

    def tell(self, **result: Any) -> None:
        """Tell how it ended."""
        self._events.tell("result", **result)


def plugins(settings: dict[str, Any]) -> list[object]:
    """The plugins of this mode; the same bytecode is told at once."""
    told = _Told(Events(settings["events"]))
    path, text = settings.get("path", ""), settings.get("text", "")
    if path:
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123
            original = stream.read()
        old, new = (compile(one, path, "exec", dont_inherit=True) for one in (original, text))
        if swapping.same(old, new):
            told.tell(state="equivalent")
            leave()
    return [Afresh(told, settings, settings.get("known", ())), Settled()]
