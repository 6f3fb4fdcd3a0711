"""Text blocks: a tree of files that are there, or what a command prints; and links that lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from documentation.blocks import Problem
from documentation.scratch import scratch

ENTRY = re.compile(r"^(?P<prefix>(?:[│|]   |    |├── |└── |[|`]-- )*)(?P<name>[^\s#]+)")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
PATH = re.compile(r"`(?P<target>(?:scripts|references|examples|tools)/[\w./-]+\.\w+)`")
ELLIPSIS = "..."


def check_tree(root: Path, block: str, folder: str) -> int:
    """Hold a drawn tree against a folder; returns the number of entries.

    Its first line is the folder itself. Raises Problem for an entry that is not there.
    """
    open_folders: list[Path] = []
    count = 0
    for line in block.splitlines():
        entry = ENTRY.match(line)
        if not entry:
            continue
        depth = len(entry["prefix"]) // 4
        parent = root / folder if depth == 0 else None
        if parent is None:
            if depth > len(open_folders):
                raise Problem(f"{line.strip()!r} is drawn below nothing")
            parent = open_folders[depth - 1]
        path = parent / entry["name"].rstrip("/")
        if not path.exists() or entry["name"].endswith("/") != path.is_dir():
            raise Problem(f"{path.relative_to(root).as_posix()} is drawn and is not there")
        open_folders = [*open_folders[:depth], path]
        count += 1
    if not count:
        raise Problem("a tree without an entry")
    return count


def check_output(root: Path, block: str, command: str, example: str) -> int:
    """Run a command in a copy of the example: each line of the block has to come in its output, in order; returns 1.

    ``...`` stands for any lines, and within a line for any text. Raises Problem with the first line that does not come.
    """
    with scratch(root, example) as place:
        ran = place.shell(f"{command} || true")
    said = iter([line.strip() for line in ran.output.splitlines()])
    for line in filter(None, (line.strip() for line in block.splitlines())):
        pattern = ".*".join(re.escape(part) for part in line.split(ELLIPSIS))
        if line != ELLIPSIS and not any(re.fullmatch(pattern, printed) for printed in said):
            raise Problem(f"{command!r} does not print {line!r}:\n{ran.tail(20)}")
    return 1


def dead_links(path: Path, root: Path) -> list[str]:
    """What a document links to, or names as a file of the bundle, and is not there: one line each."""
    found = []
    name = path.relative_to(root).as_posix()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        for link in LINK.finditer(line):
            target = link["target"].partition("#")[0]
            inside = target and "://" not in target and not target.startswith("mailto:")
            if inside and not (path.parent / target).exists():
                found.append(f"{name}:{number}: the link to {target} leads nowhere")
        for mention in PATH.finditer(line):
            if not (root / mention["target"]).exists():
                found.append(f"{name}:{number}: {mention['target']} does not exist")
    return found
