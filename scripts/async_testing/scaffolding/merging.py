"""Adding fixtures to a conftest that somebody else wrote, with every other byte of it left alone."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection
from dataclasses import dataclass, replace

from async_testing.files import Text
from async_testing.model import UsageError
from async_testing.scaffolding.pieces import (
    Binding,
    Block,
    Pieces,
    bindings,
    import_lines,
    names_of,
    typing_lines,
)

HOOK = "pytest_collection_modifyitems"
SCOPE = "LOOP_SCOPE"


class Clash(Exception):
    """The pieces do not fit in: the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Host:
    """A conftest as the merge sees it."""

    path: str
    source: Text
    module: ast.Module

    @property
    def bound(self) -> dict[str, Binding | None]:
        """Names bound at the top, also in ``if`` and ``try``; with the import that binds them, if one does."""
        found: dict[str, Binding | None] = {}
        pending: list[ast.stmt] = list(reversed(self.module.body))
        while pending:
            node = pending.pop()
            found.update({one.bound: one for one in bindings(node)})
            found.update(dict.fromkeys(names_of(node)))
            if isinstance(node, ast.If | ast.Try | ast.With):
                pending.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt))
                pending.extend(line for handler in getattr(node, "handlers", []) for line in handler.body)
        return found

    @property
    def postpones_annotations(self) -> bool:
        """Whether annotations are not evaluated."""
        return any(isinstance(one, ast.ImportFrom) and one.module == "__future__" for one in self.module.body)


def parse(path: str, source: Text) -> Host:
    """A conftest, parsed.

    Raises:
        UsageError: this Python cannot parse it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Host(path, source, ast.parse(source.text.removeprefix("\ufeff")))
    except (SyntaxError, ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise UsageError(f"{path}{line} is not valid Python: mend it first, then scaffold again") from None


def merged(host: Host, library: Pieces, missing: list[str]) -> str:
    """The conftest's text with the ``missing`` fixtures and what they need.

    Args:
        host: the conftest.
        library: everything a conftest may hold.
        missing: names of the fixtures to add.

    Returns:
        Imports come after its last import, definitions at the end; the rest is as it was.

    Raises:
        Clash: a helper's name means something else there.
    """
    bound = host.bound
    same = {one.bound for one in library.imports if _agrees(one, bound.get(one.bound))}
    same |= {one.bound for one in library.typing if bound.get(one.bound)}
    same |= {SCOPE} & bound.keys()
    wanted = list(missing)
    if HOOK not in bound and any(SCOPE in block.uses for block in library.select(missing).blocks):
        wanted.append(HOOK)
    chosen = library.select(wanted, same)
    chosen = replace(chosen, blocks=tuple(_renamed(block, bound.keys()) for block in chosen.blocks))
    brought = {one.bound for one in chosen.imports | chosen.typing}
    brought |= {name for block in chosen.blocks for name in block.names}
    if taken := sorted(brought & bound.keys()):
        raise Clash(f"it uses the name {taken[0]} for something else: rename it there, then --merge again")
    if not host.postpones_annotations:
        typed = frozenset(one.bound for one in library.typing)
        chosen = replace(chosen, blocks=tuple(_quoted(block, typed) for block in chosen.blocks))
    text = _woven(host, chosen)
    before, after = ([ast.dump(one) for one in tree.body] for tree in (host.module, ast.parse(text)))
    remaining = iter(after)
    if not all(any(one == other for other in remaining) for one in before):
        raise Clash(
            "its statements share lines in a way that nothing can be added to: put each on its own line"
        )
    return text


def _agrees(wanted: Binding, there: Binding | None) -> bool:
    """Whether an import that is there will do: ``typing.Iterator`` for ``collections.abc.Iterator`` does."""
    if there is None:
        return False
    if wanted.local:
        return (wanted.module.lstrip("."), wanted.name) == (there.module.lstrip("."), there.name)
    if wanted.name:
        return there.name == wanted.name
    return not there.name and (there.alias or there.module.partition(".")[0]) == wanted.bound


def _woven(host: Host, chosen: Pieces) -> str:
    lines = host.source.lines
    end = max(
        (node.end_lineno or 0 for node in host.module.body if _is_import(node)), default=_docstring_end(host)
    )
    imports = [line for line in import_lines(chosen.imports) if line]
    if chosen.typing:
        imports += ["if TYPE_CHECKING:", *typing_lines(chosen.typing)]
    constants = [block.text for block in chosen.blocks if not block.defines]
    definitions = [block.text for block in chosen.blocks if block.defines]
    added = "\n\n\n".join([*(["\n\n".join(constants)] if constants else []), *definitions])
    newline = host.source.newline
    before, after = "".join(lines[:end]), "".join(lines[end:])
    if before and not before.endswith(("\n", "\r")):
        before += newline
    if after and not after.endswith(("\n", "\r")):
        after += newline
    head = newline.join(imports) + newline if imports else ""
    gap = newline * 2 if (before + head + after).strip() else ""
    return before + head + after + gap + added.replace("\n", newline) + newline


def _is_import(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return all(isinstance(one, ast.Import | ast.ImportFrom) for one in node.body) and not node.orelse
    return isinstance(node, ast.Import | ast.ImportFrom)


def _docstring_end(host: Host) -> int:
    first = host.module.body[0] if host.module.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return first.end_lineno or 0
    comments = 0
    for line in host.source.lines:
        if not line.lstrip("\ufeff").startswith("#"):
            break
        comments += 1
    return comments


def _renamed(block: Block, taken: Collection[str]) -> Block:
    """A fixture whose function needs another name, because ``from app.main import app`` has taken the fixture's."""
    name = block.names[0]
    if not block.fixture or name not in taken:
        return block
    head, found, rest = block.text.partition("\n")
    named = f'(name="{name}"'
    head = head.replace("(", f"{named}, ", 1) if "(" in head else f"{head}{named})"
    other = f"{name}_fixture"
    return replace(
        block, text=head + found + rest.replace(f"def {name}(", f"def {other}(", 1), names=(other,)
    )


def _quoted(block: Block, typed: frozenset[str]) -> Block:
    """A block whose annotations name what only a type checker imports, with those annotations in quotes."""
    node = ast.parse(block.text).body[0]
    found: list[ast.expr] = []
    for one in ast.walk(node):
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            found += [one.returns] if one.returns else []
        elif isinstance(one, ast.arg) and one.annotation:
            found.append(one.annotation)
    lines = block.text.split("\n")
    for one in sorted(found, key=lambda part: (part.lineno, part.col_offset), reverse=True):
        names = {part.id for part in ast.walk(one) if isinstance(part, ast.Name)}
        if not names.isdisjoint(typed):
            row, start, end = one.lineno - 1, one.col_offset, one.end_col_offset or 0
            lines[row] = f'{lines[row][:start]}"{lines[row][start:end]}"{lines[row][end:]}'
    return replace(block, text="\n".join(lines))
