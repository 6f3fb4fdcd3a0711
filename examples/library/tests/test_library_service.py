"""Tests for LibraryService on a real database: what it decides, and what it leaves behind."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from src.domain.dto import HoldDTO, LoanDTO, MemberDTO, TitleDTO
from src.domain.exception import Conflict, NotFound
from src.domain.model import Loan, Member, Title
from src.domain.service import LibraryService
from tests.rows import Rows
from tests.statement_counts import Statements

pytestmark = pytest.mark.integration
NOBODY: int = 2147483647


@pytest.mark.asyncio
async def test_join_stores_member(library: LibraryService, database_session: AsyncSession) -> None:
    """What is returned is what is stored."""
    read: MemberDTO.Read = await library.join(MemberDTO.Create(name="Ana", email="ana@example.com"))

    assert read.model_dump(exclude={"id"}) == {"name": "Ana", "email": "ana@example.com"}
    assert MemberDTO.Read.model_validate(await database_session.get_one(Member, read.id)) == read


@pytest.mark.asyncio
async def test_join_with_taken_address_is_a_conflict(library: LibraryService, rows: Rows) -> None:
    """The database decides, not a look before: two at once would both find the address free."""
    ana: Member = await rows.member()

    with pytest.raises(Conflict, match=r"^this address is taken$"):
        await library.join(MemberDTO.Create(name="Other", email=ana.email))


@pytest.mark.asyncio
async def test_buy_stores_title_in_version_1(library: LibraryService, database_session: AsyncSession) -> None:
    """The version begins to count."""
    read: TitleDTO.Read = await library.buy(TitleDTO.Create(isbn="9783161484100", name="Emma", copies=2))

    expected: dict[str, object] = {"isbn": "9783161484100", "name": "Emma", "copies": 2, "version": 1}
    assert read.model_dump(exclude={"id"}) == expected
    assert TitleDTO.Read.model_validate(await database_session.get_one(Title, read.id)) == read


@pytest.mark.asyncio
async def test_buy_twice_is_a_conflict(library: LibraryService, rows: Rows) -> None:
    """More copies are a change, not another title."""
    title: Title = await rows.title()

    with pytest.raises(Conflict, match=r"^this ISBN is taken$"):
        await library.buy(TitleDTO.Create(isbn=title.isbn, name="Other"))


@pytest.mark.asyncio
async def test_change_stores_values_and_counts(
    library: LibraryService, rows: Rows, database_session: AsyncSession
) -> None:
    """The other title stays as it is."""
    title, other = await rows.title(), await rows.title()

    read: TitleDTO.Read = await library.change(title.id, TitleDTO.Update(version=1, name="Emma", copies=4))

    expected: dict[str, object] = {"id": title.id, "isbn": title.isbn, "name": "Emma", "copies": 4}
    assert read.model_dump() == {**expected, "version": 2}
    assert TitleDTO.Read.model_validate(await database_session.get_one(Title, title.id)) == read
    assert (await database_session.get_one(Title, other.id)).version == 1


@pytest.mark.asyncio
async def test_change_of_an_old_version_is_a_conflict(
    library: LibraryService, rows: Rows, database_session: AsyncSession
) -> None:
    """Whoever has seen version 1 must not overwrite version 2."""
    title: Title = await rows.title()
    await library.change(title.id, TitleDTO.Update(version=1, name="First", copies=4))

    with pytest.raises(Conflict, match=r"^version 2 is current, not 1$"):
        await library.change(title.id, TitleDTO.Update(version=1, name="Second", copies=0))

    assert (await database_session.get_one(Title, title.id)).name == "First"


@pytest.mark.asyncio
async def test_lend_stores_loan_for_four_weeks(
    library: LibraryService, rows: Rows, database_session: AsyncSession, today: date
) -> None:
    """The day it is due counts from the day the service is told."""
    member, title = await rows.member(), await rows.title()

    read: LoanDTO.Read = await library.lend(LoanDTO.Create(member_id=member.id, title_id=title.id))

    assert (read.member_id, read.title_id, read.returned_on) == (member.id, title.id, None)
    assert read.due_on == today + timedelta(days=28)
    assert LoanDTO.Read.model_validate(await database_session.get_one(Loan, read.id)) == read


@pytest.mark.asyncio
async def test_lend_when_every_copy_is_out_is_a_conflict(library: LibraryService, rows: Rows) -> None:
    """Two copies, two loans: the third member has to wait."""
    title: Title = await rows.title(copies=2)
    await rows.loan(await rows.member(), title)
    await rows.loan(await rows.member(), title)
    third: Member = await rows.member()

    with pytest.raises(Conflict, match=r"^every copy is out$"):
        await library.lend(LoanDTO.Create(member_id=third.id, title_id=title.id))


@pytest.mark.asyncio
async def test_lend_a_copy_that_is_back(library: LibraryService, rows: Rows) -> None:
    """What came back can be lent again, to the same member too."""
    member, title = await rows.member(), await rows.title(copies=1)
    await library.take_back((await rows.loan(member, title)).id)

    read: LoanDTO.Read = await library.lend(LoanDTO.Create(member_id=member.id, title_id=title.id))

    assert (read.title_id, read.returned_on) == (title.id, None)


@pytest.mark.asyncio
async def test_lend_of_a_fourth_title_is_a_conflict(library: LibraryService, rows: Rows) -> None:
    """Three are enough; what came back does not count."""
    member: Member = await rows.member()
    await rows.loan(member, await rows.title(), returned=True)
    for _ in range(3):
        title: Title = await rows.title()
        await library.lend(LoanDTO.Create(member_id=member.id, title_id=title.id))
    fourth: Title = await rows.title()

    with pytest.raises(Conflict, match=r"^the member has 3 titles already$"):
        await library.lend(LoanDTO.Create(member_id=member.id, title_id=fourth.id))


@pytest.mark.asyncio
async def test_lend_the_same_title_twice_is_a_conflict(library: LibraryService, rows: Rows) -> None:
    """Although there is another copy."""
    member, title = await rows.member(), await rows.title(copies=2)
    await rows.loan(member, title)

    with pytest.raises(Conflict, match=r"^the member has this title already$"):
        await library.lend(LoanDTO.Create(member_id=member.id, title_id=title.id))


@pytest.mark.asyncio
@pytest.mark.committed
async def test_lend_the_last_copy_to_two_at_once_gives_it_to_one(library: LibraryService, rows: Rows) -> None:
    """The lock on the title makes the second count after the first."""
    title: Title = await rows.title(copies=1)
    wanted: list[LoanDTO.Create] = [
        LoanDTO.Create(member_id=(await rows.member()).id, title_id=title.id) for _ in range(4)
    ]

    async with asyncio.timeout(10):
        results: list[LoanDTO.Read | BaseException] = await asyncio.gather(
            *(library.lend(dto) for dto in wanted), return_exceptions=True
        )

    refused: list[str] = [str(one) for one in results if isinstance(one, Conflict)]
    assert refused == ["every copy is out"] * 3
    assert [type(one) for one in results].count(LoanDTO.Read) == 1


@pytest.mark.asyncio
async def test_lend_and_take_back_lock_what_they_decide_on(
    library: LibraryService, rows: Rows, database_statements: Statements
) -> None:
    """The member, whose loans are counted; the title, whose copies are; the loan that may be back already."""
    ana, title = await rows.member(), await rows.title()

    with database_statements.recorded() as sent:
        loan: LoanDTO.Read = await library.lend(LoanDTO.Create(member_id=ana.id, title_id=title.id))
        await library.take_back(loan.id)

    locked: list[str] = [one.sql.partition("FROM ")[2].split()[0] for one in sent if "FOR UPDATE" in one.sql]
    assert locked == ["members", "titles", "loans"]


@pytest.mark.asyncio
async def test_take_back_stores_the_day(
    library: LibraryService, rows: Rows, database_session: AsyncSession, today: date
) -> None:
    """The day that the service is told."""
    loan: Loan = await rows.loan(await rows.member(), await rows.title())

    read: LoanDTO.Read = await library.take_back(loan.id)

    assert read.returned_on == today
    assert (await database_session.get_one(Loan, loan.id)).returned_on == today


@pytest.mark.asyncio
async def test_take_back_twice_is_a_conflict(library: LibraryService, rows: Rows) -> None:
    """The day stays that of the first time."""
    loan: Loan = await rows.loan(await rows.member(), await rows.title(), returned=True)

    with pytest.raises(Conflict, match=r"^it has been back since 2026-03-02$"):
        await library.take_back(loan.id)


@pytest.mark.asyncio
async def test_overdue_tells_whom_to_remind_of_what(
    library: LibraryService, rows: Rows, database_statements: Statements
) -> None:
    """However many there are, three statements."""
    ana, bruno = await rows.member(), await rows.member()
    first, second = await rows.title(copies=2), await rows.title()
    late: Loan = await rows.loan(ana, first, days=-1)
    later: Loan = await rows.loan(bruno, second, days=-5)
    await rows.loan(bruno, first, days=0)

    with database_statements.at_most(3):
        found: list[LoanDTO.Overdue] = await library.overdue()

    assert found == [
        LoanDTO.Overdue(loan_id=later.id, title=second.name, email=bruno.email, due_on=later.due_on),
        LoanDTO.Overdue(loan_id=late.id, title=first.name, email=ana.email, due_on=late.due_on),
    ]


@pytest.mark.asyncio
async def test_queue_up_goes_to_the_end(library: LibraryService, rows: Rows) -> None:
    """Each queue by itself."""
    ana, bruno = await rows.member(), await rows.member()
    title, other = await rows.title(), await rows.title()

    places: list[HoldDTO.Read] = [
        await library.queue_up(title.id, ana.id),
        await library.queue_up(title.id, bruno.id),
        await library.queue_up(other.id, bruno.id),
    ]

    assert [(one.title_id, one.member_id, one.position) for one in places] == [
        (title.id, ana.id, 1),
        (title.id, bruno.id, 2),
        (other.id, bruno.id, 1),
    ]


@pytest.mark.asyncio
async def test_queue_up_twice_is_a_conflict(library: LibraryService, rows: Rows) -> None:
    """Nobody waits twice for the same."""
    member, title = await rows.member(), await rows.title()
    await library.queue_up(title.id, member.id)

    with pytest.raises(Conflict, match=r"^the member waits for this title already$"):
        await library.queue_up(title.id, member.id)


@pytest.mark.asyncio
async def test_what_is_not_there_is_not_found(library: LibraryService, rows: Rows) -> None:
    """Whichever of the two is missing."""
    member, title = await rows.member(), await rows.title()

    with pytest.raises(NotFound, match=f"^there is no title {NOBODY}$"):
        await library.change(NOBODY, TitleDTO.Update(version=1, name="x", copies=1))
    with pytest.raises(NotFound, match=f"^there is no member {NOBODY}$"):
        await library.lend(LoanDTO.Create(member_id=NOBODY, title_id=title.id))
    with pytest.raises(NotFound, match=f"^there is no title {NOBODY}$"):
        await library.lend(LoanDTO.Create(member_id=member.id, title_id=NOBODY))
    with pytest.raises(NotFound, match=f"^there is no loan {NOBODY}$"):
        await library.take_back(NOBODY)
    with pytest.raises(NotFound, match=f"^there is no member {NOBODY}$"):
        await library.queue_up(title.id, NOBODY)
    with pytest.raises(NotFound, match=f"^there is no title {NOBODY}$"):
        await library.queue_up(NOBODY, member.id)
