"""What a fork tells is read whole, however busy it is: half a record had read as a test that hangs."""

import os
import time

from async_testing.inside.children import Slot


def test_a_record_that_is_being_written_is_never_seen_half() -> None:
    slot = Slot()
    slot.clear()
    before = time.monotonic()
    writer = os.fork()
    if writer == 0:
        for number in range(100_000):
            slot.begin(number)
        os._exit(0)

    seen = []
    while not os.waitpid(writer, os.WNOHANG)[0]:
        seen += [slot.read() for _ in range(100)]

    assert min(began for _, began, _ in seen) >= before - 1
    assert [index for index, *_ in seen] == sorted(index for index, *_ in seen)
    assert len({index for index, *_ in seen}) > 1, "nothing was read while it was written"


def test_a_result_comes_with_the_test_that_it_is_of() -> None:
    slot = Slot()
    slot.clear()
    slot.begin(7)

    slot.tell(state="killed", message="é" * 10)

    index, _, result = slot.read()
    assert (index, result) == (7, {"state": "killed", "message": "é" * 10})
    slot.clear()
    assert (slot.read()[0], slot.read()[2]) == (-1, None)
