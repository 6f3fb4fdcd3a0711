"""The HTTP client library: httpx2 where it is installed, else httpx."""

try:
    import httpx2 as httpx
except ImportError:  # pragma: no cover
    import httpx  # type: ignore[no-redef]

__all__ = ["httpx"]
