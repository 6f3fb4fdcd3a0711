"""The HTTP client library: httpx2 where it is installed, else httpx."""

import functools
import ssl

try:
    import httpx2 as httpx
except ImportError:  # pragma: no cover
    import httpx  # type: ignore[no-redef]

__all__ = ["certificates", "httpx"]


@functools.cache
def certificates() -> ssl.SSLContext:
    """Load what a TLS connection trusts; once a process, for it takes as long as many requests."""
    return httpx.create_ssl_context()
