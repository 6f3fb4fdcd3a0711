"""Picture the demo for the README: run it and keep what the terminal shows as ``assets/demo.svg``.

    python tools/capture.py

Exit 0: the picture is written. Exit 1: the demo failed, the picture is left as it was.
"""

from __future__ import annotations

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

REPOSITORY = Path(__file__).resolve().parent.parent
WIDTH = 112


def main() -> int:
    """Run the demo, leave pytest's rows of dots out, write the picture."""
    done = subprocess.run([sys.executable, REPOSITORY / "tools" / "demo.py"], capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        return 1
    shown = re.sub(r"(?m)^ +[.\s]+\[ *\d+%\]\n", "", done.stdout)
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi("$ make demo\n" + shown.rstrip()))
    picture = REPOSITORY / "assets" / "demo.svg"
    picture.parent.mkdir(exist_ok=True)
    console.save_svg(str(picture), title="make demo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
