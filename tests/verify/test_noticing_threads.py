"""A run that cannot end since a thread goes on has noticed something, as it hangs for whoever runs pytest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.planting import bug, verdicts, write

WORKER = """
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

pool = None


class Doubler(threading.Thread):
    def __init__(self):
        super().__init__()
        self.asked = queue.Queue()
        self.done = queue.Queue()

    def run(self):
        while True:
            item = self.asked.get()
            if item is None:
                break
            self.done.put(item * 2)


def in_a_pool(number):
    global pool
    pool = pool or ThreadPoolExecutor(1)
    return pool.submit(lambda: number + 1).result()
"""
TESTS = """
from app.worker import Doubler, in_a_pool


def test_doubler():
    doubler = Doubler()
    doubler.start()
    doubler.asked.put(2)
    assert doubler.done.get(timeout=5) == 4
    doubler.asked.put(None)


def test_in_a_pool():
    assert in_a_pool(1) == 2
"""


@pytest.mark.parametrize("force_spawn", [False, True])
def test_a_thread_that_never_ends_is_a_hang_and_an_idle_pool_is_none(
    tmp_path: Path, force_spawn: bool
) -> None:
    root = write(tmp_path, {"app/worker.py": WORKER, "test_worker.py": TESTS})
    endless = bug(root, "app/worker.py", "break", "continue")
    harmless = bug(root, "app/worker.py", "ThreadPoolExecutor(1)", "ThreadPoolExecutor(2)")
    noticed = bug(root, "app/worker.py", "number + 1", "number + 2")
    found = verdicts(root, [endless, harmless, noticed], force_spawn=force_spawn)
    assert {name: one.verdict for name, one in found.items()} == {
        "continue": "timeout",
        "ThreadPoolExecutor(2)": "survived",
        "number + 2": "killed",
    }
