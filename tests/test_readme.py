"""What the READMEs show of the statistics is what the statistics give."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from perfkit.reliability.icc import icc
from tests.conftest import ROOT

# Shrout & Fleiss (1979), table 2
SCORES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_printed_result_is_the_real_one(name: str) -> None:
    text = Path(ROOT / name).read_text(encoding="utf-8")
    shown = re.search(r"print\(icc\(scores, form=\"ICC\(A,1\)\", level=0\.9\)\)\s+# (.+?) · …", text)
    assert shown is not None
    assert str(icc(SCORES, form="ICC(A,1)", level=0.9)).startswith(shown.group(1))
