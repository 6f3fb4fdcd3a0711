"""What the deployment decides."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Settings:
    """Where the database and the permission service are."""

    database_url: str = "postgresql://postgres@localhost:5432/users"
    database_pool_size: int = 10
    permission_url: str = "http://localhost:8001"
    permission_timeout: float = 5.0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the settings from DATABASE_URL, DATABASE_POOL_SIZE, PERMISSION_URL and PERMISSION_TIMEOUT.

        Raises ValueError if a number is not one.
        """
        return cls(
            database_url=environ.get("DATABASE_URL", cls.database_url),
            database_pool_size=int(environ.get("DATABASE_POOL_SIZE", cls.database_pool_size)),
            permission_url=environ.get("PERMISSION_URL", cls.permission_url),
            permission_timeout=float(environ.get("PERMISSION_TIMEOUT", cls.permission_timeout)),
        )
