"""Events for the process that asked: a JSON object a line, each in one write, so that a killed test loses none."""

from __future__ import annotations

import json
import os
from typing import Any


class Events:
    """Appends to a file.

    Args:
        path: the file, made where it is missing.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def tell(self, kind: str, **values: Any) -> None:
        """Write one event; opened each time, for a test may close every descriptor that it finds."""
        line = json.dumps({"event": kind, **values}, default=repr) + "\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode("utf-8", "backslashreplace"))
        finally:
            os.close(descriptor)
