"""What the command lines of all scripts have in common."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from async_testing.finding import UsageError


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and whose help ends with the exit codes in words.

    Args:
        about: what the script does, with its side effects.
        exits: what each exit code means, a line each.
    """

    def __init__(self, prog: str, about: str, exits: str) -> None:
        vars(argparse).update(
            _=str
        )  # all of it is in English: looking for translations costs a tenth of the start
        super().__init__(
            prog=prog,
            description=about,
            epilog=f"exit codes:\n{exits}",
            formatter_class=_formatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Refuse the command line in one line, exit 2."""
        self.exit(2, f"{self.prog}: {message}; {self.prog} --help tells more\n")


def _formatter(prog: str) -> argparse.HelpFormatter:
    """With a width of its own: every option is formatted when it is added, and asking the terminal costs much."""
    return argparse.RawDescriptionHelpFormatter(prog, width=100)


def guarded(prog: str, run: Callable[[], int]) -> int:
    """Run a command; what the user has to mend is one line on stderr and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = run()
        sys.stdout.flush()
    except UsageError as error:
        return _refuse(prog, str(error))
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except OSError as error:
        return _refuse(prog, f"{error.filename or 'a file'}: {error.strerror or error}")
    except KeyboardInterrupt:
        return _refuse(prog, "interrupted")
    return code


def _refuse(prog: str, message: str) -> int:
    print(f"{prog}: {' '.join(message.split())}", file=sys.stderr)
    return 2
