"""The text of the files that are checked, read when first needed; what is not on disk yet lies over it."""

from __future__ import annotations

import io
import os

from async_testing.finding import UsageError

WORD = "async-testing:"
"""What every comment that suppresses something begins with."""


class Texts:
    """Files of a project by their paths relative to its root.

    Args:
        root: the project's folder, symbolic links resolved.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = os.fspath(root)
        self.over: dict[str, bytes] = {}
        """What stands for a file's content: standard input, or a file that a fix has changed."""
        self._texts: dict[str, str] = {}
        self._lines: dict[str, list[str]] = {}

    def put(self, path: str, data: bytes) -> None:
        """Let a file have another content than on disk."""
        self.over[path] = data
        self._texts.pop(path, None)
        self._lines.pop(path, None)

    def data(self, path: str) -> bytes:
        """The bytes of a file, empty where it cannot be read."""
        return self.over[path] if path in self.over else self.on_disk(path) or b""

    def on_disk(self, path: str) -> bytes | None:
        """What a file holds whatever lies over it, None where it cannot be read."""
        try:
            with open(f"{self.root}/{path}", "rb") as stream:  # noqa: PTH123 - asked for every file
                return stream.read()
        except (OSError, ValueError):
            return None

    def text(self, path: str) -> str:
        """The text of a file with its line ends; empty where it is in no encoding."""
        if path not in self._texts:
            from async_testing import files

            data = self.data(path)
            try:
                text = files.decode(path, data).text if path.endswith(".py") else data.decode("utf-8-sig")
            except (UsageError, UnicodeDecodeError):
                text = ""
            self._texts[path] = text
        return self._texts[path]

    def line(self, path: str, number: int) -> str:
        """A line of a file by its number, without its end; empty where there is none."""
        if path not in self._lines:
            self._lines[path] = lines_of(self.text(path))
        lines = self._lines[path]
        return lines[number - 1].rstrip("\r\n") if 0 < number <= len(lines) else ""


def lines_of(text: str) -> list[str]:
    """The lines with their ends, split only where Python splits."""
    return list(io.StringIO(text, newline=""))
