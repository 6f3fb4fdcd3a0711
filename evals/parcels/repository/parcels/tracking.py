"""What other services call."""

from collections.abc import Sequence

from parcels import dao
from parcels.models import Announced, Parcel, Scan


class TrackingError(Exception):
    """Something that the caller did wrong."""


async def announce(new: Announced) -> Parcel:
    """Keep a new parcel; TrackingError if it was announced before."""
    try:
        return await dao.announce(new)
    except dao.DAOError as error:
        if error.kind == "duplicate":
            raise TrackingError(f"{new.code} was announced before") from error
        raise


async def seen(scans: Sequence[Scan], state: str = "on the way") -> int:
    """Note where parcels were seen, place by place; unknown codes are a TrackingError and nothing is noted."""
    places: dict[str, list[Parcel]] = {}
    unknown = []
    for scan in scans:
        parcel = await dao.find(scan.code)
        if parcel is None:
            unknown.append(scan.code)
        else:
            places.setdefault(scan.place, []).append(parcel)
    if unknown:
        raise TrackingError(f"unknown: {', '.join(unknown)}")
    return sum([await dao.record(parcels, place, state) for place, parcels in places.items()])


async def where(code: str) -> str:
    """Where a parcel was seen last; it is at its sender's until then."""
    if await dao.find(code) is None:
        raise TrackingError(f"unknown: {code}")
    return await dao.last_place(code) or "at the sender's"
