"""Findings that were there before: kept in a file, hidden until they are mended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from async_testing.checking.fingerprints import Known
from async_testing.finding import UsageError

FIELDS = ("code", "path", "in", "source", "nth")


def read(path: Path) -> frozenset[Known]:
    """The findings of a baseline.

    Raises:
        UsageError: there is none, or it is no baseline.
    """
    import json

    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != 1:
            raise ValueError("another version")
        return frozenset(_known(entry) for entry in document["findings"])
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist: add --write-baseline to write it") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"{path} is no baseline of check.py: write it anew with --write-baseline") from None


def _known(entry: dict[str, Any]) -> Known:
    code, path, inside, source, nth = (entry[name] for name in FIELDS)
    if not all(isinstance(one, str) for one in (code, path, inside, source)) or not isinstance(nth, int):
        raise TypeError("a field of another type")
    return Known(code, path, inside, source, nth)


def write(path: Path, found: Collection[Known]) -> None:
    """Write a baseline: sorted, a finding a line, so that it merges well."""
    import json

    lines = [json.dumps(dict(zip(FIELDS, one, strict=True)), ensure_ascii=False) for one in ordered(found)]
    body = ",\n    ".join(lines)
    text = f'{{\n  "version": 1,\n  "findings": [{f"{chr(10)}    {body}{chr(10)}  " if lines else ""}]\n}}\n'
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written ({error.strerror}): name another file") from None


def ordered(found: Collection[Known]) -> Sequence[Known]:
    """By file, then by what they say."""
    return sorted(found, key=lambda one: (one.path, one.code, one.inside, one.source, one.nth))


def stale(
    entries: Collection[Known],
    matched: Collection[Known],
    paths: Collection[str],
    codes: Collection[str],
    root: Path,
) -> list[Known]:
    """The entries that no finding matches any more.

    Args:
        entries: all there are.
        matched: those that hid a finding.
        paths: the files that were judged; of the others only those that are gone count.
        codes: the rules that were asked.
        root: the project's folder.
    """
    left = set(entries).difference(matched)
    return [
        one
        for one in ordered(left)
        if (one.path in paths and one.code in codes) or not (root / one.path).exists()
    ]
