"""A thousand drafts in one process: the same bytes every time, and no memory that is never given back."""

from __future__ import annotations

import gc
import hashlib
from pathlib import Path

import psutil
import pytest

from perfkit.show.draft.blocks import read_blocks
from perfkit.show.draft.docx import write_docx
from perfkit.show.draft.html import write_html
from perfkit.terms import Audience
from tests.show.draft.sample import meta as sample_meta
from tests.show.draft.sample import notebook

DRAFTS = 1_000
GROWTH = 64 * 2**20  # a leak of one parsed document a draft would pass this twenty times over


@pytest.mark.soak
def test_a_thousand_drafts(tmp_path: Path) -> None:
    blocks = read_blocks(notebook(), Audience.REPORT)
    meta = sample_meta()
    seen: set[str] = set()
    process, after_warming = psutil.Process(), 0
    for number in range(DRAFTS):
        write_docx(blocks, meta, tmp_path / "draft.docx")
        write_html(blocks, meta, tmp_path / "draft.html")
        content = (tmp_path / "draft.docx").read_bytes() + (tmp_path / "draft.html").read_bytes()
        seen.add(hashlib.sha256(content).hexdigest())
        # python-docx parts refer to each other; under pytest's many objects the full collection would come rarely
        if number % 50 == 0:
            gc.collect()
        if number == DRAFTS // 10:
            after_warming = process.memory_info().rss
    assert len(seen) == 1
    assert process.memory_info().rss - after_warming < GROWTH
