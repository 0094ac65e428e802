"""The gate: what the checks see of a draft, which status it may bear, and the proof on the written file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from perfkit.errors import MethodError
from perfkit.read.rules import load_rule_set, load_run
from perfkit.rulebook import Run
from perfkit.run.gate import ENCLOSURE, judge, passages, read_back
from perfkit.show.draft.docx import draft_numbers
from perfkit.show.draft.shapes import Block, Cell, Heading, Paragraph, TableBlock
from perfkit.show.draft.shapes import Run as Words
from perfkit.terms import DraftStatus, Severity
from perfkit.trace import Finding, Record
from tests.run.conftest import PROJECT, Checkout

TOTAL = Record(name="total", value=64.99, kind="score", label="总分", decimals=2)


def _run(checkout: Checkout, **changes: object) -> Run:
    return load_run(checkout.run("alpha"), checkout.root).model_copy(update=changes)


def _table(text: str) -> TableBlock:
    cells = (Cell(text="总分"), Cell(text=text, record="total"))
    return TableBlock(name="score", caption="评分", widths=(4.0, 3.0), header=((Cell(text="指标"), Cell(text="得分")),),
                      rows=(cells,))  # fmt: skip


def _report(table: str = "64.99", said: str = "64.99") -> list[Block]:
    """Return a report with every chapter of the outline, the total once in a table and once in the text."""
    outline = load_rule_set(PROJECT, "cn-mof-2020-10").report_outline()
    chapters: list[Block] = [Heading(level=1, text=ENCLOSURE.sub("", section.title)) for section in outline.sections]
    words = Paragraph(runs=(Words(text="总分 "), Words(text=said, record="total"), Words(text=" 分。")))
    return [*chapters[:3], _table(table), words, *chapters[3:]]


def _errors(findings: tuple[Finding, ...]) -> set[str]:
    return {item.code for item in findings if item.severity is Severity.ERROR}


def test_a_clean_draft_bears_the_status_the_run_asks_for(checkout: Checkout) -> None:
    run = _run(checkout, draft_status=DraftStatus.SUBMITTED)
    verdict = judge(run, checkout.root, _report(), [TOTAL], [])
    assert _errors(verdict.findings) == set()
    assert (verdict.status, verdict.watermark) == (DraftStatus.SUBMITTED, "")


@pytest.mark.parametrize(("table", "said"), [("65.99", "64.99"), ("64.99", "65.66")])
def test_a_number_that_is_not_its_record_keeps_the_draft_at_first(checkout: Checkout, table: str, said: str) -> None:
    run = _run(checkout, draft_status=DraftStatus.SUBMITTED)
    verdict = judge(run, checkout.root, _report(table, said), [TOTAL], [])
    assert _errors(verdict.findings) == {"L05"}
    assert (verdict.status, verdict.watermark) == (DraftStatus.FIRST, "初稿")
    assert verdict.count(Severity.ERROR) == 1


def test_a_missing_chapter_is_an_error(checkout: Checkout) -> None:
    verdict = judge(_run(checkout), checkout.root, _report()[1:], [TOTAL], [])
    assert _errors(verdict.findings) == {"R01"}


def test_errors_of_the_notebook_count_unless_somebody_waived_them(checkout: Checkout) -> None:
    run = _run(checkout, draft_status=DraftStatus.COMMENT)
    found = {"code": "S02", "severity": Severity.ERROR, "subject": "总分", "message": "不等"}
    stopped = judge(run, checkout.root, _report(), [TOTAL], [Finding(**found)])
    waived = judge(run, checkout.root, _report(), [TOTAL], [Finding(**found, waiver="主评人 2025-07-01 同意")])
    assert (stopped.status, stopped.watermark) == (DraftStatus.FIRST, "初稿")
    assert (waived.status, waived.watermark, waived.count(Severity.ERROR)) == (DraftStatus.COMMENT, "", 0)


def test_a_text_of_many_lines_counts_as_its_record() -> None:
    lines = [Paragraph(runs=(Words(text=text, record="bases"),)) for text in ("一", "二")]
    assert [passage.records for passage in passages(lines, {"bases": "一\n二"})] == [(("bases", "一\n二"),)] * 2


def test_a_text_with_a_placeholder_counts_as_its_record() -> None:
    pieces = Paragraph(runs=(Words(text="由", record="who"), Words(text="【待补充：单位】", placeholder=True)))
    (passage,) = passages([pieces], {"who": "由【待补充：单位】"})
    assert passage.records == (("who", "由【待补充：单位】"),)


@pytest.mark.parametrize(("printed", "codes"), [("—", set()), ("未到期", set()), ("0.00", {"L05"})])
def test_a_record_without_value_may_be_printed_as_absence_only(
    checkout: Checkout, printed: str, codes: set[str]
) -> None:
    nothing = Record(name="total", value=None, kind="score", label="总分")
    assert _errors(judge(_run(checkout), checkout.root, _report(printed, "无法估计"), [nothing], []).findings) == codes


@pytest.mark.parametrize(("place", "codes"), [(2, {"R02"}), (3, set()), (4, {"R02"})])
def test_the_score_table_stands_in_chapter_three(checkout: Checkout, place: int, codes: set[str]) -> None:
    blocks = [block for block in _report() if isinstance(block, Heading)]
    blocks.insert(place, _table("64.99"))  # type: ignore[arg-type]
    verdict = judge(_run(checkout), checkout.root, blocks, [TOTAL], [])
    assert _errors(verdict.findings) == codes


def _word_file(path: Path, *totals: str) -> Path:
    """Write a Word file that holds the total in content controls, split into runs of one character."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    controls = ""
    for total in totals:
        runs = "".join(f"<w:r><w:t>{piece}</w:t></w:r>" for piece in total)
        controls += f'<w:sdt><w:sdtPr><w:tag w:val="total"/></w:sdtPr><w:sdtContent>{runs}</w:sdtContent></w:sdt>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:p>{controls}</w:p></w:document>')
    return path


def test_read_back_finds_numbers_however_word_splits_them(tmp_path: Path) -> None:
    path = _word_file(tmp_path / "draft.docx", "64.99", "64.99")
    read_back(path, _report())
    assert draft_numbers(path)["total"] == ("64.99", "64.99")


@pytest.mark.parametrize("totals", [("64.99",), ("64.99", "64.9"), ("64.99", "164.99"), ()])
def test_read_back_refuses_a_file_that_lost_or_changed_a_number(tmp_path: Path, totals: tuple[str, ...]) -> None:
    """The total is printed twice: in a sentence and in the table."""
    with pytest.raises(MethodError, match=r"total.*64\.99"):
        read_back(_word_file(tmp_path / "draft.docx", *totals), _report())
