"""What the URL of a MySQL or MariaDB server says."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def options(dsn: str) -> dict[str, Any]:
    """The arguments of ``connect`` for mysql://user:password@host:port/name?unix_socket=path."""
    parts = urlsplit(dsn)
    found: dict[str, Any] = {
        "user": unquote(parts.username or "root"),
        "password": unquote(parts.password or ""),
        "db": parts.path.strip("/") or None,
        "charset": "utf8mb4",
        # A connection that a test left open ends the run instead of holding it up.
        "init_command": "SET SESSION lock_wait_timeout = 10",
    }
    if socket := parse_qs(parts.query).get("unix_socket"):
        return {**found, "unix_socket": socket[0]}
    return {**found, "host": parts.hostname or "localhost", "port": parts.port or 3306}
