"""The base of every domain word: a stable English code, its Chinese label and the spellings real forms use."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A domain word 领域术语: ``value`` is the stable code, ``label`` the Chinese term.

    ``spellings`` are further forms met in real workbooks; ``read`` accepts code, label and spellings, and nothing
    else, so that a misspelt word is reported instead of guessed.
    """

    label: str
    spellings: tuple[str, ...]

    def __new__(cls, code: str, label: str, *spellings: str) -> Self:
        """Make a member whose ``str`` value is the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.spellings = spellings
        return member

    def __str__(self) -> str:
        """Return the stable code."""
        return str(self.value)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the member that ``text`` names, or ``None`` where it names none."""
        wanted = text.strip()
        for member in cls:
            if wanted in (member.value, member.label, *member.spellings):
                return member
        return None

    @classmethod
    def labels(cls) -> tuple[str, ...]:
        """Return the Chinese labels in order, as a drop-down shows them."""
        return tuple(member.label for member in cls)
