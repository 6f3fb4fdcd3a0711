"""Plugin: options of the user's configuration that would hide the tests from the one process that looks at them."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

SEED = 1


class Settled:
    """Takes back what pytest-cov, pytest-xdist, pytest-randomly, ``-x`` and the like were asked for in ``addopts``.

    No report is written, nothing is distributed over processes, every test runs, and in the order in which it is
    written; only a seed that was given stays.
    """

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Generator[None, Any, None]:
        """Have pytest-cov begin nothing."""
        options = early_config.known_args_namespace
        if hasattr(options, "cov_source"):
            options.no_cov, options.cov_fail_under = True, 0
        yield

    @pytest.hookimpl(hookwrapper=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None, Any, None]:
        """Have the others do nothing."""
        options = config.option
        options.maxfail = 0
        for name, value in (
            ("numprocesses", 0),
            ("distload", False),
            ("dist", "no"),
            ("tx", []),
            ("no_cov", True),
            ("randomly_reorganize", False),
            ("random_order_bucket", "none"),
            ("reruns", None),
            ("usepdb", False),
            ("stepwise", False),
            ("lf", False),
            ("failedfirst", False),
            ("newfirst", False),
            ("xmlpath", None),
            ("htmlpath", None),
            ("report_log", None),
            ("log_file", os.devnull),
        ):
            if hasattr(options, name):
                setattr(options, name, value)
        if getattr(options, "randomly_seed", None) == "default":
            options.randomly_seed = SEED
        yield
