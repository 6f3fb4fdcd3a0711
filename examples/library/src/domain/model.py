"""The tables."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """What all tables have in common: how their constraints are named."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class Member(Base):
    """Somebody who may borrow."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    loans: Mapped[list["Loan"]] = relationship(back_populates="member")


class Title(Base):
    """A book, of which the library has some copies; ``version`` counts its changes."""

    __tablename__ = "titles"
    __table_args__ = (CheckConstraint("copies >= 0", name="copies"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    isbn: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    copies: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Loan(Base):
    """A copy that a member has, or had."""

    __tablename__ = "loans"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    title_id: Mapped[int] = mapped_column(ForeignKey("titles.id"), index=True)
    due_on: Mapped[date]
    returned_on: Mapped[date | None]
    member: Mapped[Member] = relationship(back_populates="loans")
    title: Mapped[Title] = relationship()

    __table_args__ = (
        Index(
            "ix_loans_open", member_id, title_id, unique=True, postgresql_where=text("returned_on IS NULL")
        ),
    )


class Hold(Base):
    """A place in the queue for a title: places are unique when a transaction ends, not before."""

    __tablename__ = "holds"
    __table_args__ = (
        UniqueConstraint(
            "title_id", "position", name="uq_holds_position", deferrable=True, initially="DEFERRED"
        ),
        UniqueConstraint("member_id", "title_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title_id: Mapped[int] = mapped_column(ForeignKey("titles.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    position: Mapped[int]
