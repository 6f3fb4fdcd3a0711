"""A test to be written, before it is printed."""

from __future__ import annotations

from typing import NamedTuple


class Import(NamedTuple):
    """A name that a test file imports: ``from module import name``, or ``import module`` where the name is empty."""

    module: str
    name: str
    alias: str = ""
    typing_only: bool = False
    """Whether annotations alone need it."""
    is_for_effect: bool = False
    """Whether it is imported for what that does, and nothing names it."""


class Fixture(NamedTuple):
    """A fixture that a test asks for."""

    name: str
    annotation: str


class Test(NamedTuple):
    """A test: what is arranged, done and asserted, each as lines of code."""

    name: str
    subject: str
    """The function or model that it is about."""
    doc: str
    is_async: bool
    fixtures: tuple[Fixture, ...] = ()
    arrange: tuple[str, ...] = ()
    act: tuple[str, ...] = ()
    asserts: tuple[str, ...] = ()
    imports: frozenset[Import] = frozenset()
    parametrize: str = ""
    """The decorator's arguments."""
    parameters: tuple[Fixture, ...] = ()
    """What the decorator fills in."""
    skip: str = ""
    """Why it cannot be told what to assert; such a test is skipped with this reason."""
    marks: tuple[str, ...] = ()
    """More decorators."""
    is_plain: bool = False
    """Whether it takes the way that nothing hinders."""


class Helper(NamedTuple):
    """A fixture of the test file's own."""

    lines: tuple[str, ...]
    imports: frozenset[Import]


class Written(NamedTuple):
    """What was written."""

    path: str
    text: str
    tests: tuple[Test, ...]
