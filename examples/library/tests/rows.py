"""What tests find in the database."""

from datetime import date, timedelta

from faker import Faker
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from src.domain.model import Base, Loan, Member, Title


class Rows:
    """Rows for tests to begin with, committed as those of earlier requests would be."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], faker: Faker, today: date) -> None:
        self.sessions = sessions
        self.faker = faker
        self.today = today

    async def stored(self, row: Base) -> None:
        """Commit a row in a session of its own."""
        async with self.sessions.begin() as session:
            session.add(row)

    async def member(self) -> Member:
        """Store a member."""
        member = Member(name=self.faker.name(), email=self.faker.unique.email())
        await self.stored(member)
        return member

    async def title(self, copies: int = 1) -> Title:
        """Store a title."""
        title = Title(isbn=self.faker.unique.isbn13(""), name=self.faker.sentence(3), copies=copies)
        await self.stored(title)
        return title

    async def rewrite(self, loan: Loan) -> None:
        """Store a loan anew under its id: PostgreSQL then gives it last where no order is asked."""
        async with self.sessions.begin() as session:
            await session.execute(delete(Loan).where(Loan.id == loan.id))
            same = {column.key: getattr(loan, column.key) for column in Loan.__table__.columns}
            await session.execute(insert(Loan).values(same))

    async def loan(self, member: Member, title: Title, days: int = 28, *, returned: bool = False) -> Loan:
        """Store a loan that is due in some days, or was some days ago."""
        loan = Loan(
            member_id=member.id,
            title_id=title.id,
            due_on=self.today + timedelta(days),
            returned_on=self.today if returned else None,
        )
        await self.stored(loan)
        return loan
