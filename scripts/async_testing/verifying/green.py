"""Whether the tests pass as they are, and whether more can be asked of them."""

from __future__ import annotations

from collections import Counter

from async_testing.verifying.clean import Clean
from async_testing.verifying.model import Outcome


def outcome(clean: Clean) -> Outcome:
    """The answer in one line."""
    counts = Counter(one.outcome for one in clean.tests)
    said = ", ".join(f"{number} {name}" for name, number in counts.most_common())
    if clean.trouble:
        state = "failed" if clean.refused or clean.tests else "unassessed"
        return Outcome("green", "failed" if state == "failed" else "unassessed", clean.trouble, clean.seconds)
    if clean.failed:
        return Outcome("green", "failed", said, clean.seconds)
    if not counts["passed"]:
        return Outcome("green", "unassessed", f"no test passed: {said}", clean.seconds)
    return Outcome("green", "passed", said, clean.seconds)


def is_usable(clean: Clean) -> bool:
    """Whether some tests pass, so that what is left of them can be asked more."""
    return not clean.trouble and any(one.outcome == "passed" for one in clean.tests)
