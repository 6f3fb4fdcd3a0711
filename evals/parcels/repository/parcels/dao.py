"""Everything that is asked of the database."""

from collections.abc import Sequence
from typing import Any

import psqlpy

from parcels.database import connected
from parcels.models import Announced, Parcel


class DAOError(Exception):
    """The database could not do it; `kind` says why."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@connected
async def announce(conn: Any, new: Announced) -> Parcel:
    """Keep a new parcel; kind ``duplicate`` if its code is known."""
    try:
        rows = await conn.execute(
            """
            INSERT INTO parcels (code, receiver, weight_grams)
            VALUES ($1, $2, $3)
            RETURNING id, code, receiver, weight_grams, state
            """,
            [new.code, new.receiver, new.weight_grams],
        )
    except psqlpy.Error as error:
        if "duplicate key" in str(error):
            raise DAOError("duplicate", f"{new.code} is known already") from error
        raise DAOError("failed", f"{new.code} could not be kept") from error
    return Parcel(**rows.result()[0])


@connected
async def find(conn: Any, code: str) -> Parcel | None:
    """Find a parcel by its code, or None."""
    rows = await conn.fetch(
        "SELECT id, code, receiver, weight_grams, state FROM parcels WHERE code = $1", [code]
    )
    found = rows.result()
    return Parcel(**found[0]) if found else None


@connected
async def heaviest(conn: Any, state: str, minimum: int, limit: int) -> list[Parcel]:
    """The heaviest parcels of a state that weigh at least so many grams, the heaviest first."""
    rows = await conn.fetch(
        """
        SELECT id, code, receiver, weight_grams, state
        FROM parcels
        WHERE state = $1 AND weight_grams >= $2
        ORDER BY weight_grams DESC, code
        LIMIT $3
        """,
        [state, minimum, limit],
    )
    return [Parcel(**row) for row in rows.result()]


@connected
async def last_place(conn: Any, code: str) -> str | None:
    """Where a parcel was seen last, or None."""
    try:
        place: str = await conn.fetch_val(
            """
            SELECT scans.place
            FROM scans JOIN parcels ON parcels.id = scans.parcel_id
            WHERE parcels.code = $1
            ORDER BY scans.id DESC
            LIMIT 1
            """,
            [code],
        )
    except psqlpy.Error:
        return None
    return place


@connected
async def record(conn: Any, parcels: Sequence[Parcel], place: str, state: str) -> int:
    """Note that parcels were seen somewhere, and their new state: all of it or nothing."""
    async with conn.transaction() as transaction:
        await transaction.execute_many(
            "INSERT INTO scans (parcel_id, place, state) VALUES ($1, $2, $3)",
            [[parcel.id, place, state] for parcel in parcels],
        )
        changed = await transaction.execute(
            "UPDATE parcels SET state = $1 WHERE id = ANY($2) AND state <> $1 RETURNING id",
            [state, [parcel.id for parcel in parcels]],
        )
    return len(changed.result())
