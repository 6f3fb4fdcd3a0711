"""What repositories on SQLAlchemy do: joins, upserts, aggregates, conditions of every kind, commits."""

from __future__ import annotations

import pytest
from async_testing.cli.scaffold import main as scaffold

from tests.plan_write.conftest import Project
from tests.plan_write.test_rows import DATABASE, unnoticed

MODEL = """from datetime import datetime

from sqlalchemy import ForeignKey, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    bio: Mapped[str | None]
    mentor_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    title: Mapped[str]
    stock: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    author: Mapped[Author] = relationship()
"""
READING = """from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from model import Author, Book


class Catalogue:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def count(self) -> int:
        return (await self.session.execute(select(func.count()).select_from(Book))).scalar_one()

    async def most(self) -> int:
        return await self.session.scalar(select(func.max(Book.stock))) or 0

    async def has(self, title: str) -> bool:
        return bool(await self.session.scalar(select(exists().where(Book.title == title))))

    async def of(self, name: str) -> Sequence[Book]:
        query = select(Book).join(Author, Author.id == Book.author_id).where(Author.name == name)
        return (await self.session.scalars(query)).all()

    async def by(self, book_id: int) -> str:
        query = select(Book, Author).join(Book.author).where(Book.id == book_id)
        row = (await self.session.execute(query)).first()
        return f"{row[0].title} by {row.Author.name}" if row else "nobody"

    async def like(self, text: str) -> Sequence[Book]:
        return (await self.session.scalars(select(Book).where(Book.title.ilike(f"%{text}%")))).all()

    async def either(self, title: str, author_id: int) -> list[Book]:
        query = select(Book).where(or_(Book.title == title, Book.author_id == author_id))
        return list(await self.session.scalars(query))

    async def both(self, title: str, since: datetime) -> list[Book]:
        query = select(Book).where(and_(Book.title == title, Book.created_at > since))
        return list(await self.session.scalars(query))

    async def titles(self, numbers: list[int]) -> list[dict[str, object]]:
        query = select(Book.title, Book.stock.label("left")).where(Book.stock.in_(numbers))
        return [dict(row) for row in (await self.session.execute(query.order_by(Book.title))).mappings()]
"""
READ = [
    ("func.max", "func.min"),
    ("exists().where(Book.title == title)", "exists().where(Book.title != title)"),
    (".where(Author.name == name)", ""),
    ("Author.id == Book.author_id", "Author.id == Book.id"),
    ("{row[0].title} by {row.Author.name}", "{row[0].id} by {row.Author.name}"),
    ('f"%{text}%"', 'f"{text}%"'),
    (".ilike(", ".like("),
    ("or_(Book.title == title, Book.author_id == author_id)", "Book.title == title"),
    ("or_(Book.title == title, Book.author_id == author_id)", "Book.author_id == author_id"),
    ("and_(Book.title == title, Book.created_at > since)", "Book.title == title"),
    ("and_(Book.title == title, Book.created_at > since)", "Book.created_at > since"),
    ('label("left")', 'label("right")'),
    (".where(Book.stock.in_(numbers))", ""),
]
WRITING = """from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import insert as upserting
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from model import Author, Book


class Store:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def write(self, code: str, name: str, bio: str) -> None:
        statement = upserting(Author).values(code=code, name=name, bio=bio)
        await self.session.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"bio": statement.excluded.bio})
        )
        await self.session.commit()

    async def know(self, name: str) -> None:
        await self.session.execute(upserting(Author).values(name=name).on_conflict_do_nothing())

    async def add(self, author_id: int, title: str) -> Book:
        book = Book(author_id=author_id, title=title)
        self.session.add(book)
        try:
            await self.session.commit()
        except IntegrityError as error:
            raise ValueError(author_id) from error
        return book

    async def teach(self, name: str, mentor_id: int) -> None:
        async with self.session.begin_nested():
            self.session.add(Author(name=name, mentor_id=mentor_id))

    async def fill(self, rows: list[dict]) -> None:
        await self.session.execute(insert(Book), rows)

    async def sell(self, book_id: int, count: int) -> bool:
        statement = update(Book).where(Book.id == book_id, Book.stock >= count)
        result = await self.session.execute(statement.values(stock=Book.stock - count))
        return result.rowcount == 1

    async def remove(self, book_id: int) -> None:
        result = await self.session.execute(delete(Book).where(Book.id == book_id))
        if result.rowcount == 0:
            raise LookupError(book_id)
        await self.session.commit()
"""
WRITTEN = [
    ('set_={"bio": statement.excluded.bio}', 'set_={"bio": "none"}'),
    ("        await self.session.commit()\n\n    async def know", "\n    async def know"),
    (".on_conflict_do_nothing()", ""),
    ("            await self.session.commit()\n", "            await self.session.flush()\n"),
    ("title=title", "title='x'"),
    ("mentor_id=mentor_id", "mentor_id=None"),
    ("insert(Book), rows", "insert(Book), rows[:1]"),
    ("Book.id == book_id, Book.stock >= count", "Book.id == book_id"),
    ("Book.stock - count", "Book.stock + count"),
    ("rowcount == 1", "rowcount == 0"),
    (".where(Book.id == book_id))", ")"),
]


@pytest.fixture
def books(project: Project) -> Project:
    """A repository on a database that the tests start."""
    project.write("database.py", DATABASE)
    project.write("model.py", MODEL)
    return project


@pytest.mark.parametrize(
    ("name", "text", "changes"),
    [("catalogue_repository.py", READING, READ), ("store_repository.py", WRITING, WRITTEN)],
    ids=["reading", "writing"],
)
def test_rows_tell_a_statement_from_one_that_is_nearly_right(
    books: Project, name: str, text: str, changes: list[tuple[str, str]]
) -> None:
    books.write(name, text)
    assert scaffold([str(books.root), "--with-database"]) == 0

    assert unnoticed(books, name, changes) == []
