"""Pack a commit for those who install by hand: ``python tools/release.py``; the same commit gives the same bytes.

    dist/async-testing-expert-VERSION.tar.xz   the folder async-testing-expert/ with its examples
    dist/async-testing-expert-VERSION.skill    a zip of the folder without the examples, as catalogues of skills take it
    dist/SHA256SUMS                            for ``sha256sum --check``

    --branch NAME   instead, a commit on that branch of the folder without the examples, for clients that copy a whole
                    repository: ``git push origin NAME``, and ``npx skills add OWNER/REPOSITORY#NAME``

The files are taken from the commit, not from the working tree; order and permissions are fixed, times are the commit's.
The bundle's own tests, evals and maintainers' tools stay out. A zip compresses each of some hundred small files by
itself and would be twice as large for it; so the .skill holds ``scripts/async_testing`` as one packed file, which the
first run of a script unpacks (``tools/unpack.py``). zlib, libbz2 and liblzma compress: other versions of them may give
other bytes, and the files inside are the same all the same.

Exit 0: packed. Exit 1: larger than it may be, or the commit is not of one version.
"""

from __future__ import annotations

import argparse
import bz2
import hashlib
import io
import lzma
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
NAME = "async-testing-expert"
LARGEST = 1_000_000
"""Bytes of an archive."""
LIBRARY = "scripts/async_testing/"
LEFT_OUT = re.compile(
    r"(tests|tools|evals|\.ci|\.github)/|(Makefile|requirements\..*|\.gitignore)$|(.*/)?(__pycache__|\.[a-z]+_cache)/"
)


class Entry(NamedTuple):
    """A file of a commit."""

    path: str
    mode: int
    content: bytes
    digest: str = ""
    """What git calls the content, where it comes from git."""


def git(root: Path, *arguments: str, given: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
    """What git prints."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=root,
        env={**os.environ, **(env or {})},
        check=True,
        capture_output=True,
        input=given,
    )
    return done.stdout


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
        Entry(path, mode, content, digest)
        for (path, mode, digest), content in zip(found, contents, strict=True)
    )


def _contents(root: Path, digests: Sequence[str]) -> Iterator[bytes]:
    told = io.BytesIO(git(root, "cat-file", "--batch", given="\n".join(digests).encode()))
    for _ in digests:
        size = int(told.readline().split()[2])
        yield told.read(size)
        told.read(1)


def committed_at(root: Path, commit: str) -> int:
    """When the commit was made, in seconds since 1970: what Python goes by when it has compiled a file before."""
    return int(git(root, "show", "--no-patch", "--format=%ct", f"{commit}^{{commit}}"))


def packed(files: Sequence[Entry], unpack: bytes, seconds: int) -> list[Entry]:
    """The files with the library as one of them, and a module in its place that unpacks it."""
    library = [
        one._replace(path=one.path.removeprefix("scripts/")) for one in files if one.path.startswith(LIBRARY)
    ]
    content = bz2.compress(tarred(library, seconds))
    folder = f"async_testing-{hashlib.sha256(content).hexdigest()[:12]}"
    stand_in = unpack.replace(b"async_testing-unpacked", folder.encode())
    return sorted(
        [
            *(one for one in files if not one.path.startswith(LIBRARY)),
            Entry("scripts/async_testing.py", 0o644, stand_in),
            Entry("scripts/async_testing.tar.bz2", 0o644, content),
        ]
    )


def zipped(files: Sequence[Entry], seconds: int) -> bytes:
    """A zip of the files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for one in files:
            info = zipfile.ZipInfo(one.path, time.gmtime(seconds)[:6])
            info.create_system = 3  # Unix, on Windows too
            info.external_attr = (0o100000 | one.mode) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, one.content)
    return target.getvalue()


def tarred(files: Sequence[Entry], seconds: int) -> bytes:
    """A tar of the files."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for one in files:
            info = tarfile.TarInfo(one.path)
            info.size, info.mode, info.mtime = len(one.content), one.mode, seconds
            archive.addfile(info, io.BytesIO(one.content))
    return target.getvalue()


def below(files: Sequence[Entry]) -> list[Entry]:
    """The files in a folder with the skill's name."""
    return [one._replace(path=f"{NAME}/{one.path}") for one in files]


def branched(root: Path, commit: str, files: Sequence[Entry], branch: str) -> str:
    """Commit the files to a branch, on top of what it has; returns what was done in a line."""
    ref = f"refs/heads/{branch}"
    modes = {0o755: "100755", 0o644: "100644"}
    with tempfile.TemporaryDirectory() as scratch:
        index = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
        lines = "".join(f"{modes[one.mode]} {one.digest}\t{one.path}\0" for one in files)
        git(root, "update-index", "-z", "--index-info", given=lines.encode(), env=index)
        tree = git(root, "write-tree", env=index).decode().strip()
    tips = git(root, "for-each-ref", "--format=%(objectname) %(tree)", ref).decode().split()
    size = f"{len(files)} files, {sum(len(one.content) for one in files):,} bytes"
    if tips[1:] == [tree]:
        return f"{branch} has them already: {size}"
    source = git(root, "rev-parse", f"{commit}^{{commit}}").decode().strip()
    who = "%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI"
    told = git(root, "show", "--no-patch", f"--format={who}", source).decode().strip().split("\0")
    names = [f"GIT_{role}_{what}" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL", "DATE")]
    parents = ["-p", tips[0]] if tips else []
    message = f"What is installed of {source}\n".encode()
    made = git(root, "commit-tree", tree, *parents, given=message, env=dict(zip(names, told, strict=True)))
    git(root, "update-ref", ref, made.decode().strip(), *tips[:1])
    return f"{branch}: {size}"


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
    parser.add_argument("--branch", metavar="NAME", help="commit to a branch instead of writing the archives")
    options = parser.parse_args()
    version = version_of(options.root, options.commit)
    files = entries(options.root, options.commit)
    without = [one for one in files if not one.path.startswith("examples/")]
    if options.branch:
        print(branched(options.root, options.commit, without, options.branch))
        return 0
    seconds = committed_at(options.root, options.commit)
    unpack = git(options.root, "show", f"{options.commit}:tools/unpack.py")
    archives = {
        "tar.xz": lzma.compress(tarred(below(files), seconds), preset=6),
        "skill": zipped(below(packed(without, unpack, seconds)), seconds),
    }
    for kind, content in archives.items():
        if len(content) >= LARGEST:
            sys.exit(f"release: .{kind} has {len(content):,} bytes, fewer than {LARGEST:,} are allowed")
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
