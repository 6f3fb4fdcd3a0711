"""Picture the demo for the README: run it and keep what the terminal shows as ``assets/demo.svg``, long outputs cut.

    python tools/capture.py

Exit 0: the picture is written. Exit 1: the demo failed, the picture is left as it was.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

REPOSITORY = Path(__file__).resolve().parent.parent
WIDTH = 112
FIRST, LAST = 4, 2
"""How many lines of an output are shown, where it has more than both and one."""


def shown(said: str) -> str:
    """What the demo said, without what only tells that time passes, and of each output its first and last lines."""
    told = said.replace(sys.executable, "python").replace("\u001b[1m\u001b[0m", "")
    told = re.sub(r"(?m)^ +[.\s]+\[ *\d+%\]\n|^  verify\.py: .*\n", "", told)
    kept: list[str] = []
    for output, lines in itertools.groupby(told.rstrip().splitlines(), lambda line: line.startswith("  ")):
        every = [f"{line[: WIDTH - 1]}…" if len(line) > WIDTH else line for line in lines]
        cut = output and len(every) > FIRST + LAST + 1
        kept += [*every[:FIRST], "  …", *every[-LAST:]] if cut else every
    return "\n".join(kept)


def main() -> int:
    """Run the demo, write the picture."""
    done = subprocess.run([sys.executable, REPOSITORY / "tools" / "demo.py"], capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        return 1
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi("$ make demo\n" + shown(done.stdout)))
    picture = REPOSITORY / "assets" / "demo.svg"
    picture.parent.mkdir(exist_ok=True)
    drawn = console.export_svg(title="make demo")
    picture.write_text(re.sub(r"(?m)[ \t]+$", "", drawn), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
