"""Rows: those that repositories give, those that the code stores, and those that a query sorts."""

from __future__ import annotations

import pytest
from async_testing.cli.scaffold import main as scaffold

from tests.plan_write.conftest import Project

DATABASE = """from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql+asyncpg:///shop")
"""
MODEL = """from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    title: Mapped[str]
    stock: Mapped[int] = mapped_column(default=0)
    author: Mapped[Author] = relationship()
"""
REPOSITORY = """from collections.abc import Sequence
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from model import Author, Base, Book

Row = TypeVar("Row", bound=Base)


class Repository(Generic[Row]):
    model: type[Row]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, row: Row) -> None:
        self.session.add(row)

    async def get(self, row_id: int) -> Row | None:
        return await self.session.get(self.model, row_id)


class Authors(Repository[Author]):
    model = Author


class Books(Repository[Book]):
    model = Book

    async def scarce(self, limit: int) -> Sequence[Book]:
        query = select(Book).where(Book.stock < limit).options(selectinload(Book.author))
        return (await self.session.scalars(query.order_by(Book.stock, Book.id))).all()
"""
SERVICE = """from dataclasses import dataclass

from model import Book
from repository import Books


@dataclass
class Sold:
    id: int
    title: str
    stock: int


class Shop:
    def __init__(self, books: Books) -> None:
        self.books = books

    async def buy(self, author_id: int, title: str) -> Sold:
        book = Book(author_id=author_id, title=title)
        await self.books.add(book)
        return Sold(book.id, book.title, book.stock)

    async def byline(self, book_id: int) -> str:
        book = await self.books.get(book_id)
        if book is None:
            raise LookupError(book_id)
        return f"{book.title} by {book.author.name}"

    async def sell(self, book_id: int, count: int) -> bool:
        book = await self.books.get(book_id)
        if book is None or book.stock < count:
            return False
        book.stock -= count
        return True
"""
CHANGES = [
    ("author_id=author_id, title=title", "author_id=title, title=author_id"),
    ("await self.books.add(book)", "pass"),
    ("book.id, book.title", "book.title, book.id"),
    ("book.title, book.stock", "book.title, book.author_id"),
    ("{book.title} by", "{book.id} by"),
    ("{book.author.name}", "{book.author.id}"),
    ("LookupError", "ValueError"),
    ("book.stock < count", "book.stock <= count"),
    ("or book.stock < count", ""),
    ("book.stock -= count", "book.stock += count"),
]
ORDERS = [
    (".order_by(Book.stock, Book.id)", ""),
    ("Book.stock, Book.id)", "Book.stock)"),
    ("Book.stock, Book.id)", "Book.id)"),
    ("Book.stock, Book.id)", "Book.id, Book.stock)"),
    ("Book.stock, Book.id)", "Book.stock.desc(), Book.id)"),
    ("Book.stock, Book.id)", "Book.stock, Book.id.desc())"),
    ("Book.stock, Book.id)", "Book.stock, Book.author_id)"),
    (".options(selectinload(Book.author))", ""),
    ("Book.stock < limit", "Book.stock <= limit"),
]


@pytest.fixture
def shop(project: Project) -> Project:
    """A service on a repository that is generic in its row."""
    project.write("database.py", DATABASE)
    project.write("model.py", MODEL)
    project.write("repository.py", REPOSITORY)
    project.write("shop_service.py", SERVICE)
    return project


def unnoticed(shop: Project, path: str, changes: list[tuple[str, str]], *more: str) -> list[str]:
    """What a module may be changed to without a test of it failing; the tests are written first, and pass."""
    result = shop.plan(path, "--write")
    assert result.code == 0, result.err
    assert "skipped" not in result.out
    name, text = f"tests/test_{path}", shop.read(path)
    passed = shop.pytest(name)
    assert passed.code == 0, passed.out
    found = []
    for before, after in changes:
        assert before in text
        shop.write(path, text.replace(before, after))
        if shop.pytest(name, *more).code != 1:
            found.append(after)
    return found


def test_rows_of_repositories_are_given_filled_and_looked_into(shop: Project) -> None:
    assert unnoticed(shop, "shop_service.py", CHANGES) == []


def test_statements_of_sqlalchemy_are_not_shown_to_mocks(shop: Project) -> None:
    refused = shop.plan("repository.py", "--write")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("plan.py: the tests of repository.py need sessions on a real database")
    assert refused.err.endswith("scaffold.py . --with-database first\n")
    assert not (shop.root / "tests/test_repository.py").exists()


def test_rows_are_stored_so_that_only_the_order_asked_for_gives_them_so(shop: Project) -> None:
    assert scaffold([str(shop.root), "--with-database"]) == 0
    assert unnoticed(shop, "repository.py", ORDERS, "-k", "scarce") == []


def test_what_a_table_validates_is_kept_to(project: Project) -> None:
    project.write(
        "accounts.py",
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates\n\n\n"
        "class Base(DeclarativeBase):\n    pass\n\n\n"
        "class Account(Base):\n"
        '    __tablename__ = "accounts"\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    code: Mapped[str]\n"
        "    owner: Mapped[str]\n\n"
        '    @validates("code")\n'
        "    def validate_code(self, _: str, value: str) -> str:\n"
        '        if len(value) != 3:\n            raise ValueError("three letters")\n'
        "        return value.lower()\n\n\n"
        "class AccountService:\n"
        "    def opened(self, code: str, owner: str) -> Account:\n"
        "        return Account(code=code, owner=owner)\n\n"
        "    def renamed(self, account: Account, code: str) -> str:\n"
        "        account.code = code\n"
        '        return f"{account.owner}: {account.code}"\n',
    )
    result = project.plan("accounts.py", "--write")
    assert result.code == 0, result.err

    ran = project.pytest()

    assert ran.code == 0, ran.out
    text = project.read("tests/test_accounts_service.py")
    assert 'code="EUR"' in text
    assert 'assert result.code == "eur"' in text
    assert '.renamed(account, "EUR")' in text


def test_tables_that_are_only_named_are_imported_too(project: Project) -> None:
    project.write(
        "shop/base.py",
        "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n",
    )
    project.write("shop/__init__.py", "")
    head = (
        "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\n"
        "from sqlalchemy import ForeignKey\nfrom sqlalchemy.orm import Mapped, mapped_column, relationship\n\n"
        "from shop.base import Base\n\n"
    )
    project.write(
        "shop/authors.py",
        f"{head}if TYPE_CHECKING:\n    from shop.books import Book\n\n\n"
        'class Author(Base):\n    __tablename__ = "authors"\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n    name: Mapped[str]\n"
        '    books: Mapped[list[Book]] = relationship(back_populates="author")\n',
    )
    project.write(
        "shop/books.py",
        f"{head}if TYPE_CHECKING:\n    from shop.authors import Author\n\n\n"
        'class Book(Base):\n    __tablename__ = "books"\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n    title: Mapped[str]\n"
        '    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))\n'
        '    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves.id"))\n'
        '    author: Mapped[Author] = relationship(back_populates="books")\n',
    )
    project.write(
        "shop/shelves.py",
        f'{head}class Shelf(Base):\n    __tablename__ = "shelves"\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n    place: Mapped[str]\n",
    )
    project.write(
        "shop/naming.py",
        "from shop.authors import Author\n\n\ndef named(author: Author) -> str:\n"
        "    return author.name.upper()\n",
    )

    result = project.plan("shop/naming.py", "--write")

    assert result.code == 0, result.err
    ran = project.pytest()
    assert ran.code == 0, ran.out
    text = project.read("tests/test_naming.py")
    assert "import shop.books  # noqa: F401\nimport shop.shelves  # noqa: F401\n" in text


def test_another_state_is_another_member_of_its_enumeration(project: Project) -> None:
    project.write("database.py", DATABASE)
    project.write(
        "model.py",
        "from enum import StrEnum\n\n"
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\n"
        'class State(StrEnum):\n    OPEN = "open"\n    DONE = "done"\n\n\n'
        "class Base(DeclarativeBase):\n    pass\n\n\n"
        'class Task(Base):\n    __tablename__ = "tasks"\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n    state: Mapped[State]\n",
    )
    project.write(
        "task_repository.py",
        "from collections.abc import Sequence\n\nfrom sqlalchemy import select\n"
        "from sqlalchemy.ext.asyncio import AsyncSession\n\nfrom model import State, Task\n\n\n"
        "async def open_tasks(session: AsyncSession) -> Sequence[Task]:\n"
        "    return (await session.scalars(select(Task).where(Task.state == State.OPEN))).all()\n",
    )
    assert scaffold([str(project.root), "--with-database", "--driver", "asyncpg"]) == 0

    result = project.plan("task_repository.py", "--write")

    assert result.code == 0, result.err
    name = result.out.split(" written to ")[1].split()[0].rstrip(",")
    text = project.read(name)
    assert "state=State.DONE" in text
    assert "other open" not in text
