"""The queries."""

from collections.abc import Sequence
from datetime import date
from typing import Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from src.domain.exception import NotFound
from src.domain.model import Base, Hold, Loan, Member, Title

Row = TypeVar("Row", bound=Base)


class Repository(Generic[Row]):
    """Rows of one table.

    Args:
        session: what they are read and written through.
    """

    model: type[Row]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    def add(self, row: Row) -> None:
        """Insert a row with the next flush."""
        self.session.add(row)

    async def get(self, row_id: int, *, lock: bool = False) -> Row:
        """Return a row, with ``lock`` for nobody else to change until the transaction ends.

        Raises:
            NotFound: there is no such row.
        """
        row = await self.session.get(self.model, row_id, with_for_update=lock or None, populate_existing=lock)
        if row is None:
            raise NotFound(f"there is no {self.model.__name__.lower()} {row_id}")
        return row


class Members(Repository[Member]):
    """Members."""

    model = Member


class Titles(Repository[Title]):
    """Titles."""

    model = Title

    async def lent(self, title_id: int) -> int:
        """Count the copies that are not in the library."""
        query = select(func.count()).where(Loan.title_id == title_id, Loan.returned_on.is_(None))
        return await self.session.scalar(query) or 0


class Loans(Repository[Loan]):
    """Loans."""

    model = Loan

    async def of_member(self, member_id: int) -> Sequence[Loan]:
        """Return what a member has, first what is due first."""
        query = select(Loan).where(Loan.member_id == member_id, Loan.returned_on.is_(None))
        return (await self.session.scalars(query.order_by(Loan.due_on, Loan.id))).all()

    async def overdue(self, today: date) -> Sequence[Loan]:
        """Return what should be back, with members and titles: three statements, however many loans."""
        query = select(Loan).where(Loan.due_on < today, Loan.returned_on.is_(None))
        query = query.options(selectinload(Loan.member), selectinload(Loan.title))
        return (await self.session.scalars(query.order_by(Loan.due_on, Loan.id))).all()


class Holds(Repository[Hold]):
    """Places in queues."""

    model = Hold

    async def queue(self, title_id: int) -> Sequence[Hold]:
        """Return the queue for a title, who is next first."""
        query = select(Hold).where(Hold.title_id == title_id).order_by(Hold.position)
        return (await self.session.scalars(query)).all()
