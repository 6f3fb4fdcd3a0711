"""Write what each agent's catalogue wants to know, from skill.yaml: ``python tools/manifests.py``, ``--check`` holds.

    .claude-plugin/plugin.json, marketplace.json   Claude Code, and Codex, which reads the same marketplaces
    .cursor-plugin/plugin.json                     Cursor
    agents/openai.yaml                             Codex, where the folder is installed as a skill
    gemini-extension.json, assets/gemini.md        Gemini CLI; an extension has no skill in its root, so a few lines
                                                   of context lead to SKILL.md

Exit 0: written, or with --check up to date. Exit 1: with --check, something is stale.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

REPOSITORY = Path(__file__).resolve().parent.parent
CONTEXT = """\
The folder that this file's folder lies in is a skill, `{name}`: {summary}. When the user asks for async Python tests,
fixtures, fakes of a database or a flaky suite to be mended, read its `SKILL.md` first and do what that says; its
`SKILL_DIR` is that folder.
"""


def rendered(manifest: Mapping[str, Any]) -> dict[str, str]:
    """By path, the text of each manifest.

    Args:
        manifest: what skill.yaml holds.
    """
    listing = manifest["listing"]
    name, version = manifest["name"], str(manifest["version"])
    told = {"name": name, "version": version, "description": listing["description"]}
    described = {
        **told,
        "author": {"name": listing["authors"]},
        "license": listing["license"],
        "keywords": listing["keywords"],
    }
    marketplace = {
        "name": name,
        "owner": {"name": listing["authors"]},
        "metadata": {"description": listing["summary"], "version": version},
        "plugins": [{**told, "source": "./"}],
    }
    cursor = {**described, "displayName": listing["title"]}  # told of no skills, it takes the SKILL.md beside
    gemini = {**told, "contextFileName": "assets/gemini.md"}
    return {
        ".claude-plugin/plugin.json": _json({**described, "skills": ["./"]}),
        ".claude-plugin/marketplace.json": _json(marketplace),
        ".cursor-plugin/plugin.json": _json(cursor),
        "agents/openai.yaml": _openai(listing),
        "assets/gemini.md": CONTEXT.format(name=name, summary=listing["summary"]),
        "gemini-extension.json": _json(gemini),
    }


def _openai(listing: Mapping[str, Any]) -> str:
    interface = {
        "display_name": listing["title"],
        "short_description": listing["summary"],
        "default_prompt": listing["prompt"],
    }
    lines = [f"  {key}: {json.dumps(value)}" for key, value in interface.items()]
    return "\n".join(["interface:", *lines, "policy:", "  allow_implicit_invocation: true", ""])


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, indent=2) + "\n"


def main() -> int:
    """Write the manifests that are stale, or with --check name them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--check", action="store_true", help="change nothing, say what is stale")
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="the bundle (default: this one)")
    options = parser.parse_args()
    manifest = yaml.safe_load((options.root / "skill.yaml").read_text(encoding="utf-8"))
    stale = []
    for path, text in rendered(manifest).items():
        file = options.root / path
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(path)
        if not options.check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{path}: {'stale, run tools/manifests.py' if options.check else 'written'}")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
