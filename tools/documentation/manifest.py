"""The sizes in skill.yaml: bytes, and approximate tokens, of every reference it lists."""

from __future__ import annotations

import re
from pathlib import Path

from documentation.blocks import Problem

SIZED = re.compile(
    r"^(?P<lead>\s*-\s+path:\s*(?P<path>\S+\.md)\s*\n(?:(?!\s*-\s).*\n)*?)"
    r"(?P<indent>\s+)bytes:.*\n\s+tokens:.*$",
    re.MULTILINE,
)


def sized(root: Path) -> tuple[str, int]:
    """The text of skill.yaml with every size as it is now, and how many references it lists.

    Raises Problem when a listed reference is not there.
    """
    text = (root / "skill.yaml").read_text(encoding="utf-8")

    def refreshed(found: re.Match[str]) -> str:
        path = root / found["path"]
        if not path.is_file():
            raise Problem(f"skill.yaml: {found['path']} does not exist")
        content = path.read_bytes()
        tokens = len(content.decode("utf-8")) // 4
        return f"{found['lead']}{found['indent']}bytes: {len(content)}\n{found['indent']}tokens: {tokens}"

    return SIZED.subn(refreshed, text)
