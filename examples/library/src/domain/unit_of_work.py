"""What is done together or not at all."""

from types import TracebackType
from typing import Self

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from src.domain.exception import Conflict, meaning_of
from src.domain.repository import Holds, Loans, Members, Titles


class UnitOfWork:
    """A session and its repositories; what is not committed when the block ends is rolled back.

    Args:
        sessions: makes the session.
    """

    members: Members
    titles: Titles
    loans: Loans
    holds: Holds

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self.session = sessions()

    async def __aenter__(self) -> Self:
        """Begin."""
        self.members, self.titles = Members(self.session), Titles(self.session)
        self.loans, self.holds = Loans(self.session), Holds(self.session)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; a constraint that was violated on the way is raised as what it means."""
        await self.session.close()
        if isinstance(error, IntegrityError):
            raise meaning_of(error) from error

    async def commit(self) -> None:
        """Make it last.

        Raises:
            Conflict: somebody else has changed a row since it was read.
        """
        try:
            await self.session.commit()
        except StaleDataError as error:
            raise Conflict("it was changed meanwhile: read it again") from error
