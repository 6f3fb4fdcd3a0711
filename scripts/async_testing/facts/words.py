"""Words in the text of a file, found much faster than a regular expression that begins with a word's boundary does."""

from __future__ import annotations

from collections.abc import Iterator


def places(text: str, word: str, before: str = "") -> Iterator[int]:
    """Where a word stands in a text.

    Args:
        text: any.
        word: with the letters, digits and underscores of a name at both ends.
        before: further characters that may not stand in front of it: ``"."`` leaves attributes out.
    """
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        first, last = text[start - 1 : start], text[end : end + 1]
        if not (first and (first in before or is_part(first))) and not (last and is_part(last)):
            yield start
        start = text.find(word, start + 1)


def count(text: str, word: str) -> int:
    """How often a word stands in a text."""
    return sum(1 for _ in places(text, word))


def is_part(character: str) -> bool:
    """Whether a character may be inside of a name."""
    return character == "_" or character.isalnum()
