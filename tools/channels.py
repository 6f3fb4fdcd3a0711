"""Install the bundle as a new user would, with each agent's real client, and use it from where it went.

    python tools/channels.py [NAME ...]

What is installed is the branch ``skill``, as ``tools/release.py --branch skill`` makes it of HEAD. Each channel gets a
home folder of its own with nothing in it but git's word that github.com/acme/async-testing-expert lies here. The
clients come from npm, at the versions below, into .cache/clients. A channel counts as proven where its client took the
bundle, lists it, and ``scripts/check.py --help`` runs from where it put it; one whose client cannot be had here is said
to be unproven.

Exit 0: none failed. Exit 1: a client refused the bundle, or what it installed does not run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
CLIENTS = REPOSITORY / ".cache" / "clients"
NAME = "async-testing-expert"
PACKAGES = {
    "skills": "skills@1.5.18",
    "claude": "@anthropic-ai/claude-code@2.1.197",
    "codex": "@openai/codex@0.169.0",
    "gemini": "@google/gemini-cli@0.61.0",
    "cursor": "@cursor/sdk@1.0.32",
}
TIMEOUT = 300
BRANCH = "skill"
OWNER = "acme"
SOURCE = f"{OWNER}/{NAME}#{BRANCH}"


class Failed(Exception):
    """A client did not do what it should have; the message says what."""


class Unproven(Exception):
    """The client cannot be had here."""


class Place(NamedTuple):
    """Where a channel is tried."""

    bundle: Path
    home: Path
    project: Path

    def run(self, *command: str | Path, given: str = "") -> str:
        """Run a command in the project with the home of this channel; returns all that it said."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "CODEX_HOME": str(self.home / ".codex"),
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "NO_COLOR": "1",
        }
        try:
            done = subprocess.run(
                command,
                cwd=self.project,
                env=environment,
                input=given,
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"{Path(command[0]).name} did not end within {TIMEOUT} s") from None
        if done.returncode != 0:
            raise Failed(f"{Path(command[0]).name} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr


def client(name: str, inside: str = "") -> Path:
    """A client's command, or the file ``inside`` its package; installed where it is not yet."""
    npm = shutil.which("npm")
    if npm is None:
        raise Unproven("npm is not here")
    folder = CLIENTS / PACKAGES[name].replace("/", "-")
    command = folder / "node_modules" / (inside or f".bin/{name}")
    if not command.exists():
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, PACKAGES[name]],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0 or not command.exists():
            raise Unproven(f"npm did not install {PACKAGES[name]}")
    return command


def copied(place: Place) -> Path:
    """A copy of the folder."""
    target = place.project / ".claude" / "skills" / NAME
    shutil.copytree(place.bundle, target, ignore=shutil.ignore_patterns(".git"))
    return target


def skills(agent: str) -> Callable[[Place], Path]:
    """``npx skills add`` for one agent."""

    def install(place: Place) -> Path:
        place.run(client("skills"), "add", SOURCE, "--agent", agent, "--copy", "--yes")
        found = list(place.project.glob(f".*/skills/{NAME}"))
        if len(found) != 1:
            raise Failed(f"skills add put it into {len(found)} folders")
        return found[0]

    return install


def claude_plugin(place: Place) -> Path:
    """Claude Code: validate, add the marketplace, install, and ask for what it costs."""
    claude = client("claude")
    for path in (".claude-plugin/marketplace.json", ".claude-plugin/plugin.json"):
        said = place.run(claude, "plugin", "validate", place.bundle / path)
        if "Validation passed" not in said or "warning" in said.lower():
            raise Failed(f"{path}: {said}")
    place.run(claude, "plugin", "marketplace", "add", SOURCE)
    place.run(claude, "plugin", "install", f"{NAME}@{NAME}")
    details = place.run(claude, "plugin", "details", NAME)
    if f"Skills (1)  {NAME}" not in details or "Agents (0)" not in details:
        raise Failed(details)
    costs = [
        line.strip() for line in details.splitlines() if "Always-on" in line or line.strip().startswith(NAME)
    ]
    print(f"  {'; '.join(' '.join(one.split()) for one in costs[1:])}")
    return _only(place.home.glob(f".claude/plugins/cache/{NAME}/{NAME}/*"))


def codex_plugin(place: Place) -> Path:
    """Codex, which reads the marketplace of Claude Code."""
    codex = client("codex")
    (place.home / ".codex").mkdir()
    place.run(codex, "plugin", "marketplace", "add", f"{OWNER}/{NAME}", "--ref", BRANCH)
    place.run(codex, "plugin", "add", f"{NAME}@{NAME}")
    if "installed, enabled" not in place.run(codex, "plugin", "list"):
        raise Failed("codex plugin list does not show it as installed")
    return _only(place.home.glob(f".codex/plugins/cache/{NAME}/{NAME}/*"))


def codex_skill(place: Place) -> Path:
    """Codex with the folder as a skill of the project: what it reads from agents/openai.yaml."""
    target = place.project / ".agents" / "skills" / NAME
    shutil.copytree(place.bundle, target, ignore=shutil.ignore_patterns(".git"))
    (place.home / ".codex").mkdir()
    asked: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": {"clientInfo": {"name": "channels", "version": "1"}}},
        {"method": "initialized"},
        {"id": 2, "method": "skills/list", "params": {"cwds": [str(place.project)]}},
    ]
    answer = _served(place, [str(client("codex")), "app-server"], asked)
    found = [one for each in answer["data"] for one in each["skills"] if NAME in one["name"]]
    if len(found) != 1 or not found[0]["interface"]["displayName"]:
        raise Failed(f"codex lists {len(found)} skills of that name: {answer}")
    return Path(found[0]["path"]).parent


def _served(place: Place, command: list[str], asked: list[dict[str, Any]]) -> Any:
    """What a server that speaks JSON a line answers to the last question."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(place.home),
        "CODEX_HOME": str(place.home / ".codex"),
    }
    child = subprocess.Popen(
        command, cwd=place.project, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write("".join(f"{json.dumps(one)}\n" for one in asked))
        child.stdin.flush()
        for line in child.stdout:
            told = json.loads(line)
            if told.get("id") == asked[-1]["id"]:
                return told["result"]
    finally:
        child.kill()
        child.wait()
    raise Failed(f"{Path(command[0]).name} ended without an answer")


def gemini_skill(place: Place) -> Path:
    """Gemini CLI, as a skill."""
    gemini = client("gemini")
    place.run(gemini, "skills", "install", place.bundle, "--consent")
    if NAME not in place.run(gemini, "skills", "list"):
        raise Failed("gemini skills list does not show it")
    return place.home / ".gemini" / "skills" / NAME


def gemini_extension(place: Place) -> Path:
    """Gemini CLI, as an extension, of a folder: it clones without asking git's configuration."""
    gemini = client("gemini")
    place.run(gemini, "extensions", "validate", place.bundle)
    place.run(gemini, "extensions", "install", place.bundle, "--consent", given="y\ny\n")
    listed = place.run(gemini, "extensions", "list")
    if "assets/gemini.md" not in listed or "Error" in listed:
        raise Failed(listed)
    return place.home / ".gemini" / "extensions" / NAME


def cursor_plugin(place: Place) -> Path:
    """Cursor, whose editor is no package: the loader of plugins that its SDK shares with it, on a local plugin."""
    target = place.home / ".cursor" / "plugins" / "local" / NAME
    shutil.copytree(place.bundle, target, ignore=shutil.ignore_patterns(".git"))
    sdk = client("cursor", "@cursor/sdk/dist/cjs/index.js").parent
    told = place.run("node", REPOSITORY / "tools" / "cursor_plugin.cjs", sdk, target)
    found = json.loads(told.strip().splitlines()[-1])
    if [one["name"] for one in found["skills"]] != [NAME] or not found["displayName"]:
        raise Failed(f"Cursor's loader finds {len(found['skills'])} skills: {told[:300]}")
    return target


CHANNELS: dict[str, Callable[[Place], Path]] = {
    "copy": copied,
    "skills-claude-code": skills("claude-code"),
    "skills-cursor": skills("cursor"),
    "skills-codex": skills("codex"),
    "claude-plugin": claude_plugin,
    "codex-plugin": codex_plugin,
    "codex-skill": codex_skill,
    "gemini-skill": gemini_skill,
    "gemini-extension": gemini_extension,
    "cursor-plugin": cursor_plugin,
}


def _only(found: Iterator[Path]) -> Path:
    places = list(found)
    if len(places) != 1:
        raise Failed(f"it lies in {len(places)} places")
    return places[0]


def tried(name: str, bundle: Path, scratch: Path) -> str:
    """Try one channel; returns what became of it in a line."""
    place = Place(bundle, scratch / name / "home", scratch / name / "project")
    place.home.mkdir(parents=True)
    place.project.mkdir()
    names = "".join(f"\tinsteadOf = https://github.com/{OWNER}/{NAME}{end}\n" for end in (".git", ""))
    (place.home / ".gitconfig").write_text(f'[url "{bundle.as_posix()}"]\n{names}', encoding="utf-8")
    try:
        where = CHANNELS[name](place)
        said = place.run(sys.executable, where / "scripts" / "check.py", "--help")
    except Unproven as error:
        return f"unproven: {error}"
    except Failed as error:
        return f"FAILED: {error}"
    if not said.startswith("usage: check.py"):
        return f"FAILED: check.py --help says {said[:200]}"
    files = [
        path
        for path in where.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and ".git" not in path.relative_to(where).parts
    ]
    size = sum(path.stat().st_size for path in files)
    return f"proven: {len(files)} files, {size / 1e6:.1f} MB in {where.relative_to(scratch / name)}"


def checked_out(target: Path) -> Path:
    """Clone this repository below a folder, with the branch that is installed made and checked out."""
    bundle = target / NAME
    subprocess.run(["git", "clone", "--quiet", REPOSITORY, bundle], check=True)
    release: list[str | Path] = [sys.executable, REPOSITORY / "tools" / "release.py", "--root", bundle]
    subprocess.run([*release, "--branch", BRANCH], stdout=subprocess.DEVNULL, check=True)
    subprocess.run(["git", "checkout", "--quiet", BRANCH], cwd=bundle, check=True)
    return bundle


def main() -> int:
    """Try the channels, a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CHANNELS)} (default: all)")
    names = parser.parse_args().names or list(CHANNELS)
    if unknown := [one for one in names if one not in CHANNELS]:
        parser.error(f"no such channel: {', '.join(unknown)}")
    failed = False
    with tempfile.TemporaryDirectory(prefix="channels-") as folder:
        bundle = checked_out(Path(folder, "from"))
        for name in names:
            said = tried(name, bundle, Path(folder).resolve())
            failed = failed or said.startswith("FAILED")
            print(f"{name:20} {said}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
