"""What earlier runs found, kept in the user's cache folder.

A file's result is used again while the file, and everything that anything it depends on was asked for, is as it was.
What depends on what is a graph: a file leads to what was asked on its behalf, a conftest leads on to its imports. The
result of a run is one JSON file for each project, selection of rules and version of Python.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from async_testing import userfolder
from async_testing.checking.examined import Examined
from async_testing.checking.graph import Graph, State
from async_testing.finding import Finding
from async_testing.rules import Rule
from async_testing.userfolder import digest, sources_digest


class Cache:
    """The results of one project.

    Args:
        root: the project's root.
        rules: those that are asked; results of another selection are not used.
        folder: where caches lie, by default the user's cache folder.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        rules: Sequence[Rule],
        folder: str | os.PathLike[str] | None = None,
    ) -> None:
        self.root = os.fspath(root)
        where = folder or userfolder.cache_folder()
        inside = where is not None and f"{os.fspath(where)}{os.sep}".startswith(
            self.root.rstrip(os.sep) + os.sep
        )
        self._folder = None if inside else where
        asked = ",".join(sorted(rule.code for rule in rules))
        version = f"{sys.implementation.cache_tag} {sys.version} {sys.platform}"
        self._name = (
            f"{digest(os.fsencode(self.root))[:16]}-{digest(f'{asked} {version}'.encode())[:16]}.json"
        )
        self._checker = sources_digest()
        self._graph = Graph(self.root)
        self._results: dict[str, list[Any]] = {}
        self._configs: dict[str, str] = {}
        self._read()

    def _read(self) -> None:
        content = userfolder.load(self._folder, self._name) if self._folder else None
        try:
            document = json.loads(content) if content else {}
            if document.get("checker") != self._checker or document.get("root") != self.root:
                return
            self._graph.fill(document["graph"])
            self._results, self._configs = document["results"], document["configs"]
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self._graph, self._results, self._configs = Graph(self.root), {}, {}

    def verify(self, files: Mapping[str, str]) -> None:
        """Forget every result that is not true any more, as far as these files can tell.

        Args:
            files: those that are to be checked, with the digests of what they hold now.
        """
        for stale in self._graph.verify(files, [f"{folder}/" for folder in folders_of(files)]):
            self._forget(stale)

    def _forget(self, node: str) -> None:
        self._results.pop(node, None)
        if node.endswith("/"):
            self._configs.pop(node[:-1], None)

    def result(self, path: str) -> Examined | None:
        """What is known of a file that ``verify`` was told of, None where it has to be examined."""
        found = self._results.get(path)
        if found is None:
            return None
        findings, problem, line = found
        return Examined(path, tuple([Finding(*one) for one in findings]), problem, line)

    def config(self, folder: str) -> str | None:
        """The configuration file in force in a folder, empty where there is none; None where that is not known."""
        return self._configs.get(folder)

    def update(
        self,
        examined: Iterable[Examined],
        configs: Mapping[str, str],
        states: Mapping[str, State],
        links: Mapping[str, Iterable[str]],
        missed: Mapping[str, Iterable[str]],
    ) -> None:
        """Take over what a run found, and write it down where that is possible.

        Args:
            examined: what was not in the cache.
            configs: by folder, the configuration file in force.
            states: see ``Folder.states``, those of the examined files among them.
            links: see ``Folder.links``.
            missed: see ``Folder.missed``.
        """
        if self._folder is None:
            return
        for stale in self._graph.merge(states, links, missed):
            self._forget(stale)
        self._configs.update(configs)
        for one in examined:
            self._results[one.path] = [one.findings, one.problem, one.problem_line]
        for path in [path for path in self._results if not os.path.lexists(f"{self.root}/{path}")]:
            del self._results[path]
        document = {
            "checker": self._checker,
            "root": self.root,
            "results": self._results,
            "configs": self._configs,
            "graph": self._graph.reached([*self._results, *[f"{folder}/" for folder in self._configs]]),
        }
        if userfolder.save(self._folder, self._name, json.dumps(document, separators=(",", ":")).encode()):
            userfolder.tidy(self._folder)


def folders_of(files: Iterable[str]) -> list[str]:
    """The folders that files lie in, each once."""
    return list(dict.fromkeys(path.rpartition("/")[0] for path in files))
