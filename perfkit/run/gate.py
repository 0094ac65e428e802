"""The draft gate 文稿闸口: findings over text, tables and records decide the status a draft may bear.

The checks read the blocks, which are what both writers print, so that the watermark is known before a byte is
written; ``read_back`` then proves on the written Word file that every number arrived as it was checked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfkit.checks.draft import Passage, draft_findings
from perfkit.checks.finding import in_order
from perfkit.errors import MethodError, Problem
from perfkit.read.rules import load_rule_set
from perfkit.rulebook import Run
from perfkit.show.draft.docx_read import draft_numbers
from perfkit.show.draft.docx_text import UNPRINTABLE, record_tag
from perfkit.show.draft.outline import open_points
from perfkit.show.draft.shapes import PLACEHOLDER, Block, Cell, Heading, Paragraph, TableBlock
from perfkit.show.draft.shapes import Run as Words
from perfkit.show.numbers import BLANK, UNKNOWN, format_record, is_missing
from perfkit.terms import Absence, DraftStatus, Severity
from perfkit.trace import Finding, Record

LEVEL1_FULL_SCORE = re.compile(r"level1\.[^.]+\.full_score")
SCORE_TABLE = "score"
ABSENT_WORDS = frozenset({UNKNOWN, BLANK, *Absence.labels()})
# what an outline asks to be enclosed in a chapter is no part of its heading; the table of scores is asked for there
ENCLOSURE = re.compile(r"（附[^（）]*）$")
SCORES_ASKED = re.compile(r"（附[^（）]*评分表）$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate lets through 闸口结论: all findings, the status the draft may bear, its watermark."""

    findings: tuple[Finding, ...]
    status: DraftStatus
    watermark: str

    def count(self, severity: Severity) -> int:
        """Return how many findings of a severity nobody has waived."""
        return sum(item.severity is severity and not item.waiver for item in self.findings)


def judge(
    run: Run, root: Path, blocks: Sequence[Block], records: Iterable[Record], found: Iterable[Finding]
) -> Verdict:
    """Check a draft and decide its status 文稿质检.

    Parameters
    ----------
    run, root : the run and its checkout; the outline of its stage, else that of its rule set, is what the chapters are
        held against.
    blocks : the report as both writers will print it.
    records, found : what the notebook published.

    Returns
    -------
    Verdict; an error that nobody waived keeps the draft at 初稿 with a watermark, whatever the run file asks for.
    """
    held = {record.name: record for record in records}
    expected = {name: format_record(record) for name, record in held.items()}
    outline = load_rule_set(root, run.rules, run.packs).stage_outline(Path(run.notebook).stem)
    titles = [ENCLOSURE.sub("", section.title) for section in outline.sections]
    scored = [ENCLOSURE.sub("", section.title) for section in outline.sections if SCORES_ASKED.search(section.title)]
    drafted = draft_findings(
        tuple(passages(blocks, expected, {name for name, record in held.items() if is_missing(record.value)})),
        expected=expected,
        outline=titles,
        level1=_level1(held.values()),
        score_table=all(_score_table(blocks, title) for title in scored),
        outline_basis=outline.basis.citation,
        open_points=len(open_points(blocks)),
        status=run.draft_status,
    )
    findings = in_order(dict.fromkeys((*found, *drafted)))
    stopped = any(item.severity is Severity.ERROR and not item.waiver for item in findings)
    status = DraftStatus.FIRST if stopped else run.draft_status
    return Verdict(findings=findings, status=status, watermark=DraftStatus.FIRST.label if stopped else "")


def passages(
    blocks: Iterable[Block], expected: Mapping[str, str], absent: Container[str] = frozenset()
) -> Iterator[Passage]:
    """Yield the headings, paragraphs and table cells of a draft as the checks read them 文稿片段.

    Parameters
    ----------
    blocks : of one draft.
    expected : record name → formatted text.
    absent : names of records without a value; a table prints a dash or the kind of absence for them.
    """

    def whole(name: str, text: str) -> tuple[str, str]:
        full = expected.get(name, "")
        same = (text in ABSENT_WORDS) if name in absent else _is_part(text, full)
        return name, full if same else text

    chapter = ""
    for block in blocks:
        if isinstance(block, Heading):
            chapter = block.text if block.level == 1 else chapter
            yield Passage(text=block.text, where=chapter, heading=True)
        elif isinstance(block, Paragraph):
            printed = tuple(whole(run.record, run.text) for run in block.runs if run.record)
            yield Passage(text=block.text, where=chapter, records=printed)
        elif isinstance(block, TableBlock):
            for row in (*block.header, *block.rows):
                for cell in filter(None, row):
                    printed = (whole(cell.record, cell.text),) if cell.record else ()
                    yield Passage(text=cell.text, where=chapter, records=printed, table=True)
            # a note is made with its table and holds its numbers as the cells do
            yield from (Passage(text=note, where=chapter, table=True) for note in block.notes)


def _is_part(text: str, whole: str) -> bool:
    """Whether a printed text is a piece of a record that a draft breaks up: at line feeds and at placeholders."""
    return text in whole.split("\n") or (PLACEHOLDER.search(whole) is not None and text in whole)


def _score_table(blocks: Iterable[Block], title: str) -> bool:
    """Whether a table of scores stands in the chapter of that title."""
    chapter = ""
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            chapter = block.text
        elif isinstance(block, TableBlock) and SCORE_TABLE in block.name and chapter == title:
            return True
    return False


def _level1(records: Iterable[Record]) -> dict[str, float]:
    """Return level-1 name → full score of the records ``level1.<n>.full_score``."""
    return {
        record.label.removesuffix("满分").removesuffix("分值"): float(record.value)
        for record in records
        if LEVEL1_FULL_SCORE.fullmatch(record.name) and isinstance(record.value, (int, float))
    }


def read_back(document: Path, blocks: Iterable[Block]) -> None:
    """Prove that every number of the blocks stands in the written Word file, in its content control 回读核对.

    Raises
    ------
    MethodError
        Where one is missing or reads otherwise: the writer has dropped or changed it, and such a draft must not leave
        the house.
    """
    written = Counter((tag, _one_line(text)) for tag, texts in draft_numbers(document).items() for text in texts)
    wanted = Counter((record_tag(name), _one_line(text)) for name, text in _printed(blocks))
    missing = [
        Problem(
            code="RUN-READBACK",
            where=f"{document.name} › {tag}",
            expected=text,
            found=f"{written[tag, text]} 处，应有 {count} 处",
            mend="这是程序的错误，请连同运行目录一起反馈",
        )
        for (tag, text), count in wanted.items()
        if written[tag, text] < count
    ]
    if missing:
        raise MethodError(missing)


def _printed(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """Yield record name and text wherever a draft prints one; a placeholder is no number yet."""
    for block in blocks:
        if isinstance(block, Paragraph):
            pieces: Iterable[Words | Cell] = block.runs
        elif isinstance(block, TableBlock):
            pieces = [cell for row in (*block.header, *block.rows) for cell in row if cell is not None]
        else:
            continue
        yield from ((piece.record, piece.text) for piece in pieces if piece.record and not piece.placeholder)


def _one_line(text: str) -> str:
    """Return a text without its white space, which Word marks differently, and what XML cannot hold."""
    return "".join(UNPRINTABLE.sub("", text).split())
