"""A report as JSON, and back: what shards hand over, and what the cache keeps."""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from async_testing.finding import UsageError
from async_testing.verifying import model
from async_testing.verifying.model import Report


def document(report: Report) -> dict[str, Any]:
    """The report as JSON knows it: the fields' names, and lists for tuples."""
    told: dict[str, Any] = _plain(report)
    return told


def report_of(data: object) -> Report:
    """The report that a document is of; fields that it lacks have their defaults, others are passed over.

    Raises:
        ValueError: it is none.
    """
    try:
        report: Report = _typed(data, Report)
    except RecursionError:
        raise ValueError("too deep") from None
    if any(not 0 <= each < len(report.tests) for one in report.mutants for each in one.covering):
        raise ValueError("a mutant is run by a test that is not in the report")
    return report


def read(path: Path) -> Report:
    """The report that ``--output-format json`` wrote into a file.

    Raises:
        UsageError: it cannot be read, or holds something else.
    """
    try:
        return report_of(json.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UsageError(
            f"{path} is no report of verify: write one with --output-format json --output-file {path.name}"
        ) from None


def _plain(value: Any) -> Any:
    if hasattr(value, "_fields"):
        return {name: _plain(getattr(value, name)) for name in value._fields}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _typed(data: Any, wanted: Any) -> Any:
    """Data as a value of an annotation of the model."""
    if hasattr(wanted, "_fields"):
        return _tuple_of(data, wanted)
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is tuple:
        return _several(data, arguments)
    if origin is Literal:
        if data not in arguments or isinstance(data, bool):
            raise ValueError(f"{data!r:.40} is none of {arguments}")
        return data
    if origin in (Union, types.UnionType):
        if data is None and type(None) in arguments:
            return None
        return _typed(data, arguments[0])
    if wanted is float and type(data) is int:
        return float(data)
    if type(data) is not wanted:
        raise ValueError(f"{data!r:.40} is no {wanted.__name__}")
    return data


def _tuple_of(data: Any, wanted: Any) -> Any:
    if not isinstance(data, dict):
        raise ValueError(f"{data!r:.40} is no {wanted.__name__}")
    hints = get_type_hints(wanted, vars(model))
    missing = [name for name in hints if name not in data and name not in wanted._field_defaults]
    if missing:
        raise ValueError(f"no {missing[0]} in {wanted.__name__}")
    return wanted(**{name: _typed(data[name], hint) for name, hint in hints.items() if name in data})


def _several(data: Any, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise ValueError(f"{data!r:.40} is no list")
    if arguments[-1] is Ellipsis:
        return tuple([_typed(one, arguments[0]) for one in data])
    if len(data) != len(arguments):
        raise ValueError(f"{data!r:.40} should have {len(arguments)} values")
    return tuple([_typed(one, each) for one, each in zip(data, arguments, strict=True)])
