"""Mode ``steadying``: the tests in another order, and what each of them leaves behind."""

from __future__ import annotations

from typing import Any

from .events import Events
from .ordering import ordering
from .running import Telling
from .settled import Settled


def plugins(settings: dict[str, Any]) -> list[object]:
    """The plugins of this mode; ``leaks`` in the settings says whether to look for what is left behind."""
    events = Events(settings["events"])
    found: list[object] = [Settled(), Telling(events), ordering(settings, events)]
    if settings.get("leaks"):
        from .leaks import Leaks
        from .warnings_ import Warnings

        warned = Warnings(events)
        found += [warned, Leaks(events, warned, settings["root"], settings.get("known"))]
    return found
