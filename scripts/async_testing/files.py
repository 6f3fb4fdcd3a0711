"""Reading and writing the user's files: all or nothing, never outside the root, never over what is there."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from async_testing.finding import UsageError

BOM = b"\xef\xbb\xbf"


class Text(NamedTuple):
    """A Python file as text, and what it takes to write it back as it was."""

    text: str
    encoding: str = "utf-8"
    newline: str = "\n"

    def encoded(self, text: str) -> bytes:
        """Other text in this file's encoding; its line ends are the text's own."""
        return text.encode(self.encoding)

    @property
    def lines(self) -> list[str]:
        """The lines with their ends, split only where Python splits."""
        return list(io.StringIO(self.text, newline=""))


def decode(path: str, data: bytes) -> Text:
    """A Python file's text by its mark or encoding comment, with its line ends left alone.

    Raises:
        UsageError: it is not in the encoding it claims.
    """
    try:
        encoding = encoding_of(data)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        raise UsageError(f"{path} is not UTF-8: save it as UTF-8 first") from None
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    return Text(text, encoding, newline)


def encoding_of(data: bytes) -> str:
    """A Python file's encoding by its mark or encoding comment.

    Raises:
        SyntaxError: it names none that there is.
    """
    if b"coding" not in b"".join(data.split(b"\n", 2)[:2]):
        return "utf-8-sig" if data.startswith(BOM) else "utf-8"
    import tokenize

    return tokenize.detect_encoding(io.BytesIO(data).readline)[0]


def place(root: Path, relative: str) -> Path:
    """Where a file of the project really lies, symbolic links followed.

    Raises:
        UsageError: outside the root, or a file lies where a folder should be.
    """
    real_root = root.resolve()
    full = root / relative
    try:
        real = full.resolve()
        blocked = [
            one
            for one in full.parents
            if one.is_relative_to(root) and os.path.lexists(one) and not one.is_dir()
        ]
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "a symbolic link leads nowhere"
        raise UsageError(f"{relative} cannot be reached ({reason}): mend it first") from None
    if not real.is_relative_to(real_root):
        raise UsageError(
            f"{relative} leads out of {real_root} to {real}: scaffold writes nothing outside the root"
        )
    if blocked:
        name = blocked[0].relative_to(root).as_posix()
        raise UsageError(f"{name} is a file where a folder should be: rename it, or give another --tests DIR")
    return real


def read(root: Path, relative: str) -> Text | None:
    """A Python file of the project, None where there is none.

    Raises:
        UsageError: it is no readable UTF-8 file inside the root.
    """
    full = place(root, relative)
    try:
        return decode(relative, full.read_bytes())
    except FileNotFoundError:
        if (root / relative).is_symlink():
            raise UsageError(f"{relative} is a symbolic link that leads nowhere: mend it first") from None
        return None
    except IsADirectoryError:
        raise UsageError(f"{relative} is a folder where a file should be: rename it first") from None
    except OSError as error:
        raise UsageError(f"{relative} cannot be read ({error.strerror}): make it readable first") from None


def write(
    root: Path,
    created: Mapping[str, bytes],
    replaced: Mapping[str, bytes],
    removed: Sequence[str] = (),
) -> None:
    """Create, replace and remove files: all of it, or nothing where anything fails.

    Everything is written beside its place first; then new files are linked in, which fails rather than overwrites.

    Args:
        root: the project's folder.
        created: path → content of the files that must not exist yet.
        replaced: path → new content of existing files, whose permissions stay.
        removed: files to delete, with the folders that are empty then.

    Raises:
        UsageError: something could not be written; nothing was changed.
    """
    work = _Transaction(root)
    try:
        for relative in [*created, *replaced]:
            work.stage(relative, {**created, **replaced}[relative], new=relative in created)
        for relative in removed:
            work.check_removable(relative)
        work.commit(removed)
    except OSError as error:
        work.undo()
        reason = error.strerror or type(error).__name__
        raise UsageError(f"{work.current} cannot be written ({reason}): nothing was changed") from None
    except BaseException:
        work.undo()
        raise


class _Transaction:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.current = ""
        self._staged: list[tuple[str, Path, Path, bool]] = []
        self._undo: list[tuple[Path, bytes | None]] = []
        self._folders: list[Path] = []

    def stage(self, relative: str, content: bytes, *, new: bool) -> None:
        self.current = relative
        target = place(self.root, relative)
        if not new and not os.access(target, os.W_OK):
            raise PermissionError(13, "Permission denied")
        self._make_folder(target.parent)
        beside = target.with_name(f".{target.name}.{os.getpid()}.new")
        with beside.open("xb") as stream:
            self._staged.append((relative, beside, target, new))
            stream.write(content)
        if not new:
            import shutil

            shutil.copymode(target, beside)

    def check_removable(self, relative: str) -> None:
        self.current = relative
        if not os.access(place(self.root, relative).parent, os.W_OK):
            raise PermissionError(13, "Permission denied")

    def commit(self, removed: Sequence[str]) -> None:
        for relative, beside, target, new in self._staged:
            self.current = relative
            if new:
                self._create(beside, target)
            else:
                self._undo.append((target, target.read_bytes()))
                beside.replace(target)
        for relative in removed:
            self.current = relative
            target = place(self.root, relative)
            self._undo.append((target, target.read_bytes()))
            target.unlink()
        for relative in removed:
            _tidy(place(self.root, relative), self.root)
        for _, beside, _, _ in self._staged:
            beside.unlink(missing_ok=True)

    def undo(self) -> None:
        for target, before in reversed(self._undo):
            with contextlib.suppress(OSError):
                if before is None:
                    target.unlink()
                else:
                    target.write_bytes(before)
        for _, beside, _, _ in self._staged:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        for folder in reversed(self._folders):
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _create(self, beside: Path, target: Path) -> None:
        try:
            os.link(beside, target)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            with target.open("xb") as stream:
                self._undo.append((target, None))
                stream.write(beside.read_bytes())
        else:
            self._undo.append((target, None))

    def _make_folder(self, folder: Path) -> None:
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir()
            self._folders.append(one)


def _tidy(removed: Path, root: Path) -> None:
    """Delete what Python compiled from a removed file, and the folders that hold nothing any more."""
    compiled = removed.parent / "__pycache__"
    with contextlib.suppress(OSError):
        for path in compiled.glob(f"{removed.stem}.*.pyc"):
            path.unlink()
    for folder in (compiled, *_between(removed.parent, root)):
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return


def _between(folder: Path, root: Path) -> Iterator[Path]:
    while folder != root.resolve() and folder.is_relative_to(root.resolve()):
        yield folder
        folder = folder.parent
