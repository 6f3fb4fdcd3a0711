"""Pack a commit for those who install by hand: ``python tools/release.py``; the same commit gives the same bytes.

    dist/async-testing-expert-VERSION.tar.xz   the folder async-testing-expert/ with its examples
    dist/async-testing-expert-VERSION.skill    a zip of the folder without the examples, as catalogues of skills take it
    dist/SHA256SUMS                            for ``sha256sum --check``

The files are taken from the commit, not from the working tree; order, times and permissions are fixed. The bundle's own
tests, evals and maintainers' tools stay out. zlib and liblzma compress: other versions of them may give other bytes,
and the files inside are the same all the same.

Exit 0: packed. Exit 1: larger than it may be, or the commit is not of one version.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import lzma
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
NAME = "async-testing-expert"
LARGEST = {"tar.xz": 1_000_000, "skill": 1_500_000}
"""Bytes. A zip compresses each of some hundred small files by itself, and is twice as large for it."""
LEFT_OUT = re.compile(
    r"(tests|tools|evals|\.ci|\.github)/|(Makefile|requirements\..*|\.gitignore)$|(.*/)?(__pycache__|\.[a-z]+_cache)/"
)
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""What a zip can say at the earliest; a commit's own time would differ where it was made again."""
EARLIEST_SECONDS = 315_532_800


class Entry(NamedTuple):
    """A file of a commit."""

    path: str
    mode: int
    content: bytes


def git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What git prints."""
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, input=given).stdout


def entries(root: Path, commit: str) -> list[Entry]:
    """The files of a commit that are packed, by path."""
    told = git(root, "ls-tree", "-r", "-z", "--full-tree", commit).decode()
    found = []
    for line in filter(None, told.split("\0")):
        about, _, path = line.partition("\t")
        mode, kind, digest = about.split()
        if kind == "blob" and mode != "120000" and not LEFT_OUT.match(path):
            found.append((path, 0o755 if mode == "100755" else 0o644, digest))
    contents = _contents(root, [digest for _, _, digest in found])
    return sorted(
        Entry(path, mode, content) for (path, mode, _), content in zip(found, contents, strict=True)
    )


def _contents(root: Path, digests: Sequence[str]) -> Iterator[bytes]:
    told = io.BytesIO(git(root, "cat-file", "--batch", given="\n".join(digests).encode()))
    for _ in digests:
        size = int(told.readline().split()[2])
        yield told.read(size)
        told.read(1)


def zipped(files: Sequence[Entry]) -> bytes:
    """A zip of the files below one folder."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for one in files:
            info = zipfile.ZipInfo(f"{NAME}/{one.path}", EARLIEST)
            info.create_system = 3  # Unix, on Windows too
            info.external_attr = (0o100000 | one.mode) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, one.content)
    return target.getvalue()


def tarred(files: Sequence[Entry]) -> bytes:
    """A compressed tar of the files below one folder."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for one in files:
            info = tarfile.TarInfo(f"{NAME}/{one.path}")
            info.size, info.mode, info.mtime = len(one.content), one.mode, EARLIEST_SECONDS
            archive.addfile(info, io.BytesIO(one.content))
    return lzma.compress(target.getvalue(), preset=6)


def version_of(root: Path, commit: str) -> str:
    """The one version that the commit is of; ends the program where its files disagree."""
    found = {}
    for path, pattern in (
        ("skill.yaml", r"(?m)^version: (\S+)"),
        ("pyproject.toml", r'(?m)^version = "(.+)"'),
        ("scripts/async_testing/__init__.py", r'__version__ = "(.+)"'),
        ("gemini-extension.json", r'"version": "(.+)"'),
        (".claude-plugin/plugin.json", r'"version": "(.+)"'),
    ):
        matched = re.search(pattern, git(root, "show", f"{commit}:{path}").decode())
        found[path] = matched[1] if matched else "none"
    if len(set(found.values())) != 1:
        sys.exit(f"release: versions differ: {', '.join(f'{path} {one}' for path, one in found.items())}")
    return found["skill.yaml"]


def main() -> int:
    """Write the archives and their checksums."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--commit", default="HEAD", help="what to pack (default: HEAD)")
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="the repository (default: this one)")
    parser.add_argument("--into", type=Path, default=REPOSITORY / "dist", help="where to (default: dist)")
    options = parser.parse_args()
    version = version_of(options.root, options.commit)
    files = entries(options.root, options.commit)
    without = [one for one in files if not one.path.startswith("examples/")]
    archives = {"tar.xz": tarred(files), "skill": zipped(without)}
    for kind, content in archives.items():
        if len(content) > LARGEST[kind]:
            sys.exit(f"release: .{kind} has {len(content):,} bytes, {LARGEST[kind]:,} are allowed")
    options.into.mkdir(parents=True, exist_ok=True)
    sums = []
    for kind, content in archives.items():
        name = f"{NAME}-{version}.{kind}"
        (options.into / name).write_bytes(content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        print(f"{options.into / name}: {len(content):,} bytes")
    (options.into / "SHA256SUMS").write_bytes("".join(sums).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
