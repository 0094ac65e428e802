"""The sample report through LibreOffice: it opens, has its pages and no box for a character."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def pages(report: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the text of each rendered page."""
    missing = [tool for tool in ("soffice", "pdftotext") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not on PATH: the draft cannot be rendered here")
    folder = tmp_path_factory.mktemp("render")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(report)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    text = subprocess.run(
        ["pdftotext", "-layout", str(folder / "report.pdf"), "-"], check=True, capture_output=True, timeout=60
    ).stdout.decode()
    return text.split("\f")[:-1]


def test_every_page_is_there_and_none_is_empty(pages: list[str]) -> None:
    assert len(pages) > 10
    assert all(len("".join(page.split())) > 30 for page in pages)


def test_no_character_is_a_box(pages: list[str]) -> None:
    assert not {"□", "\ufffd"} & set("".join(pages))


def test_word_counts_what_the_contents_say(pages: list[str]) -> None:
    plain = "".join("".join(pages).split())
    for heading in (
        "一、基本情况",
        "（二）资金情况",
        "七、其他需要说明的问题",
        "附件3满意度调查报告",
        "（一）调查对象",
    ):
        assert plain.count(heading) >= 2, heading
    assert "—1—" in plain


def test_no_caption_stands_alone_at_the_end_of_a_page(pages: list[str]) -> None:
    for page in pages:
        lines = [line.strip() for line in page.splitlines() if line.strip() and not line.strip().startswith("—")]
        assert not lines[-1].replace(" ", "").startswith(tuple(f"表{number}" for number in range(1, 9)))
