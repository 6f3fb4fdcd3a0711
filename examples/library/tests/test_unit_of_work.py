"""Tests for the unit of work, on a real database: together or not at all, and what refusals mean."""

import asyncio
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from src.domain.exception import Conflict
from src.domain.model import Base, Hold, Loan, Member, Title
from src.domain.unit_of_work import UnitOfWork
from tests.rows import Rows

pytestmark = pytest.mark.integration
Begin = Callable[[], UnitOfWork]
Sessions = async_sessionmaker[AsyncSession]


async def emails(sessions: Sessions) -> list[str]:
    """Return what is really in the database."""
    async with sessions() as session:
        return [*(await session.scalars(select(Member.email).order_by(Member.email)))]


async def added(begin: Begin, *rows: Base) -> None:
    """Store rows in a unit of work of their own."""
    async with begin() as work:
        work.session.add_all(rows)
        await work.commit()


@pytest.mark.asyncio
async def test_commit_makes_all_of_it_last(begin: Begin, database_session_maker: Sessions) -> None:
    """Two rows, one commit."""
    async with begin() as work:
        work.members.add(Member(name="Ana", email="ana@example.com"))
        work.members.add(Member(name="Bruno", email="bruno@example.com"))
        await work.commit()

    assert await emails(database_session_maker) == ["ana@example.com", "bruno@example.com"]


@pytest.mark.asyncio
@pytest.mark.parametrize("failing", [False, True])
async def test_without_commit_nothing_lasts(
    failing: bool, begin: Begin, database_session_maker: Sessions
) -> None:
    """Neither where the block just ends nor where it fails; what was committed before stays."""

    async def work_that_does_not_commit() -> None:
        async with begin() as work:
            work.members.add(Member(name="Bruno", email="bruno@example.com"))
            await work.session.flush()
            if failing:
                raise LookupError("on the way")

    async with begin() as work:
        work.members.add(Member(name="Ana", email="ana@example.com"))
        await work.commit()
    if failing:
        with pytest.raises(LookupError, match=r"^on the way$"):
            await work_that_does_not_commit()
    else:
        await work_that_does_not_commit()

    assert await emails(database_session_maker) == ["ana@example.com"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("second", "meaning"),
    [
        (lambda _, __: Member(name="x", email="ana@example.com"), "this address is taken"),
        (lambda _, __: Title(isbn="9783161484100", name="x", copies=1), "this ISBN is taken"),
        (
            lambda member, title: Loan(member_id=member.id, title_id=title.id, due_on=date(2026, 1, 1)),
            "the member has this title already",
        ),
        (
            lambda member, title: Hold(member_id=member.id, title_id=title.id, position=2),
            "the member waits for this title already",
        ),
    ],
    ids=["address", "ISBN", "loan", "hold"],
)
async def test_violated_constraint_is_raised_as_what_it_means(
    second: Callable[[Member, Title], Base], meaning: str, begin: Begin, rows: Rows
) -> None:
    """The constraint that PostgreSQL names decides, and the transaction is gone as a whole."""
    member: Member = Member(name="Ana", email="ana@example.com")
    title: Title = Title(isbn="9783161484100", name="Dom Casmurro", copies=9)
    await rows.stored(member)
    await rows.stored(title)
    await rows.loan(member, title)
    await rows.stored(Hold(member_id=member.id, title_id=title.id, position=1))

    carla: Member = Member(name="Carla", email="carla@example.com")
    with pytest.raises(Conflict, match=f"^{meaning}$") as refusal:
        await added(begin, carla, second(member, title))

    assert isinstance(refusal.value.__cause__, IntegrityError)
    assert await emails(rows.sessions) == ["ana@example.com"]


@pytest.mark.asyncio
async def test_second_loan_after_return_is_no_violation(begin: Begin, rows: Rows) -> None:
    """One open loan at a time, any number of earlier ones."""
    member, title = await rows.member(), await rows.title()
    await rows.loan(member, title, returned=True)
    await rows.loan(member, title, returned=True)
    await rows.loan(member, title)

    async with begin() as work:
        assert await work.session.scalar(select(func.count()).select_from(Loan)) == 3


@pytest.mark.asyncio
async def test_unforeseen_violation_is_raised_as_it_is(begin: Begin, rows: Rows) -> None:
    """A bug of ours must not look like something the client could mend."""
    title: Title = await rows.title()

    with pytest.raises(IntegrityError, match="fk_loans_member_id"):
        await added(begin, Loan(member_id=2147483647, title_id=title.id, due_on=date(2026, 1, 1)))


@pytest.mark.asyncio
@pytest.mark.committed
async def test_deferred_constraint_is_violated_by_the_second_commit(begin: Begin, rows: Rows) -> None:
    """Both find the queue empty. Under rollback nobody would be told: the place is only looked at by COMMIT."""
    ana, bruno, title = await rows.member(), await rows.member(), await rows.title()

    async with begin() as first:
        assert await first.holds.queue(title.id) == []
        await added(begin, Hold(title_id=title.id, member_id=bruno.id, position=1))
        first.holds.add(Hold(title_id=title.id, member_id=ana.id, position=1))
        await first.session.flush()
        with pytest.raises(IntegrityError, match="uq_holds_position"):
            await first.commit()

    async with begin() as work:
        assert [one.member_id for one in await work.holds.queue(title.id)] == [bruno.id]


@pytest.mark.asyncio
@pytest.mark.committed
async def test_change_of_what_somebody_else_has_changed_is_a_conflict(begin: Begin, rows: Rows) -> None:
    """Both read version 1; the version counts, although neither has locked anything."""
    title: Title = await rows.title(copies=1)

    async with begin() as first, begin() as second:
        (await first.titles.get(title.id)).copies = 2
        (await second.titles.get(title.id)).copies = 3
        await first.commit()
        with pytest.raises(Conflict, match=r"^it was changed meanwhile: read it again$") as refusal:
            await second.commit()
    assert isinstance(refusal.value.__cause__, StaleDataError)

    async with begin() as work:
        stored: Title = await work.titles.get(title.id)
        assert (stored.copies, stored.version) == (2, 2)


@pytest.mark.asyncio
@pytest.mark.committed
async def test_lock_makes_others_wait(begin: Begin, rows: Rows) -> None:
    """The second gets the row when the first has committed, and then as it is by then."""
    title: Title = await rows.title(copies=1)

    async def copies_found() -> int:
        async with begin() as second:
            return (await second.titles.get(title.id, lock=True)).copies

    async with asyncio.timeout(10), begin() as first:
        locked: Title = await first.titles.get(title.id, lock=True)
        waiting: asyncio.Task[int] = asyncio.create_task(copies_found())
        done, _ = await asyncio.wait({waiting}, timeout=0.2)
        locked.copies = 7
        await first.commit()

        assert (done, await waiting) == (set(), 7)
