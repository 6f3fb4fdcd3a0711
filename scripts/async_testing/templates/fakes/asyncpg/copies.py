"""COPY with asyncpg: recorded, and answered with what `copy_return` says."""

# ruff: noqa: ASYNC109 - the driver has these parameters
import os
from collections.abc import Iterable
from typing import Any

from ..common.errors import Refused
from .exceptions import server_error
from .wire import Wire

_FORMAT = ("format", "oids", "delimiter", "null", "header", "quote", "escape", "encoding")
_OPTIONS = {
    "copy_from_query": {*_FORMAT, "force_quote"},
    "copy_from_table": {*_FORMAT, "force_quote", "columns", "schema_name"},
    "copy_to_table": {*_FORMAT, "freeze", "force_not_null", "force_null", "where", "columns", "schema_name"},
}


class Copies(Wire):
    """The copy methods of a connection."""

    async def copy_records_to_table(
        self,
        table_name: str,
        *,
        records: Any,
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        timeout: float | None = None,
        where: str | None = None,
    ) -> str:
        """Recorded in `copy_calls`. Returns the status, `COPY` and how many records there are."""
        rows = [row async for row in records] if hasattr(records, "__aiter__") else list(records)
        statement = f"COPY {self._table(schema_name, table_name, columns)} FROM STDIN"
        for row in rows:
            self._check_record(row)
        statement += f" WHERE {where}" if where else ""
        return await self._copied("copy_records_to_table", statement, rows, timeout, len(rows))

    async def copy_to_table(
        self, table_name: str, *, source: Any, timeout: float | None = None, **options: Any
    ) -> str:
        """Recorded in `copy_calls` with the bytes of the source. Returns the status."""
        _check("copy_to_table", options)
        if hasattr(source, "read"):
            content = source.read()
        elif hasattr(source, "__aiter__"):
            content = b"".join([bytes(part) async for part in source])
        else:
            content = _read(source)
        place = self._table(options.pop("schema_name", None), table_name, options.pop("columns", None))
        lines = len(content.splitlines())
        return await self._copied("copy_to_table", f"COPY {place} FROM STDIN", content, timeout, lines)

    async def copy_from_table(
        self, table_name: str, *, output: Any, timeout: float | None = None, **options: Any
    ) -> str:
        """Writes the bytes or text of `copy_return` to the output. Returns the status."""
        _check("copy_from_table", options)
        place = self._table(options.pop("schema_name", None), table_name, options.pop("columns", None))
        return await self._copied("copy_from_table", f"COPY {place} TO STDOUT", None, timeout, 0, output)

    async def copy_from_query(
        self,
        query: str,
        *args: Any,
        output: Any,
        timeout: float | None = None,
        **options: Any,
    ) -> str:
        """Writes the bytes or text of `copy_return` to the output. Returns the status."""
        _check("copy_from_query", options)
        statement = f"COPY ({query}) TO STDOUT"
        return await self._copied("copy_from_query", statement, args, timeout, 0, output)

    async def _copied(
        self,
        method: str,
        statement: str,
        content: Any,
        timeout: float | None,
        count: int,
        output: Any = None,
    ) -> str:
        if method.startswith("copy_from"):
            _check_output(output)
        answer = await self.answered("copy", method, statement, content, timeout=timeout)
        if isinstance(answer, str) and answer.startswith("COPY "):
            return answer
        if isinstance(answer, int):
            count = answer
        elif isinstance(answer, str | bytes) and method.startswith("copy_from"):
            data = answer.encode() if isinstance(answer, str) else answer
            count = len(data.splitlines())
            await _write(output, data)
        return f"COPY {count}"

    def _check_record(self, row: Any) -> None:
        try:
            row[0]
        except IndexError:
            pass
        except Exception:
            self.session.aborted = self.session.open
            raise

    def _table(self, schema: str | None, table: str, columns: Iterable[str] | None) -> str:
        name = ".".join(f'"{part}"' for part in (schema, table) if part)
        if isinstance(columns, str) and len(columns) > 1:  # a text is a list of letters
            self.session.aborted = self.session.open
            raise server_error(Refused("42703", f'column "{columns[0]}" does not exist'))
        return name + (f"({', '.join(columns)})" if columns else "")


def _read(path: Any) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib is slow to import
        return file.read()


def _check_output(output: Any) -> None:
    if not (callable(output) or hasattr(output, "write") or isinstance(output, str | os.PathLike)):
        raise TypeError(
            "output is expected to be a file-like object, a path-like object or a coroutine function, "
            f"not {type(output).__name__}"
        )


async def _write(output: Any, data: bytes) -> None:
    if isinstance(output, str | os.PathLike):
        with open(output, "wb") as file:  # noqa: ASYNC230, PTH123 - pathlib is slow to import
            file.write(data)
        return
    written = output.write(data) if hasattr(output, "write") else output(data)
    if hasattr(written, "__await__"):
        await written


def _check(method: str, options: dict[str, Any]) -> None:
    for name in options.keys() - _OPTIONS[method]:
        raise TypeError(f"Connection.{method}() got an unexpected keyword argument {name!r}")
