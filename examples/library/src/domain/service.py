"""What the library does."""

from collections.abc import Callable
from datetime import date, timedelta

from src.domain.dto import HoldDTO, LoanDTO, MemberDTO, TitleDTO
from src.domain.exception import Conflict
from src.domain.model import Hold, Loan, Member, Title
from src.domain.unit_of_work import UnitOfWork

PERIOD = timedelta(days=28)
LIMIT = 3


class LibraryService:
    """Members, titles, loans and queues.

    Args:
        begin: begins a unit of work.
        today: tells the date.
    """

    def __init__(self, begin: Callable[[], UnitOfWork], today: Callable[[], date] = date.today) -> None:
        self.begin = begin
        self.today = today

    async def join(self, dto: MemberDTO.Create) -> MemberDTO.Read:
        """Take somebody in. Raises Conflict if the address is taken."""
        async with self.begin() as work:
            member = Member(name=dto.name, email=dto.email)
            work.members.add(member)
            await work.commit()
            return MemberDTO.Read.model_validate(member)

    async def buy(self, dto: TitleDTO.Create) -> TitleDTO.Read:
        """Put a title on the shelf. Raises Conflict if its ISBN is there already."""
        async with self.begin() as work:
            title = Title(isbn=dto.isbn, name=dto.name, copies=dto.copies)
            work.titles.add(title)
            await work.commit()
            return TitleDTO.Read.model_validate(title)

    async def change(self, title_id: int, dto: TitleDTO.Update) -> TitleDTO.Read:
        """Change a title. Raises NotFound; Conflict if it is not in the version that the caller has seen."""
        async with self.begin() as work:
            title = await work.titles.get(title_id)
            if title.version != dto.version:
                raise Conflict(f"version {title.version} is current, not {dto.version}")
            title.name, title.copies = dto.name, dto.copies
            await work.commit()
            return TitleDTO.Read.model_validate(title)

    async def lend(self, dto: LoanDTO.Create) -> LoanDTO.Read:
        """Lend a copy; the title is locked meanwhile, so that the last copy goes to one member only.

        Raises:
            NotFound: there is no such member or title.
            Conflict: every copy is out, the member has one already, or has enough.
        """
        async with self.begin() as work:
            await work.members.get(dto.member_id, lock=True)
            title = await work.titles.get(dto.title_id, lock=True)
            if len(await work.loans.of_member(dto.member_id)) >= LIMIT:
                raise Conflict(f"the member has {LIMIT} titles already")
            if await work.titles.lent(title.id) >= title.copies:
                raise Conflict("every copy is out")
            loan = Loan(member_id=dto.member_id, title_id=title.id, due_on=self.today() + PERIOD)
            work.loans.add(loan)
            await work.commit()
            return LoanDTO.Read.model_validate(loan)

    async def take_back(self, loan_id: int) -> LoanDTO.Read:
        """Take a copy back. Raises NotFound; Conflict if it is back already."""
        async with self.begin() as work:
            loan = await work.loans.get(loan_id, lock=True)
            if loan.returned_on is not None:
                raise Conflict(f"it has been back since {loan.returned_on}")
            loan.returned_on = self.today()
            await work.commit()
            return LoanDTO.Read.model_validate(loan)

    async def overdue(self) -> list[LoanDTO.Overdue]:
        """List what should be back by now, the longest overdue first."""
        async with self.begin() as work:
            return [
                LoanDTO.Overdue(
                    loan_id=loan.id, title=loan.title.name, email=loan.member.email, due_on=loan.due_on
                )
                for loan in await work.loans.overdue(self.today())
            ]

    async def queue_up(self, title_id: int, member_id: int) -> HoldDTO.Read:
        """Put a member at the end of the queue. Raises NotFound; Conflict if the place was taken meanwhile."""
        async with self.begin() as work:
            await work.members.get(member_id)
            await work.titles.get(title_id)
            queue = await work.holds.queue(title_id)
            place = queue[-1].position + 1 if queue else 1
            hold = Hold(title_id=title_id, member_id=member_id, position=place)
            work.holds.add(hold)
            await work.commit()
            return HoldDTO.Read.model_validate(hold)
