"""Start pytest as ``python -m pytest`` would, with the plugins of one mode: launch.py SETTINGS.json PYTEST-ARGUMENTS.

The settings name the mode (a module of this folder with ``plugins(settings)``) and the file that the events go to. The
folder gets into sys.modules as a package of its own name, not onto sys.path, where its neighbours would shadow the
project's modules.
"""

import importlib
import importlib.util
import json
import os
import sys

PACKAGE = "async_testing_inside"


def main() -> int:
    """Run pytest; returns its exit code."""
    here = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 - pathlib would be imported before the project
    sys.path[0] = os.getcwd()  # noqa: PTH109
    spec = importlib.util.spec_from_file_location(
        PACKAGE,
        os.path.join(here, "__init__.py"),  # noqa: PTH118
        submodule_search_locations=[here],
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)
    with open(sys.argv[1], encoding="utf-8") as stream:  # noqa: PTH123
        settings = json.load(stream)
    arguments = sys.argv[2:]
    sys.argv[:] = ["pytest", *arguments]
    importlib.import_module(f"{PACKAGE}.limits").bound(settings.get("limits", {}))
    mode = importlib.import_module(f"{PACKAGE}.{settings['mode']}")
    import pytest

    return int(pytest.main(arguments, plugins=mode.plugins(settings)))


if __name__ == "__main__":
    sys.exit(main())
