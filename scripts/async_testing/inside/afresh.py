"""Plugin: collect with another text for one file, run the tests that were asked for, tell, and end."""

from __future__ import annotations

from collections.abc import Collection, Generator
from typing import Any

import pytest

from . import substituting
from .modules import files
from .running import last_line
from .trying import Teller, attempt, leave


class Afresh:
    """What becomes of one mutant in a process in which nothing of the project is imported yet.

    Args:
        teller: is told how it goes.
        request: ``path`` and ``text`` of the mutant (none for an unmutated control), ``files`` to collect (none: what
            pytest was asked for), ``tests``, node IDs in the order to run (none: all that is collected), and
            ``beside``, the folder that the tests run in a copy of.
        known: the node IDs that there are without the mutant.
    """

    def __init__(self, teller: Teller, request: dict[str, Any], known: Collection[str] = ()) -> None:
        self._teller = teller
        self._request = request
        self._known = set(known)
        self._substitute = substituting.Substitute()
        if request.get("path"):
            self._substitute = substituting.install(request["path"], request["text"])

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self) -> Generator[None, Any, None]:
        """A conftest that cannot be imported is noticed."""
        self.look_at((yield))

    def look_at(self, loaded: Any) -> None:
        """Tell how loading the first conftests went, if it failed."""
        if loaded.excinfo is not None:
            message = last_line(str(loaded.excinfo[1]))
            self._teller.tell(
                state="failed", by=-1, ran=0, message=f"a conftest cannot be imported: {message}"
            )
            leave()

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Collect only the files that are needed."""
        if self._request.get("files"):
            config.args = list(self._request["files"])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be collected is noticed."""
        if report.failed:
            self._teller.tell(
                state="failed", by=-1, ran=0, name=report.nodeid, message=last_line(report.longreprtext)
            )
            leave()

    def _is_used(self) -> bool:
        """Whether the tests saw the mutant: its text was imported, or nothing was imported from beside the copy."""
        beside = self._request.get("beside", "")
        if beside:
            return not any(files(beside))
        return self._substitute.is_used or not self._request.get("path")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests; one whose name has changed with the mutant runs last."""
        items = session.items
        if wanted := self._request.get("tests"):
            order = {name: place for place, name in enumerate(wanted)}
            items = [item for item in items if item.nodeid in order or item.nodeid not in self._known]
            items.sort(key=lambda item: order.get(item.nodeid, len(order)))
        result = attempt(session, items, self._teller, all_of_them=self._request.get("all", False))
        self._teller.tell(**result, is_used=self._is_used())
        leave()
        return True
