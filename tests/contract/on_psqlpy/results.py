"""psqlpy: results and records."""

from dataclasses import dataclass

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_psqlpy.calls import ALL, NOBODY, ONE


@scripted(fetch=ROWS, fetch_row=ROWS[0])
async def results_as_tuples(db: World) -> None:
    many, one = await db.connection.fetch(ALL), await db.connection.fetch_row(ONE, [1])
    db.note(
        many.result(as_tuple=True), one.result(as_tuple=True), many.result(as_tuple=False), one.result(None)
    )


@dataclass
class Item:
    id: int
    name: str
    price: int | None


@scripted(fetch=ROWS, fetch_row=ROWS[0])
async def results_as_classes(db: World) -> None:
    many, one = await db.connection.fetch(ALL), await db.connection.fetch_row(ONE, [1])
    db.note(
        many.as_class(Item) == [Item(**row) for row in ROWS], one.as_class(as_class=Item) == Item(**ROWS[0])
    )
    await db.see(lambda: one.as_class(dict), lambda: many.as_class(dict))


@scripted(fetch=ROWS, fetch_row=ROWS[0])
async def results_through_a_row_factory(db: World) -> None:
    many, one = await db.connection.fetch(ALL), await db.connection.fetch_row(ONE, [1])
    db.note(many.row_factory(lambda row: row["id"]), one.row_factory(row_factory=lambda row: row["name"]))


@scripted(fetch=ROWS, fetch_row=ROWS[0])
async def results_with_decoders(db: World) -> None:
    many, one = await db.connection.fetch(ALL), await db.connection.fetch_row(ONE, [1])
    decoders = {"name": lambda raw: raw.decode().upper()}
    db.note(many.result(decoders), one.result(custom_decoders=decoders), many.row_factory(len, decoders))


@scripted(fetch=ROWS)
async def results_as_records(db: World) -> None:
    record = (await db.connection.fetch(ALL)).records()[1]
    db.note(record, record[0], record["name"], record[-1], record[0:2], list(record), len(record))
    db.note(
        record.get("id"), record.get("x"), record.get("x", 5), record.keys(), record.values(), record.items()
    )
    db.note(repr(record), dict(record))
    await db.see(lambda: record[9], lambda: record["x"], lambda: record[1.5])


async def no_rows_are_no_records(db: World) -> None:
    result = await db.connection.fetch(NOBODY)
    db.note(result.records(), result.as_class(Item), result.result(as_tuple=True), bool(result))


@scripted(fetch=ROWS, fetch_row=ROWS[0])
async def a_result_is_no_sequence(db: World) -> None:
    many, one = await db.connection.fetch(ALL), await db.connection.fetch_row(ONE, [1])
    for attempt in (
        lambda: len(many),
        lambda: list(many),
        lambda: many[0],
        lambda: one["id"],
        lambda: one.records(),
    ):
        try:
            attempt()
        except (TypeError, AttributeError) as error:
            db.note(type(error).__name__)


@scripted(fetch=ROWS)
async def a_result_can_be_changed_without_harm(db: World) -> None:
    result = await db.connection.fetch(ALL)
    result.result()[0]["name"] = "changed"
    db.note(result.result())
    await db.see(db.connection.fetch(ALL))
