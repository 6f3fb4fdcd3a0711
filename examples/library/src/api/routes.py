"""The routes."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from src.domain.dto import HoldDTO, Id, LoanDTO, MemberDTO, TitleDTO
from src.domain.service import LibraryService
from src.domain.unit_of_work import UnitOfWork

router = APIRouter()


def get_sessions(request: Request) -> async_sessionmaker[AsyncSession]:
    """What makes the sessions: the lifespan has put it there."""
    return cast("async_sessionmaker[AsyncSession]", request.app.state.sessions)


def get_service(
    sessions: Annotated[async_sessionmaker[AsyncSession], Depends(get_sessions)],
) -> LibraryService:
    """The library on its database."""
    return LibraryService(lambda: UnitOfWork(sessions))


Service = Annotated[LibraryService, Depends(get_service)]


@router.post("/members", status_code=201)
async def join(service: Service, dto: MemberDTO.Create) -> MemberDTO.Read:
    """Take somebody in."""
    return await service.join(dto)


@router.post("/titles", status_code=201)
async def buy(service: Service, dto: TitleDTO.Create) -> TitleDTO.Read:
    """Put a title on the shelf."""
    return await service.buy(dto)


@router.put("/titles/{title_id}")
async def change(service: Service, title_id: Id, dto: TitleDTO.Update) -> TitleDTO.Read:
    """Change a title."""
    return await service.change(title_id, dto)


@router.post("/loans", status_code=201)
async def lend(service: Service, dto: LoanDTO.Create) -> LoanDTO.Read:
    """Lend a copy."""
    return await service.lend(dto)


@router.post("/loans/{loan_id}/return")
async def take_back(service: Service, loan_id: Id) -> LoanDTO.Read:
    """Take a copy back."""
    return await service.take_back(loan_id)


@router.get("/loans/overdue")
async def overdue(service: Service) -> list[LoanDTO.Overdue]:
    """List what should be back."""
    return await service.overdue()


@router.put("/titles/{title_id}/holds/{member_id}", status_code=201)
async def queue_up(service: Service, title_id: Id, member_id: Id) -> HoldDTO.Read:
    """Queue up for a title."""
    return await service.queue_up(title_id, member_id)
