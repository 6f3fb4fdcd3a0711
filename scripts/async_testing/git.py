"""What git tells of a project, asked so that nothing in its configuration is run and nothing is written."""

from __future__ import annotations

from pathlib import Path

from async_testing.finding import UsageError


def base_of(root: Path, ref: str) -> str:
    """The commit that changes since ``ref`` are counted from: its merge base with HEAD.

    Raises:
        UsageError: no repository, no such commit, no common ancestor, or no git.
    """
    ask(root, "--since needs a git repository", "rev-parse", "--git-dir")
    commit = ask(
        root, f'--since: there is no commit "{ref}"', "rev-parse", "--verify", "--quiet", "--end-of-options",
        f"{ref}^{{commit}}",
    ).strip()  # fmt: skip
    if not ask(root, "", "rev-parse", "--verify", "--quiet", "HEAD^{commit}"):
        return commit
    return ask(
        root, f'--since: "{ref}" and HEAD have no common ancestor', "merge-base", commit, "HEAD"
    ).strip()


def untracked(root: Path) -> list[str]:
    """Files that git does not know and is not told to ignore; relative to the root."""
    told = ask(root, "--since: git ls-files failed", "ls-files", "-z", "--others", "--exclude-standard")
    return [path for path in told.split("\0") if path]


def ask(root: Path, complaint: str, *arguments: str) -> str:
    """What git prints; with an empty complaint a failure is an empty answer.

    Raises:
        UsageError: git failed, in the words of the complaint, or cannot be started.
    """
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
