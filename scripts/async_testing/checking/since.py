"""The files that were changed since a commit, as git tells."""

from __future__ import annotations

from pathlib import Path

from async_testing.finding import UsageError


def changed(root: Path, ref: str) -> frozenset[str]:
    """Files changed against the merge base with a commit, and untracked ones; relative to the root.

    Raises:
        UsageError: no repository, no such commit, no common ancestor, or no git.
    """
    _git(root, "--since needs a git repository", "rev-parse", "--git-dir")
    commit = _git(
        root, f'--since: there is no commit "{ref}"', "rev-parse", "--verify", "--quiet", "--end-of-options",
        f"{ref}^{{commit}}",
    ).strip()  # fmt: skip
    base = commit
    if _git(root, "", "rev-parse", "--verify", "--quiet", "HEAD^{commit}"):
        base = _git(root, f'--since: "{ref}" and HEAD have no common ancestor', "merge-base", commit, "HEAD")
    tracked = _git(
        root, "--since: git diff failed", "diff", "--name-only", "-z", "--relative", "--no-ext-diff",
        "--no-textconv", "--diff-filter=d", base.strip(), "--",
    )  # fmt: skip
    others = _git(root, "--since: git ls-files failed", "ls-files", "-z", "--others", "--exclude-standard")
    return frozenset(path for path in (tracked + others).split("\0") if path)


def _git(root: Path, complaint: str, *arguments: str) -> str:
    """What git prints; with an empty complaint a failure is an empty answer."""
    import os
    import subprocess

    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.quotepath=false", "-C", str(root), *arguments]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, env=environment, check=False
        )
    except OSError:
        raise UsageError(
            "--since needs git, which cannot be started: install it, or name the files"
        ) from None
    if done.returncode == 0:
        return os.fsdecode(done.stdout)
    if not complaint:
        return ""
    said = os.fsdecode(done.stderr).strip().splitlines()
    reason = said[0].removeprefix("fatal: ") if said else "try git log"
    raise UsageError(f"{complaint} ({reason})")
