"""A unit's own Word template 单位模板, tried before any notebook runs."""

from __future__ import annotations

from pathlib import Path

from perfkit.show.draft.docx import open_template


def try_template(path: Path | None) -> None:
    """Refuse a template that no draft could be written in 模板预检; ``None`` is the one of the house.

    Parameters
    ----------
    path : a ``.docx`` file.

    Raises
    ------
    DataError
        Where it cannot be opened, or lacks a place that a draft needs.
    """
    if path is not None:
        open_template(path)
