"""Values for tests: plausible by the name of what they are for, each another one, within the limits of their form."""

from __future__ import annotations

import datetime
import decimal
import re
import uuid
from typing import Any

from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.wrapped import Secret, url_of

NAMES = (
    "Ana Souza",
    "Bruno Lima",
    "Clara Dias",
    "Davi Rocha",
    "Elisa Melo",
    "Fabio Nunes",
    "Gina Prado",
    "Hugo Reis",
)
_FIRST = ("Ana", "Bruno", "Clara", "Davi", "Elisa", "Fabio", "Gina", "Hugo")
_CITIES = ("Recife", "Natal", "Olinda", "Belem", "Manaus", "Santos")
FORMATS = (
    "529.982.247-25",
    "111.444.777-35",
    "9780306406157",
    "12345678",
    "ABC-1234",
    "some-slug",
    "Abcdef1!",
    "+5511987654321",
    "2024-05-06",
    "https://example.com/page",
    "#a1b2c3",
    "EUR",
    "BR",
    "a",
    "A1",
    "123456",
    "12345678-1234-4234-8234-123456789abc",
    "11.222.333/0001-81",
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$bm90IHRoZSBoYXNoIG9mIGFueSBwYXNzd29yZCE",
    "$2b$12$eImiTXuWVxfM37uY4JANjOe5XhHq1qV3c8y6s5gk0yq4lB3o1iU2a",
)
"""Texts that validators of their own may take where a plain word is refused."""
_INTS = re.compile(
    r"(?:^|_)(?:id|ids|count|total|number|num|age|size|limit|offset|page|year|quantity|stock|rank|position|version|score|priority|balance|cents|credit|points|level|sequence|order_no|views|likes|favorites_count)$|^(?:count|sum|max|min|avg)\b"
)
_BOOLS = re.compile(
    r"^(?:is|has|can|should|was|exists|low|active|enabled|deleted|following|favorited)(?:_|$)|(?:_flag|_enabled)$"
)
_TIMES = re.compile(r"(?:_at|_time|timestamp|datetime)$|^(?:now|created|updated|modified|made)$")
_DATES = re.compile(r"(?:_on|_date|^date|birthday)$|^(?:date)$")
_FLOATS = re.compile(
    r"(?:price|amount|rate|ratio|percent|latitude|longitude|weight|height|average|temperature)$"
)


class Samples:
    """Makes values up: the same one for the same place and form, another one for every other place."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Any] = {}
        self._count = 0
        self._used: set[Any] = set()

    def value(self, place: str, form: Form) -> Any:
        """A value of a plain form for a place such as ``dto.name``; raises KeyError for a form that is no plain one."""
        key = (place, f"{form.kind}{sorted(form.limits.items(), key=str)}")
        if key not in self._made:
            self._made[key] = self._make(place, form)
        return self._made[key]

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _make(self, place: str, form: Form) -> Any:
        name = place.rpartition(".")[2].partition("[")[0].partition("#")[0]
        number = self._next()
        kind = form.kind
        if kind == "int":
            return self._int(name, form, number)
        if kind in ("str", "any", "email"):
            return self._fresh(name, form, number)
        if kind == "float":
            return self._float(form, number)
        if kind == "decimal":
            return decimal.Decimal(str(self._float(form, number)))
        if kind == "bool":
            return True
        if kind == "bytes":
            return f"bytes {number}".encode()
        if kind == "datetime":
            return datetime.datetime(
                2024, 1 + number % 12, 1 + number % 28, number % 24, 30, tzinfo=datetime.UTC
            )
        if kind == "naive datetime":
            return datetime.datetime(2024, 1 + number % 12, 1 + number % 28, number % 24, 30)
        if kind == "date":
            return datetime.date(2024, 1 + number % 12, 1 + number % 28)
        if kind == "time":
            return datetime.time(number % 24, 30)
        if kind == "timedelta":
            return datetime.timedelta(minutes=number)
        if kind == "uuid":
            return uuid.UUID(int=0x12345678123442348234123456780000 + number)
        if kind == "secret":
            return Secret(self._fresh(name, form, number))
        if kind == "url":
            return url_of(getattr(form.cls, "name", ""), number)
        raise KeyError(kind)

    def _int(self, name: str, form: Form, number: int) -> int:
        low, high = bounds(form)
        step = form.limits.get("multiple_of", 1)
        if isinstance(step, float) or not step:
            step = 1
        wanted = 100 + number if name.endswith(("id", "ids", "count", "total")) else 10 + number
        wanted = wanted * step if step != 1 else wanted
        if low is not None and wanted < low:
            wanted = int(low) + number * int(step)
        if high is not None and wanted > high:
            span = int(high) - int(low if low is not None else min(0, int(high))) + 1
            wanted = int(low if low is not None else min(0, int(high))) + number % max(span, 1)
        while wanted in self._used and (high is None or wanted + step <= high):
            wanted += int(step)
        self._used.add(wanted)
        return wanted

    @staticmethod
    def _float(form: Form, number: int) -> float:
        low, high = bounds(form)
        wanted = 10.5 + number
        if high is not None and wanted > high:
            wanted = (float(low if low is not None else 0) + float(high)) / 2
        return max(wanted, float(low)) if low is not None else wanted

    def _fresh(self, name: str, form: Form, number: int) -> str:
        pattern = form.limits.get("pattern") or form.limits.get("regex")
        if isinstance(pattern, str):
            from async_testing.writing.patterns import matching

            return matching(pattern, number)
        text = self._text(name, form.kind, number)
        low, high = form.limits.get("min_length", 0), form.limits.get("max_length")
        if isinstance(low, int) and len(text) < low:
            text = (text + " " if " " in text else text) + "x" * (low - len(text))
        if isinstance(high, int) and len(text) > high:
            text = f"{chr(97 + number % 26)}{number}"[:high]
        if form.limits.get("to_lower"):
            text = text.lower()
        return text.upper() if form.limits.get("to_upper") else text

    @staticmethod
    def _text(name: str, kind: str, number: int) -> str:
        turn = number % len(NAMES)
        if kind == "email" or "email" in name or name == "mail":
            return f"{_FIRST[turn].lower()}{number}@example.com"
        if name in ("first_name", "given_name", "nickname"):
            return _FIRST[turn]
        if name in ("last_name", "surname", "family_name"):
            return NAMES[turn].partition(" ")[2]
        if name == "name" or name.endswith(("full_name", "author", "person")):
            return f"{NAMES[turn]} {chr(65 + number % 26)}"
        if "city" in name:
            return _CITIES[number % len(_CITIES)]
        if name.endswith(("database_url", "database_uri", "db_url", "dsn")):
            return f"postgresql://user{number}:Secret-{number}@db.example.com:{5432 + number}/app{number}"
        if name.endswith(("url", "image", "link", "avatar", "website")):
            return f"https://example.com/{number}"
        if name in ("username", "login", "handle"):
            return f"{_FIRST[turn].lower()}{number}"
        if "phone" in name:
            return f"+55119{number:08d}"
        if "password" in name or "secret" in name:
            return f"Secret-{number}!"
        if "cpf" in name:
            return _cpf(number)
        if "uuid" in name:
            return f"12345678-1234-4234-8234-{number:012d}"
        word = name.strip("_").replace("_", "-") or "text"
        return f"{word}-{number}"


def _cpf(number: int) -> str:
    """A number of Brazil's register of people, its check digits right."""
    digits = [int(one) for one in f"{529982000 + number:09d}"]
    for place in (9, 10):
        digits.append(sum(digit * (place + 1 - at) for at, digit in enumerate(digits)) * 10 % 11 % 10)
    return "".join(map(str, digits))


def bounds(form: Form) -> tuple[Any, Any]:
    """The smallest and greatest whole number that a form takes, None where there is none."""
    limits = form.limits
    low, high = limits.get("ge"), limits.get("le")
    if isinstance(limits.get("gt"), int | float):
        low = limits["gt"] + (1 if form.kind == "int" else 0.5)
    if isinstance(limits.get("lt"), int | float):
        high = limits["lt"] - (1 if form.kind == "int" else 0.5)
    return (low if isinstance(low, int | float) else None), (high if isinstance(high, int | float) else None)


def nearly(text: str) -> list[str]:
    """Texts that look like one of digits and are another: the last one changed, all the same."""
    if len(text) < 4 or not text.isdigit():
        return []
    return [
        text[:-1] + str((int(text[-1]) + 1) % 10),
        text[:-2] + str((int(text[-2]) + 1) % 10) + text[-1],
        "1" * len(text),
    ]


def guessed(name: str) -> Form:
    """The form of a column or value of which only the name is known."""
    name = name.rpartition(".")[2].lower()
    if _BOOLS.search(name):
        return Form("bool")
    if _INTS.search(name):
        return Form("int")
    if _TIMES.search(name):
        return Form("datetime")
    if _DATES.search(name):
        return Form("date")
    if _FLOATS.search(name):
        return Form("float")
    return Form("str")
