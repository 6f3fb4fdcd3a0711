"""Bugs in how SQLAlchemy's models declare their columns, where that is behaviour of the application itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.mutants.edits import Edits, hinted, without
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 65
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_HINTS = {
    "default": "insert a row without {name}, and assert what it is then",
    "default_factory": "insert a row without {name}, and assert what it is then",
    "onupdate": "change a row, and assert what {name} is then",
    "unique": "insert two rows of one {name}, and assert that the second is refused",
    "cascade": "delete the row, and assert what becomes of its {name}",
    "order_by": "give it two or more {name}, and assert their order",
}


@operator(
    "column-option",
    {
        "class A(Base):\n    a: Mapped[int] = mapped_column(Integer, default=1, nullable=False)\n"
        "    b = Column(unique=True)\n    c: Mapped[list[C]] = relationship(cascade='all')\n": [
            "class A(Base):\n    a: Mapped[int] = mapped_column(Integer, nullable=False)\n"
            "    b = Column(unique=True)\n    c: Mapped[list[C]] = relationship(cascade='all')\n",
            "class A(Base):\n    a: Mapped[int] = mapped_column(Integer, default=1, nullable=False)\n"
            "    b = Column()\n    c: Mapped[list[C]] = relationship(cascade='all')\n",
            "class A(Base):\n    a: Mapped[int] = mapped_column(Integer, default=1, nullable=False)\n"
            "    b = Column(unique=True)\n    c: Mapped[list[C]] = relationship()\n",
        ],
        "x = mapped_column(default=1)": [],
    },
)
def dropped_option(source: Source) -> Iterator[Edits]:
    """A column without its default or uniqueness, a relationship without its cascade or order."""
    fields = [one for node in source.nodes if isinstance(node, ast.ClassDef) for one in node.body]
    for field in fields:
        match field:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as call):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                pass
            case _:
                continue
        if called_name(call) in ("Column", "mapped_column", "relationship"):
            for place, keyword in enumerate(call.keywords, start=len(call.args)):
                if keyword.arg in _HINTS:
                    hint = _HINTS[keyword.arg].format(name=name)
                    yield hinted(without(source.arguments(call), place), hint)
