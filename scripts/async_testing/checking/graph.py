"""What the results of files depend on: paths with what was there, and links from each to what was asked for it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from async_testing.facts.folder import EXISTS, Folder, bases
from async_testing.userfolder import digest

State = str | None
"""The digest of what was read; ``EXISTS`` where it was seen and not read; None where no file was."""


class Graph:
    """Nodes are paths relative to the root, and ``folder/`` for what every file in a folder depends on.

    Args:
        root: the project's root.
    """

    def __init__(self, root: str) -> None:
        self._folder = Folder(root)
        self._states: dict[str, State] = {}
        self._links: dict[str, list[str]] = {}
        self._missed: dict[str, list[str]] = {}

    def fill(self, document: dict[str, Any]) -> None:
        """Take the content from JSON."""
        names: list[str] = document["names"]
        self._links = {name: [names[one] for one in document["links"][name]] for name in document["links"]}
        self._states, self._missed = document["states"], document["missed"]

    def reached(self, starts: Iterable[str]) -> dict[str, Any]:
        """The content for JSON, as far as it can be reached from some nodes."""
        found = self._reachable(starts)
        names = sorted({*found, *(one for name in found for one in self._links.get(name, ()))})
        numbers = {name: number for number, name in enumerate(names)}
        return {
            "names": names,
            "links": {
                name: [numbers[one] for one in self._links[name]] for name in names if self._links.get(name)
            },
            "states": {name: self._states[name] for name in names if name in self._states},
            "missed": {name: kept for name, kept in self._missed.items() if f"{name}/" in numbers},
        }

    def verify(self, known: Mapping[str, str], more: Iterable[str]) -> set[str]:
        """The nodes that cannot be relied on any more, looking only at what some depend on.

        Args:
            known: files with the digests of what they hold now.
            more: other nodes to look at.
        """
        changed = set()
        for node in self._reachable([*known, *more]):
            different = node in self._states and self._states[node] != self._state(node, known)
            if different or (node.endswith("/") and self._appeared(node[:-1])):
                changed.add(node)
        return self._drop(changed)

    def merge(
        self,
        states: Mapping[str, State],
        links: Mapping[str, Iterable[str]],
        missed: Mapping[str, Iterable[str]],
    ) -> set[str]:
        """Add what a run saw; returns the nodes that it proves to be outdated."""
        old = self._states
        changed = {path for path, state in states.items() if path in old and not _agree(old[path], state)}
        stale = self._drop(changed)
        for path, state in states.items():
            if state != EXISTS or not old.get(path):
                old[path] = state
        for asker, paths in links.items():
            self._links[asker] = list({*self._links.get(asker, ()), *paths})
        for folder, names in missed.items():
            self._missed[folder] = sorted({*self._missed.get(folder, ()), *names})
        return stale

    def _state(self, path: str, known: Mapping[str, str]) -> State:
        if path in known:
            return known[path] if self._states[path] else EXISTS
        full = f"{self._folder.root}/{path}"
        if not self._states[path]:
            return EXISTS if os.path.isfile(full) else None  # noqa: PTH113
        data = self._folder.look(path)
        return None if data is None else digest(data)

    def _appeared(self, folder: str) -> bool:
        """Whether there is now a module of a name that was looked for in vain."""
        missed = self._missed.get(folder)
        return missed is not None and any(
            not self._folder.names(place).isdisjoint(missed) for place in bases(folder)
        )

    def _reachable(self, starts: Iterable[str]) -> set[str]:
        found = set(starts)
        pending = list(found)
        while pending:
            for linked in self._links.get(pending.pop(), ()):
                if linked not in found:
                    found.add(linked)
                    pending.append(linked)
        return found

    def _drop(self, changed: set[str]) -> set[str]:
        """Forget nodes and all that depends on them; returns them all."""
        if not changed:
            return changed
        askers: dict[str, list[str]] = {}
        for asker, paths in self._links.items():
            for path in paths:
                askers.setdefault(path, []).append(asker)
        stale, pending = set(changed), list(changed)
        while pending:
            for asker in askers.get(pending.pop(), ()):
                if asker not in stale:
                    stale.add(asker)
                    pending.append(asker)
        for node in stale:
            self._links.pop(node, None)
            if node in changed:
                self._states.pop(node, None)
            if node.endswith("/"):
                self._missed.pop(node[:-1], None)
        return stale


def _agree(old: State, new: State) -> bool:
    return old == new or (new == EXISTS and old is not None) or (old == EXISTS and new is not None)
