"""The only user of docx-plus: an audit of a written Word draft by its lint.

Text, tables, fields and contents are written by our own XML: docx-plus caches no contents entries, numbers every
caption 1 until Word updates it, and takes no Chinese SEQ names. Its audit, which resolves the whole style cascade,
has no equal here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import docx
from docx_plus.lint import lint

# objective defects only; rules of taste and those that cannot see into content controls are left out
RULES = {
    "broken-cross-reference": "交叉引用指向不存在的书签",
    "caption-manual-numbering": "题注编号不是域",
    "duplicate-styles": "样式重复",
    "empty-heading": "标题为空",
    "heading-level-skip": "标题级别跳跃",
    "manual-heading-formatting": "以手工格式充当标题",
    "manual-list": "以手工编号充当列表",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftNote:
    """One defect of form in a Word draft 版式问题: the stable rule, its Chinese wording, the words it concerns."""

    rule: str
    text: str
    excerpt: str


def audit_docx(path: Path) -> tuple[DraftNote, ...]:
    """Return the defects of form of a Word draft 版式检查, also after a person has edited it.

    Takes about half a second for thirty pages: for checks and tests, not for every draft of a batch.
    """
    findings = lint(docx.Document(str(path)), select=tuple(RULES))
    return tuple(
        DraftNote(rule=finding.rule, text=RULES[finding.rule], excerpt=finding.location.excerpt or "")
        for finding in findings
    )
