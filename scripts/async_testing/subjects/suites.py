"""The tests a project has, told by their text alone: what each calls, asks for over HTTP, and expects to be raised.

Nothing is parsed, so that a suite of a thousand files costs less than reading it would otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from async_testing.subjects.suitefiles import File

if TYPE_CHECKING:
    from async_testing.facts.folder import Folder

_DEFINED = re.compile(r"^([ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_BEHIND = re.compile(r"\)\.(\w++)\(")
_CLASS = re.compile(r"^class[ \t]+(\w+)", re.MULTILINE)
_CALLED = re.compile(r"(?<![\w.])([A-Za-z_][\w.]*+(?:\(\)[\w.]++)?)\(")
_WORD = re.compile(r"[A-Za-z_]\w+")
_RAISES = re.compile(r"(?:raises|assertRaises\w*|RaisesGroup)\(\s*\(?([\w.,\s]+)")
_NUMBER = re.compile(r"[1-5]\d\d(?<![\w.]\d\d\d)(?![\w.])")
_STATUS = re.compile(r"HTTP_(\d{3})")
_ASKED = re.compile(
    r"\.(get|post|put|patch|delete|head|options|request|stream|websocket_connect)\(\s*"
    r"(?:[\"'](\w+)[\"']\s*,\s*)?(?:url\s*=\s*)?((?:[\w.]+\s*\+\s*)?f?[\"'][^\"'\n]*[\"']|\w+)"
)
_NAMED = re.compile(r"(?:url_path_for|url_for|reverse)\(\s*[\"']([\w:.-]+)[\"']")
_CONSTANT = re.compile(r"^(\w+)(?:\s*:\s*\w+)?\s*=\s*f?[\"'](/[^\"'\n]*)[\"']", re.MULTILINE)
_LITERAL = re.compile(r"[\"'](/[^\"'\s]*)[\"']")
_QUOTED = re.compile(r"[\"']([a-z]\w*)[\"']")
_GREATEST = 2_000_000


class Request(NamedTuple):
    """A request that a test sends."""

    method: str
    """In capitals, ``*`` where it is not told."""
    path: str


class Test:
    """A test as its text shows it; what is asked of it is worked out when it is.

    Args:
        block: its text.
        others: the functions and fixtures that it may name, by name.
        urls: constants of the file that are paths.
    """

    def __init__(self, block: _Block, others: Mapping[str, _Block], urls: Mapping[str, str]) -> None:
        self.path = block.path
        self.line = block.line
        self.name = block.name
        self.id = f"{block.path}::{block.name}"
        """Its node ID, the class left out."""
        self.repeated = "parametrize" in block.decorators
        self._block = block
        self._others = others
        self._urls = urls

    @cached_property
    def words(self) -> frozenset[str]:
        """The names in it."""
        return frozenset(_WORD.findall(f"{self._block.decorators}\n{self._block.text}"))

    @cached_property
    def name_words(self) -> frozenset[str]:
        """The words of its name."""
        return frozenset(self.name.split("_"))

    @cached_property
    def _parts(self) -> list[_Block]:
        """Itself, and the helpers and fixtures that it names."""
        block, others = self._block, self._others
        named = [others[word] for word in others.keys() & self.words if word != self.name]
        return [block, *(one for one in named if not one.is_test and not one.is_class)]

    @cached_property
    def calls(self) -> frozenset[str]:
        """Dotted names of what it calls, as written; helpers of the same file and fixtures are followed once."""
        found = frozenset[str]().union(*(one.calls for one in self._parts))
        if "getattr" in self.words:
            text = f"{self._block.decorators}\n{self._block.text}"
            found |= {f"getattr.{name}" for name in _QUOTED.findall(text)}
        return found

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """What it asks for over HTTP."""
        asked = [one for part in self._parts for one in _requests(part, self._urls)]
        return tuple(dict.fromkeys(asked))

    @cached_property
    def routes(self) -> frozenset[str]:
        """Routes that it names."""
        return frozenset(
            name for one in self._parts if "url" in one.text for name in _NAMED.findall(one.text)
        )

    @cached_property
    def raises(self) -> frozenset[str]:
        """The exceptions that it expects."""
        expected = [name for part in _RAISES.findall(self._block.text) for name in part.split(",")]
        return frozenset(one.strip().rpartition(".")[2] for one in expected if one.strip())

    @cached_property
    def statuses(self) -> frozenset[int]:
        """The HTTP statuses that it names."""
        text = f"{self._block.decorators}\n{self._block.text}"
        numbers = {int(one) for one in _NUMBER.findall(text)}
        if "HTTP_" in text:
            numbers |= {int(one) for one in _STATUS.findall(text)}
        return frozenset(numbers | ({404} if "NOT_FOUND" in self.words else set()))

    @cached_property
    def errors(self) -> frozenset[int]:
        """Those of the statuses that are errors."""
        return frozenset(one for one in self.statuses if one >= 400)


class Suite:
    """The tests, fixtures and fakes of a project.

    Args:
        folder: the project.
        paths: the files of its tests, conftests too.
        about: only tests whose file holds one of these words, all where there is none.
    """

    def __init__(self, folder: Folder, paths: Iterable[str], about: Collection[str] = ()) -> None:
        self.files: list[File] = []
        self.fixtures: dict[str, str] = {}
        self.classes: dict[str, str] = {}
        self._shared: dict[str, _Block] = {}
        texts = [(path, _text(folder, path)) for path in paths]
        for path, text in sorted(texts, key=lambda one: not one[0].endswith("conftest.py")):
            if text:
                self._take(path, text, about)

    def _take(self, path: str, text: str, about: Collection[str]) -> None:
        if "def test" not in text and not path.endswith("conftest.py"):
            if "class " in text:
                for name in _CLASS.findall(text):
                    self.classes.setdefault(name, path)
            if path.endswith("__init__.py") and "Fake" in text:
                self.files.append(File(path, frozenset(_WORD.findall(text)), ()))
            return
        is_meant = not about or any(one in text for one in about)
        if not is_meant and not path.endswith("conftest.py"):
            return
        found = list(_blocks(path, text))
        if path.endswith("conftest.py"):
            self._shared |= {one.name: one for one in found}
        for one in found:
            if one.is_class:
                self.classes.setdefault(one.name, path)
            elif "fixture" in one.decorators:
                self.fixtures.setdefault(one.name, path)
        others = {**self._shared, **{one.name: one for one in found}}
        urls = dict(_CONSTANT.findall(text))
        tests = tuple(Test(one, others, urls) for one in found if one.is_test)
        self.files.append(File(path, frozenset(_WORD.findall(text)), tests, text))

    @cached_property
    def shared_fixtures(self) -> list[str]:
        """The names of fixtures of conftests, very short ones left out."""
        return [one for one, path in self.fixtures.items() if path.endswith("conftest.py") and len(one) > 2]

    @cached_property
    def holding(self) -> dict[str, list[int]]:
        """Word → the places of the files that hold it."""
        found: dict[str, list[int]] = {}
        for place, file in enumerate(self.files):
            for word in file.words:
                found.setdefault(word, []).append(place)
        return found

    @cached_property
    def asking(self) -> dict[str, list[tuple[Request, Test]]]:
        """Part of a path → the requests whose path has it, each with its test; all of them under an empty part."""
        found: dict[str, list[tuple[Request, Test]]] = {}
        for file in self.files:
            for test in file.tests:
                for request in test.requests:
                    for part in {"", *request.path.split("/")}:
                        found.setdefault(part, []).append((request, test))
        return found

    @cached_property
    def naming(self) -> dict[str, list[Test]]:
        """Name of a route, without what stands before a colon → the tests that look its path up."""
        found: dict[str, list[Test]] = {}
        for file in self.files:
            for test in file.tests:
                for name in test.routes:
                    found.setdefault(name.rpartition(":")[2], []).append(test)
        return found


def _text(folder: Folder, path: str) -> str:
    data = folder.look(path)
    return data.decode(errors="replace") if data is not None and len(data) < _GREATEST else ""


class _Block:
    """A function or class of a file of the suite."""

    def __init__(self, path: str, line: int, name: str, is_class: bool, decorators: str, text: str) -> None:
        self.path = path
        self.line = line
        self.name = name
        self.is_class = is_class
        self.decorators = decorators
        self.text = text

    @cached_property
    def calls(self) -> frozenset[str]:
        """Dotted names of what it calls."""
        found = {name.replace(".__wrapped__", "") for name in _CALLED.findall(self.text)}
        return frozenset(found.union(_of_made(self.text)))

    @property
    def is_test(self) -> bool:
        """Whether it is a test by name."""
        return self.name.startswith("test") and not self.is_class


def _of_made(text: str) -> Iterator[str]:
    """The methods that are called of objects made on the spot: ``UserDAO.get`` of ``UserDAO(connection()).get(1)``."""
    for hit in _BEHIND.finditer(text):
        depth, place = 0, hit.start()
        while place > 0:
            depth += (text[place] == ")") - (text[place] == "(")
            if not depth:
                break
            place -= 1
        start = place
        while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
            start -= 1
        if text[start:place][:1].isupper():
            yield f"{text[start:place]}.{hit.group(1)}"


def _blocks(path: str, text: str) -> Iterator[_Block]:
    """The functions and classes of a text, each up to the next one that is not inside of it."""
    heads = list(_DEFINED.finditer(text))
    indents = [len(one.group(1)) for one in heads]
    line, place = 1, 0
    for number, head in enumerate(heads):
        line += text.count("\n", place, head.start())
        place = head.start()
        is_class = head.group().lstrip().startswith("class")
        end = len(text)
        for later in range(number + 1, len(heads)):
            if indents[later] <= indents[number]:
                end = heads[later].start()
                break
            if is_class:
                end = min(end, heads[later].start())
                break
        before = text.rfind("\n\n", 0, head.start()) + 1
        decorators = text[max(before, 0) : head.start()]
        decorators = decorators[decorators.find("@") :] if "@" in decorators else ""
        yield _Block(path, line, head.group(2), is_class, decorators, text[head.start() : end])


def _requests(block: _Block, urls: Mapping[str, str]) -> Iterator[Request]:
    """What is asked for over HTTP; where the path is a variable, every path of the test may be meant."""
    text, decorators = block.text, block.decorators
    open_ = False
    for method, named, given in _ASKED.findall(text):
        said = (named or "*").upper() if method in ("request", "stream") else method.upper()
        said = "WEBSOCKET" if method == "websocket_connect" else said
        path = _path(given, urls)
        if path:
            yield Request(said, path)
        elif given.isidentifier() and method != "get":
            open_ = True
    if open_ or "parametrize" in decorators:
        for path in _LITERAL.findall(f"{decorators}\n{text}"):
            yield Request("*", _plain(path))


def _path(given: str, urls: Mapping[str, str]) -> str:
    head, _, rest = given.rpartition("+")
    rest = rest.strip()
    if rest.isidentifier():
        return _plain(urls.get(rest, ""))
    inner = rest.lstrip("f")[1:-1]
    for name, value in urls.items():
        inner = inner.replace(f"{{{name}}}", value)
    inner = re.sub(r"^\{[^{}]*\}", "", inner) if not head else inner
    inner = re.sub(r"^https?://[^/]+", "", inner)
    return _plain(inner) if inner.startswith("/") else ""


def _plain(path: str) -> str:
    """A path without its query, ``x`` for what is put in."""
    return re.sub(r"\{[^{}]*\}", "x", path).partition("?")[0].rstrip("/") or ("/" if path else "")
