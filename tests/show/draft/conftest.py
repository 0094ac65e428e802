"""The sample report, written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfkit.show.draft.blocks import read_blocks
from perfkit.show.draft.docx import write_docx
from perfkit.show.draft.shapes import Block
from perfkit.terms import Audience
from tests.show.draft import sample
from tests.show.draft.word import Word


@pytest.fixture(scope="session")
def report_blocks() -> tuple[Block, ...]:
    """Return the report blocks of the sample notebook."""
    return read_blocks(sample.notebook(), Audience.REPORT)


@pytest.fixture(scope="session")
def report(report_blocks: tuple[Block, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the written sample report."""
    path = tmp_path_factory.mktemp("draft") / "report.docx"
    write_docx(report_blocks, sample.meta(), path)
    return path


@pytest.fixture(scope="session")
def word(report: Path) -> Word:
    """Return the parts of the written sample report."""
    return Word(report)
