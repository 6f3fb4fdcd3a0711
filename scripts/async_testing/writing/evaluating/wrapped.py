"""Values that pydantic wraps: secrets, and URLs, which are objects with a text."""

from __future__ import annotations

from typing import Any

from async_testing.writing.evaluating.callables import Native
from async_testing.writing.evaluating.things import External, Special, Unknown


class Wrapped(Special):
    """A text in an object of pydantic's.

    Args:
        text: the whole of it.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and getattr(other, "text", None) == self.text

    def __hash__(self) -> int:
        return hash(self.text)


class Secret(Wrapped):
    """A ``SecretStr``."""

    cls = External("pydantic.SecretStr")

    def attribute(self, name: str) -> Any:
        """Its one method."""
        if name != "get_secret_value":
            raise Unknown(f"what .{name} of a SecretStr is, is not known")
        return Native(name, lambda: self.text)

    def __str__(self) -> str:
        return "*" * 10 if self.text else ""

    def __bool__(self) -> bool:
        return bool(self.text)


class Url(Wrapped):
    """A URL of pydantic's, of which tests compare the text, since what it is differs between versions."""

    def attribute(self, name: str) -> Any:
        """Its text as a method gives it; its parts are other ones in each version."""
        if name != "unicode_string":
            raise Unknown(f"what .{name} of a URL is, is not known")
        return Native(name, lambda: self.text)

    def __str__(self) -> str:
        return self.text


_SCHEMES = {
    "PostgresDsn": "postgresql://user:password@localhost:5432",
    "RedisDsn": "redis://localhost:6379",
    "MySQLDsn": "mysql://user:password@localhost:3306",
    "MariaDBDsn": "mariadb://user:password@localhost:3306",
    "MongoDsn": "mongodb://localhost:27017",
    "AmqpDsn": "amqp://user:password@localhost:5672",
    "NatsDsn": "nats://localhost:4222",
    "KafkaDsn": "kafka://localhost:9092",
}


_WEB = frozenset({"", "HttpUrl", "AnyUrl", "AnyHttpUrl", "HttpsUrl"})


def is_plain_url(text: str) -> bool:
    """Whether pydantic leaves the text of a URL as it is: one of a known scheme, with a path."""
    schemes = {"http", "https", *(one.partition(":")[0] for one in _SCHEMES.values())}
    return text.partition("://")[0].partition("+")[0] in schemes and text.count("/") > 2


def url_of(name: str, number: int) -> str:
    """A URL that the class of a name takes, whose text stays as it is; another one for each number."""
    base = "https://example.com" if name in _WEB else _SCHEMES.get(name, "")
    if not base:
        raise KeyError(name)
    path = number % 16 if name == "RedisDsn" else f"app_{number}"
    return f"{base}/{path}"
