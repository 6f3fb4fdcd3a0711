"""The report as JSON: the fields of the model. ``--combine`` reads it back."""

from __future__ import annotations

import json
from collections.abc import Mapping

from async_testing.verifying.model import Report
from async_testing.verifying.stored import document


def render(report: Report, sources: Mapping[str, str]) -> str:
    """The report as JSON.

    Args:
        report: what was found.
        sources: not needed here.
    """
    return json.dumps(document(report), indent=1, ensure_ascii=True)
