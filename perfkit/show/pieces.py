"""Several pieces from one call 组合输出: headings, sentences and tables whose number depends on the data."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

PIECES_MIME = "application/vnd.perfkit.pieces+json"
HEADING_MIME = "application/vnd.perfkit.heading+json"


class Showable(Protocol):
    """Whatever a notebook can show and a draft can read 可发布内容."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return MIME type → data."""
        ...


@dataclass(frozen=True, slots=True)
class SubHeading:
    """A heading below the chapter 小标题: ``level`` 2 prints as （一）, 3 as 1.; the number is never part of the text."""

    text: str
    level: int = 2

    def __str__(self) -> str:
        """Return the words."""
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return HTML for the notebook and the level for the draft."""
        tag = f"h{self.level + 1}"
        return {
            "text/plain": self.text,
            "text/html": f"<{tag}>{html.escape(self.text)}</{tag}>",
            HEADING_MIME: {"level": self.level, "text": self.text},
        }


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces in order 组合输出, published as one output of one cell."""

    parts: tuple[Showable, ...]

    @classmethod
    def of(cls, parts: Iterable[Showable]) -> Pieces:
        """Return pieces from any iterable."""
        return cls(tuple(parts))

    def __str__(self) -> str:
        """Return the text of every piece."""
        return "\n".join(str(part) for part in self.parts)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return the HTML of all pieces for the notebook and every bundle for the draft."""
        bundles = [part._repr_mimebundle_() for part in self.parts]
        shown = [
            bundle.get("text/html") or "".join(f"<p>{html.escape(line)}</p>" for line in str(part).splitlines())
            for part, bundle in zip(self.parts, bundles, strict=True)
        ]
        return {
            "text/plain": str(self),
            "text/html": "".join(shown),
            PIECES_MIME: [_for_draft(bundle) for bundle in bundles],
        }


def _for_draft(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return what a draft reads of a bundle: its own types, and the picture they belong to."""
    return {mime: data for mime, data in bundle.items() if mime.startswith(("application/vnd.perfkit", "image/png"))}
