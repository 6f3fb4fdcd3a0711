"""Tests for the repositories, on a real database: what they find, and how often they ask."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from src.domain.exception import NotFound
from src.domain.model import Hold, Loan, Member, Title
from src.domain.repository import Loans, Members, Titles
from src.domain.unit_of_work import UnitOfWork
from tests.rows import Rows
from tests.statement_counts import Statements

pytestmark = pytest.mark.integration
Sessions = async_sessionmaker[AsyncSession]


@pytest.mark.asyncio
async def test_add_then_get_returns_what_was_stored(database_session_maker: Sessions) -> None:
    """Committed by one session, found by another."""
    async with database_session_maker.begin() as session:
        member: Member = Member(name="Ana", email="ana@example.com")
        Members(session).add(member)

    async with database_session_maker() as session:
        found: Member = await Members(session).get(member.id)

    assert found is not member
    assert (found.name, found.email) == ("Ana", "ana@example.com")


@pytest.mark.asyncio
@pytest.mark.parametrize("lock", [False, True])
async def test_get_of_nobody_raises_not_found(lock: bool, database_session: AsyncSession) -> None:
    """The message is what the client reads."""
    with pytest.raises(NotFound, match=r"^there is no member 2147483647$"):
        await Members(database_session).get(2147483647, lock=lock)


@pytest.mark.asyncio
async def test_get_with_lock_reads_again(rows: Rows, database_session_maker: Sessions) -> None:
    """A row that the session knows already may be old: what is locked has to be what is stored now."""
    title: Title = await rows.title(copies=1)
    async with database_session_maker() as session:
        known: Title = await Titles(session).get(title.id)
        await session.execute(Title.__table__.update().values(copies=5))  # type: ignore[attr-defined]

        assert (await Titles(session).get(title.id)).copies == 1
        assert (await Titles(session).get(title.id, lock=True)).copies == 5
        assert known.copies == 5


@pytest.mark.asyncio
async def test_get_with_lock_locks(
    rows: Rows, database_session: AsyncSession, database_statements: Statements
) -> None:
    """What a test in one transaction cannot feel, the statement tells."""
    title: Title = await rows.title()

    with database_statements.recorded() as sent:
        await Titles(database_session).get(title.id)
        await Titles(database_session).get(title.id, lock=True)

    assert [one.sql.endswith("FOR UPDATE") for one in sent] == [False, True]


@pytest.mark.asyncio
async def test_lent_counts_open_loans_of_the_title(rows: Rows, database_session: AsyncSession) -> None:
    """Neither what came back nor what is lent of other titles."""
    ana, bruno = await rows.member(), await rows.member()
    title, other = await rows.title(copies=3), await rows.title()
    await rows.loan(ana, title)
    await rows.loan(bruno, title)
    await rows.loan(ana, other)
    await rows.loan(ana, title, returned=True)

    assert await Titles(database_session).lent(title.id) == 2
    assert await Titles(database_session).lent(other.id) == 1
    assert await Titles(database_session).lent((await rows.title()).id) == 0


@pytest.mark.asyncio
async def test_of_member_lists_open_loans_by_due_date(rows: Rows, database_session: AsyncSession) -> None:
    """What is due first comes first; of two of the same day the older loan."""
    ana, bruno = await rows.member(), await rows.member()
    first, second, third = await rows.title(), await rows.title(), await rows.title()
    late: Loan = await rows.loan(ana, third, days=9)
    early: Loan = await rows.loan(ana, second, days=2)
    same: Loan = await rows.loan(ana, first, days=9)
    await rows.loan(ana, third, days=1, returned=True)
    await rows.loan(bruno, second, days=1)
    await rows.rewrite(late)

    found: list[int] = [loan.id for loan in await Loans(database_session).of_member(ana.id)]

    assert found == [early.id, late.id, same.id]


@pytest.mark.asyncio
async def test_overdue_lists_what_should_be_back(
    rows: Rows, database_session: AsyncSession, today: date
) -> None:
    """What is due today is not overdue yet; of two of the same day the older loan comes first."""
    ana, bruno = await rows.member(), await rows.member()
    first, second, third = await rows.title(), await rows.title(), await rows.title()
    yesterday: Loan = await rows.loan(ana, first, days=-1)
    before: Loan = await rows.loan(bruno, third, days=-2)
    same: Loan = await rows.loan(ana, second, days=-2)
    await rows.loan(ana, third, days=0)
    await rows.loan(ana, first, days=-9, returned=True)
    await rows.rewrite(before)

    found: list[int] = [loan.id for loan in await Loans(database_session).overdue(today)]

    assert found == [before.id, same.id, yesterday.id]


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [1, 4])
async def test_overdue_asks_three_times_however_many_there_are(
    number: int, rows: Rows, database_session: AsyncSession, database_statements: Statements, today: date
) -> None:
    """Loans, members, titles: a relationship that is loaded loan by loan would ask more often with more loans."""
    for _ in range(number):
        await rows.loan(await rows.member(), await rows.title(), days=-1)

    with database_statements.exactly(3), database_statements.unrepeated():
        found: Sequence[Loan] = await Loans(database_session).overdue(today)
        told: set[tuple[str, str]] = {(loan.member.email, loan.title.name) for loan in found}

    assert len(told) == number


async def addresses_one_by_one(session: AsyncSession) -> list[str]:
    """Ask for each member by itself: what the repository must not do."""
    loans = (await session.scalars(select(Loan).order_by(Loan.id))).all()
    return [(await session.get_one(Member, loan.member_id)).email for loan in loans]


@pytest.mark.asyncio
async def test_unrepeated_fails_for_a_query_in_a_loop(
    rows: Rows, database_session: AsyncSession, database_statements: Statements
) -> None:
    """Three loans, one query and three more: the failure shows them, and the line that sends them."""
    for _ in range(3):
        await rows.loan(await rows.member(), await rows.title())

    with pytest.raises(pytest.fail.Exception) as failure, database_statements.unrepeated():
        await addresses_one_by_one(database_session)

    assert "3 x SELECT members.id" in str(failure.value)
    assert "FROM loans" not in str(failure.value)
    assert "test_library_repository.py" in str(failure.value)


@pytest.mark.asyncio
async def test_queue_is_in_order_of_position(
    rows: Rows, begin: Callable[[], UnitOfWork], database_session_maker: Sessions
) -> None:
    """Whoever waits longest is first, in whatever order the rows lie."""
    title, other = await rows.title(), await rows.title()
    for place in (2, 3, 1):
        member: Member = await rows.member()
        await rows.stored(Hold(title_id=title.id, member_id=member.id, position=place))
        await rows.stored(Hold(title_id=other.id, member_id=member.id, position=place))

    async with begin() as work:
        queue: Sequence[Hold] = await work.holds.queue(title.id)

    assert [(one.title_id, one.position) for one in queue] == [(title.id, place) for place in (1, 2, 3)]
