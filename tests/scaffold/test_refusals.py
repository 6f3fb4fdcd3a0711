"""What scaffold refuses: one clear line, exit 2, and nothing half-written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from async_testing import files
from async_testing.cli.scaffold import main
from async_testing.model import UsageError

from tests.scaffold.conftest import SCRIPT, Sandbox, Scaffold

NOBODY = 65534


def make_folder(shop: Sandbox) -> None:
    (shop.root / "tests/conftest.py").mkdir(parents=True)


def link_out(shop: Sandbox) -> None:
    outside = shop.root.parent / "outside"
    outside.mkdir()
    (shop.root / "tests").symlink_to(outside)


def link_file_out(shop: Sandbox) -> None:
    shop.write({"../outside.py": "", "tests/test_x.py": ""})
    (shop.root / "tests/conftest.py").symlink_to(shop.root.parent / "outside.py")


def link_nowhere(shop: Sandbox) -> None:
    shop.write({"tests/test_x.py": ""})
    (shop.root / "tests/conftest.py").symlink_to("nothing.py")


def link_round(shop: Sandbox) -> None:
    shop.write({"tests/test_x.py": ""})
    (shop.root / "tests/fakes").symlink_to("fakes")


def writing(name: str, content: bytes) -> Callable[[Sandbox], None]:
    def write(shop: Sandbox) -> None:
        shop.write({name: content})

    return write


CASES: dict[str, tuple[Callable[[Sandbox], None], str]] = {
    "not UTF-8": (writing("tests/conftest.py", b"x = '\xff'\n"), "tests/conftest.py is not UTF-8"),
    "unknown encoding": (
        writing("tests/conftest.py", b"# coding: klingon\n"),
        "tests/conftest.py is not UTF-8",
    ),
    "not Python": (writing("tests/conftest.py", b"def (:\n"), "tests/conftest.py:1 is not valid Python"),
    "nul": (writing("tests/conftest.py", b"x = '\0'\n"), "tests/conftest.py"),
    "configuration": (writing("pyproject.toml", b"[tool.pytest\n"), "pyproject.toml"),
    "file for a folder": (writing("tests/fakes", b""), "tests/fakes is a file where a folder should be"),
    "folder for a file": (make_folder, "tests/conftest.py is a folder where a file should be"),
    "tests lead out": (link_out, "leads out of"),
    "a file leads out": (link_file_out, "leads out of"),
    "a link leads nowhere": (link_nowhere, "leads nowhere"),
    "a link leads round": (link_round, "tests/fakes"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_line_and_nothing_written(case: str, shop: Sandbox, scaffold: Scaffold) -> None:
    prepare, message = CASES[case]
    prepare(shop)
    before = shop.snapshot(), sorted(shop.root.rglob("*"))
    result = scaffold("--merge")
    assert result.code == 2, result.out
    assert message in result.err
    assert len(result.err.splitlines()) == 1
    assert not result.out
    assert (shop.snapshot(), sorted(shop.root.rglob("*"))) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--driver", "mysql"], "unknown driver 'mysql'"),
        (["--app", "nothing"], "does not name an application"),
        (["--app", "shop.main:nothing"], "nothing"),
        (["--locale", 'x"]; import os'], "is no locale of Faker"),
        (["--tests", "../elsewhere"], "elsewhere"),
        (["--tests", "/tmp"], "/tmp"),
        (["--tests", "pyproject.toml"], "pyproject.toml"),
        (["--output-format", "xml"], "invalid choice"),
        (["--merg"], "unrecognized arguments"),
        (["--remove", "--merge"], "--remove goes with none of --merge"),
    ],
)
def test_arguments_that_make_no_sense(
    arguments: list[str], message: str, shop: Sandbox, scaffold: Scaffold
) -> None:
    before = shop.snapshot()
    result = scaffold(*arguments)
    assert result.code == 2
    assert message in result.err
    assert len(result.err.splitlines()) == 1
    assert shop.snapshot() == before


def test_neither_an_application_nor_a_driver(sandbox: Sandbox, scaffold: Scaffold) -> None:
    result = scaffold()
    assert result.code == 2
    assert "--app MODULE:ATTR or --driver" in result.err
    assert not list(sandbox.root.iterdir())


def test_a_root_that_is_no_folder(sandbox: Sandbox, scaffold: Scaffold) -> None:
    sandbox.root.rmdir()
    assert "does not exist" in scaffold().err
    sandbox.root.write_text("")
    assert "is not a folder" in scaffold().err


posix = pytest.mark.skipif(sys.platform == "win32", reason="users and limits are POSIX's")
UNPRIVILEGED = f"""
import os, sys
sys.path.insert(0, {str(SCRIPT.parent)!r})
from async_testing.cli.scaffold import main
root, *flags = sys.argv[1:]
with open(os.devnull, "w") as sys.stdout:
    main(["--dry-run", root])  # what is imported late is imported now, while this user may read it
sys.stdout = sys.__stdout__
if os.geteuid() == 0:
    os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
locked = os.path.join(root, flags.pop())
os.chmod(locked, int(flags.pop(), 8))
sys.exit(main([root, *flags]))
"""


def locked_out(shop: Sandbox, locked: str, mode: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run as the project's owner, who has no other rights and has taken some of these away."""
    if os.geteuid() == 0:
        for path in (shop.root, *shop.root.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    command = [sys.executable, "-B", "-c", UNPRIVILEGED, str(shop.root), *flags, mode, locked]
    done = subprocess.run(command, capture_output=True, text=True)
    (shop.root / locked).chmod(0o755)
    return done


@pytest.fixture
def reachable(shop: Sandbox) -> Iterator[Sandbox]:
    """The shop in a folder that every user can enter, with a conftest and an unfinished package of fakes."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        copy = Sandbox(Path(folder, "shop"))
        shutil.copytree(shop.root, copy.root)
        yield copy.write({"tests/fakes/mine.py": "", "tests/conftest.py": "import pytest\n"})


@posix
@pytest.mark.parametrize("locked", ["tests", "tests/fakes", "tests/conftest.py"])
def test_read_only(locked: str, reachable: Sandbox) -> None:
    before = reachable.snapshot(), sorted(reachable.root.rglob("*"))
    done = locked_out(reachable, locked, "444" if locked.endswith(".py") else "555", "--merge")
    assert done.returncode == 2, done.stdout
    assert "cannot be written (Permission denied): nothing was changed" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (reachable.snapshot(), sorted(reachable.root.rglob("*"))) == before


@posix
def test_read_only_removal(reachable: Sandbox) -> None:
    (reachable.root / "tests/conftest.py").unlink()
    assert main([str(reachable.root)]) == 0
    before = reachable.snapshot()
    done = locked_out(reachable, "tests/fakes", "555", "--remove")
    assert done.returncode == 2, done.stdout
    assert "nothing was changed" in done.stderr
    assert reachable.snapshot() == before


@posix
@pytest.mark.parametrize("locked", ["tests", "tests/fakes", "tests/conftest.py"])
def test_unreadable(locked: str, reachable: Sandbox) -> None:
    before = reachable.snapshot()
    done = locked_out(reachable, locked, "0")
    assert done.returncode == 2, done.stdout
    assert "Permission denied" in done.stderr
    assert "Traceback" not in done.stderr
    assert reachable.snapshot() == before


@posix
def test_no_space(shop: Sandbox) -> None:
    """A limit on the size of files fails the writing of the larger ones, as a full disk does."""
    before = shop.snapshot(), sorted(shop.root.rglob("*"))
    limited = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000));"
        f"sys.argv = ['scaffold.py', {str(shop.root)!r}]; runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-B", "-c", limited], capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert "cannot be written (File too large): nothing was changed" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (shop.snapshot(), sorted(shop.root.rglob("*"))) == before


class Stop(BaseException):
    pass


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), Stop()])
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_failure_in_the_middle_is_undone(
    error: BaseException, links: bool, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.write({"old.py": "old", "gone/gone.py": "gone"})
    replace = Path.replace

    def broken(self: Path, target: Path) -> Path:
        if target.name == "last.py":
            raise error
        return replace(self, target)

    def no_links(source: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    sandbox.write({"last.py": "last"})
    before = sandbox.snapshot(), sorted(sandbox.root.rglob("*"))
    monkeypatch.setattr(Path, "replace", broken)
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    with pytest.raises((UsageError, Stop)):
        files.write(
            sandbox.root, {"new/deep/new.py": b"new"}, {"old.py": b"new", "last.py": b"new"}, ["gone/gone.py"]
        )
    assert (sandbox.snapshot(), sorted(sandbox.root.rglob("*"))) == before


def test_a_file_that_appears_meanwhile_is_not_overwritten(sandbox: Sandbox) -> None:
    sandbox.write({"new.py": "theirs"})
    with pytest.raises(UsageError, match=r"new\.py cannot be written"):
        files.write(sandbox.root, {"other.py": b"ours", "new.py": b"ours"}, {})
    assert sandbox.snapshot() == {"new.py": b"theirs"}
