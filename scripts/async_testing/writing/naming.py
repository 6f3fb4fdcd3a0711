"""Names and docstrings of tests: what, under which circumstances, and how it ends."""

from __future__ import annotations

import re

from async_testing.subjects.wording import snake
from async_testing.writing.doubles import Double
from async_testing.writing.evaluating.things import Cls, Obj, Recorder
from async_testing.writing.exploring import Done

_LONGEST = 90
_ANSWER = re.compile(r"answer(\d+)")
_STORED = re.compile(r"stored(\d+)#")


def slug(text: str) -> str:
    """Words for a name."""
    return re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", snake(text))).strip("_")


def circumstances(done: Done) -> str:
    """What is different from the plain attempt, as words joined by underscores; empty for the plain one."""
    parts = [_one(place, done) for place in done.chosen if place in done.attempt.choices]
    return "_and_".join(dict.fromkeys(one for one in parts if one))


def _one(place: str, done: Done) -> str:
    words = slug(done.attempt.choices[place].words)
    plain = place.partition("~")[0]
    answer = _ANSWER.match(plain)
    if answer:
        behind = f"_at_statement_{answer[1]}" if done.attempt.answers > 1 else ""
        if plain.endswith("!"):
            return f"when_{words}{behind}"
        if plain.endswith("#"):
            return f"with_{words}{behind}"
        return _of_value(plain, words)
    if stored := _STORED.fullmatch(plain):
        several = sum(1 for one in done.attempt.choices if _STORED.fullmatch(one)) > 1
        return f"with_{words}" + (f"_in_query_{stored[1]}" if several else "")
    if plain.endswith("!"):
        method = slug(plain.rpartition(".")[2].partition("(")[0])
        return f"when_{method}_{words}"
    if plain.startswith("result ") and plain.endswith("?"):
        return f"when_{slug(plain.rpartition('.')[2].partition('(')[0])}_gives_none"
    return _of_value(plain, words)


def _of_value(plain: str, words: str) -> str:
    name = slug(re.sub(r"\[\d+\]", "", plain.rstrip("?=#")).rpartition(".")[2].replace("()", "")) or "it"
    if plain.endswith("?"):
        return f"without_{name}"
    if plain.endswith("="):
        return f"with_default_{name}"
    if plain.endswith("#"):
        return f"with_{words}_in_{name}" if "item" in words else f"with_{words}_{name}"
    return f"with_{name}_{words}" if words else f"with_another_{name}"


def ending(done: Done) -> str:
    """How an attempt ends, as words joined by underscores."""
    value = done.value
    if done.kind == "raised":
        status = value.fields.get("status_code") if isinstance(value, Obj) else None
        name = value.cls.name if isinstance(value, Obj) else type(value).__name__
        return f"raises_{snake(name)}" + (f"_{status}" if isinstance(status, int) else "")
    if done.kind == "unknown":
        return "is_not_told"
    if value is None:
        return "returns_none" if done.subject and done.subject.returns.kind != "none" else "succeeds"
    if isinstance(value, bool):
        return f"returns_{str(value).lower()}"
    if isinstance(value, Obj):
        return f"returns_{snake(value.cls.name)}"
    if isinstance(value, Double):
        label = value.label.removesuffix("()")
        said = slug(label.rpartition(".")[2])
        return f"returns_what_{said}_gives" if value.label.endswith("()") else f"returns_{said}"
    if isinstance(value, list | tuple | set | dict) and not value:
        return f"returns_empty_{type(value).__name__}"
    if isinstance(value, list) and value and isinstance(value[0], Obj):
        return f"returns_list_of_{snake(value[0].cls.name)}"
    if isinstance(value, Recorder):
        return "returns_router" if value.meta.name == "APIRouter" else "returns_application"
    return f"returns_{slug(type(value).__name__)}"


def sentence(done: Done) -> str:
    """A docstring."""
    around = circumstances(done).replace("_", " ")
    value = done.value
    if done.kind == "raised":
        name = value.cls.name if isinstance(value, Obj) else type(value).__name__
        end = f"raises {name}"
        detail = value.fields.get("detail") if isinstance(value, Obj) else None
        if isinstance(detail, str) and detail.isprintable():
            end += f", {detail}"
    elif done.kind == "unknown":
        end = "the outcome cannot be told by parsing"
    else:
        end = ending(done).replace("_", " ")
    text = f"{around}: {end}" if around else end
    return text[:1].upper() + text[1:] + "."


class Names:
    """Names of tests, each once."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken

    def test(self, what: str, scenario: str, end: str) -> str:
        """The name of a test."""
        parts = [one for one in (what, scenario, end) if one]
        base = "test_" + slug("_".join(parts))
        if len(base) > _LONGEST:
            base = base[:_LONGEST].rpartition("_")[0]
        name, number = base, 2
        while name in self._taken:
            name = f"{base}_{number}"
            number += 1
        self._taken.add(name)
        return name


def variable(text: str) -> str:
    """A name for a variable."""
    import keyword

    name = slug(text) or "value"
    name = f"value_{name}" if name[0].isdigit() else name
    return f"{name}_" if keyword.iskeyword(name) else name


def class_variable(cls: Cls) -> str:
    """A name for an object of a class: its last word."""
    return variable(snake(cls.name).rpartition("_")[2])
