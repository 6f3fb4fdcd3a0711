"""The library behind the scripts: packed, so that the archive is small. The first import unpacks it beside this file.

Where that cannot be written to, it goes to a temporary folder for as long as the program runs.
"""

import atexit
import importlib.util
import os
import shutil
import sys
import tarfile
import tempfile

NAME = "async_testing"
FOLDER = "async_testing-unpacked"  # a release has the digest here: another version gets another folder
HERE = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 - pathlib costs as much as checking a small file


def unpacked() -> str:
    """Where the library lies, unpacked if it was not yet."""
    final = os.path.join(HERE, FOLDER)  # noqa: PTH118
    if os.path.isdir(final):  # noqa: PTH112
        return final
    try:
        scratch = tempfile.mkdtemp(prefix=f"{NAME}-", suffix=".tmp", dir=HERE)
    except OSError:
        scratch = tempfile.mkdtemp(prefix=f"{NAME}-")
        atexit.register(shutil.rmtree, scratch, ignore_errors=True)
        return _extracted(scratch)
    try:
        os.rename(_extracted(scratch), final)  # noqa: PTH104
    except OSError:
        if not os.path.isdir(final):  # noqa: PTH112 - else another process was faster
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return final


def _extracted(folder: str) -> str:
    with tarfile.open(os.path.join(HERE, f"{NAME}.tar.bz2")) as packed:  # noqa: PTH118
        if hasattr(tarfile, "data_filter"):
            packed.extractall(folder, filter="data")
        else:
            packed.extractall(folder)
    return os.path.join(folder, NAME)  # noqa: PTH118


def load() -> None:
    """Put the library in this module's place."""
    folder = unpacked()
    entry = os.path.join(folder, "__init__.py")  # noqa: PTH118
    spec = importlib.util.spec_from_file_location(NAME, entry, submodule_search_locations=[folder])
    if spec is None or spec.loader is None:
        raise ImportError(f"{entry} cannot be loaded")
    sys.modules[NAME] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


if __name__ == NAME:
    load()
