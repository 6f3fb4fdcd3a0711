"""The files that were changed since a commit, as git tells."""

from __future__ import annotations

from pathlib import Path

from async_testing.git import ask, base_of, untracked


def changed(root: Path, ref: str) -> frozenset[str]:
    """Files changed against the merge base with a commit, and untracked ones; relative to the root.

    Raises:
        UsageError: no repository, no such commit, no common ancestor, or no git.
    """
    tracked = ask(
        root, "--since: git diff failed", "diff", "--name-only", "-z", "--relative", "--no-ext-diff",
        "--no-textconv", "--diff-filter=d", base_of(root, ref), "--",
    )  # fmt: skip
    return frozenset(path for path in [*tracked.split("\0"), *untracked(root)] if path)
