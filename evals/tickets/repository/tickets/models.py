"""What goes in and out."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

Status = Literal["open", "assigned", "closed"]


class NewTicket(BaseModel):
    """A ticket to be opened."""

    title: str = Field(min_length=1, max_length=120)
    reporter: str = Field(min_length=1)
    priority: int = Field(default=1, ge=1, le=5)


class Ticket(BaseModel):
    """A ticket as it is kept."""

    id: int
    title: str
    reporter: str
    priority: int
    status: Status
    agent: str | None
    opened_at: datetime


class Assignment(BaseModel):
    """Who takes a ticket."""

    agent: str = Field(min_length=1)


class Closing(BaseModel):
    """Tickets to be closed together."""

    ids: list[int] = Field(min_length=1, max_length=50)
    actor: str
