"""What the texts of the project's modules tell without being parsed, which most of them need not be then."""

from __future__ import annotations

import builtins
import os
import re
from typing import Literal, NamedTuple

from async_testing.facts.folder import Folder

Where = Literal["", "async", "contextmanager", "generator", "method"]

_DEFINED = re.compile(
    rb"^(?:[ \t]*@([\w.]+)[^\n]*\n)?([ \t]*)(async[ \t]+)?(def|class)[ \t]+(\w+)(?:(?:\(([^()#]*)\))?(:))?",
    re.MULTILINE,
)
_IMPORTED = re.compile(
    rb"^from[ \t]+([\w.]+)[ \t]+import[ \t]+(?:\(([\w, \t\n]*)\)|([\w, \t]+))[ \t]*(?:#[^\n]*)?$",
    re.MULTILINE,
)
_WHOLE = re.compile(rb"^import[ \t]+([\w., \t]+?)[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_KEEPING = frozenset({b"staticmethod", b"classmethod", b"abstractmethod", b"override"})


class Outline(NamedTuple):
    """The names that a module's text defines."""

    plain: frozenset[str]
    """Plain functions and methods."""
    coroutines: frozenset[str]
    """Those that are ``async def``."""
    top: frozenset[str]
    """Functions and classes that are not indented."""
    replaced: frozenset[str]
    """Functions and methods whose every definition has a decorator above it that may make something else of it."""
    classes: dict[str, tuple[str, ...] | None]
    """Classes that are not indented, with their bases as written; None where these are more than names."""
    imports: dict[str, str]
    """Names that a plain import at the top binds, dotted, with the leading dots of a relative one."""


def outline(data: bytes) -> Outline:
    """Read a module's text."""
    found = [
        (
            decorator,
            not indent,
            bool(is_async),
            kind == b"def",
            name.decode(errors="replace"),
            bases if colon else None,
        )
        for decorator, indent, is_async, kind, name, bases, colon in _DEFINED.findall(data)
    ]
    defined = [(one[4], not one[0] or one[0].rpartition(b".")[2] in _KEEPING) for one in found]
    return Outline(
        frozenset(name for _, _, is_async, is_def, name, _ in found if is_def and not is_async),
        frozenset(name for _, _, is_async, _, name, _ in found if is_async),
        frozenset(name for _, is_top, _, _, name, _ in found if is_top),
        frozenset(name for name, _ in defined).difference(name for name, is_kept in defined if is_kept),
        {name: _bases(bases) for _, is_top, _, is_def, name, bases in found if is_top and not is_def},
        _imports(data),
    )


def _bases(given: bytes | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    text, before = given.decode(errors="replace"), ""
    while text != before:  # subscripts of generic classes, inner ones first
        text, before = re.sub(r"\[[^\[\]]*\]", "", text), text
    return tuple(word for part in text.split(",") if (word := part.strip()) and "=" not in word)


def _imports(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for module, inner, plain in _IMPORTED.findall(data):
        base = module.decode(errors="replace")
        joint = "" if base.endswith(".") else "."
        for part in (inner or plain).decode(errors="replace").split(","):
            words = part.split()
            if len(words) in (1, 3):
                found[words[-1]] = f"{base}{joint}{words[0]}"
    for names in _WHOLE.findall(data):
        for part in names.decode(errors="replace").split(","):
            words = part.split()
            if words:
                top = words[-1].partition(".")[0]
                found[top] = words[0] if len(words) == 3 else top
    return found


class Outlined(Folder):
    """A project's folder whose modules can be asked for what their texts tell.

    Args:
        root: its absolute path, symbolic links resolved.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        super().__init__(root)
        self._outlines: dict[str, Outline] = {}
        self._mentioned: dict[tuple[str, str], bool] = {}

    def outline(self, path: str) -> Outline:
        """What a module's text says that it defines, without parsing it."""
        found = self._outlines.get(path)
        self.link(self.current, path)
        if found is None:
            found = self._outlines[path] = outline(self.read(path) or b"")
        return found

    def mentions(self, path: str, word: str) -> bool:
        """Whether a file holds a word, which is much cheaper to tell than what it means there."""
        key = (path, word)
        if key not in self._mentioned:
            self._mentioned[key] = word.encode(errors="replace") in (self.read(path) or b"")
        return self._mentioned[key]

    def may_be(self, path: str, parts: list[str], where: Where, hops: int) -> bool:
        """Whether a name of a module may lead to what is meant, as far as texts tell.

        Args:
            path: the module.
            parts: the name, dotted, in parts.
            where: what is meant, as for ``Workspace.definition``.
            hops: how many imports and bases to follow.
        """
        if not where or hops < 0:
            return True
        told = self.outline(path)
        head, last = parts[0], parts[-1]
        if (
            head in told.classes
            and len(parts) == 2
            and last not in told.plain
            and last not in told.coroutines
        ):
            return self._may_inherit(path, head, last, where, hops)
        if len(parts) == 1 and head in told.classes:
            return head in told.plain or head in told.coroutines
        if head in told.top or head in told.plain or head in told.coroutines or head in told.classes:
            return not self._left_out(path, last, where)
        if head in told.imports:
            place = self._placed(path, [*told.imports[head].split("."), *parts[1:]], told.imports[head])
            return place is not None and self.may_be(*place, where, hops - 1)
        return not hasattr(builtins, head) and not self._is_variable(path, head)

    def _may_inherit(self, path: str, name: str, method: str, where: Where, hops: int) -> bool:
        if where == "method" and any(self.mentions(path, f"self.{method}{sign} ") for sign in (" =", ":")):
            return False
        bases = self.outline(path).classes[name]
        return bases is None or any(
            self.may_be(path, [*one.split("."), method], where, hops - 1) for one in bases
        )

    def _placed(self, path: str, parts: list[str], dotted: str) -> tuple[str, list[str]] | None:
        """The module that a dotted name leads to, with what is left of the name; None for what lies elsewhere."""
        level = len(dotted) - len(dotted.lstrip("."))
        names = [one for one in parts if one]
        for cut in range(len(names) - 1, -1 if level else 0, -1):
            module = "." * level + ".".join(names[:cut])
            found = self.locate(path, module)
            if found and found != path:
                return found, names[cut:]
        return None

    def _is_variable(self, path: str, name: str) -> bool:
        """Whether a module's text assigns a name at its top."""
        key = (path, f"{name} =")
        if key not in self._mentioned:
            line = b"\n" + name.encode(errors="replace")
            data = self.read(path) or b""
            self._mentioned[key] = any(line + sign in data for sign in (b" =", b"=", b":"))
        return self._mentioned[key]

    def _left_out(self, path: str, name: str, where: Where) -> bool:
        if where == "async":
            return self.shows_plain(path, name)
        told = self.outline(path)
        if where == "contextmanager":
            known = name in told.top or name in told.plain or name in told.coroutines
            return known and not self.mentions(path, "contextmanager")
        if where == "generator":
            return not self._yields(path, name)
        return where == "method" and name in told.replaced

    def _yields(self, path: str, name: str) -> bool:
        """Whether a function or method of a name may be a generator."""
        data = self.read(path) or b""
        if not self.mentions(path, "yield"):
            return False
        told = self.outline(path)
        if name not in told.plain and name not in told.coroutines:
            return True
        heads = re.finditer(
            rb"^([ \t]*)(?:async[ \t]+)?def[ \t]+" + name.encode() + rb"\b", data, re.MULTILINE
        )
        for head in heads:  # the body ends where a line is indented no further
            after = re.compile(rb"^[ \t]{0,%d}[^\s)#\]]" % len(head[1]), re.MULTILINE).search(
                data, head.end()
            )
            if b"yield" in data[head.end() : after.start() if after else len(data)]:
                return True
        return False

    def shows_plain(self, path: str, name: str) -> bool:
        """Whether the text of a module has a plain ``def`` of a name and no ``async`` one."""
        told = self.outline(path)
        return name in told.plain and name not in told.coroutines
