"""Named numbers in sentences 具名数值: a number enters the text by its record, and carries its name into Word."""

from __future__ import annotations

import dataclasses
import difflib
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from perfkit.errors import DataError, Problem, RuleError
from perfkit.show.numbers import UNKNOWN, format_record, is_missing
from perfkit.terms import RaterRole, Severity
from perfkit.trace import Finding, Record

SAY_MIME = "application/vnd.perfkit.say+json"
RECORDS_MIME = "application/vnd.perfkit.records+json"
FINDINGS_MIME = "application/vnd.perfkit.findings+json"
PERSONS_MIME = "application/vnd.perfkit.persons+json"

PLACEHOLDER = re.compile(r"【待补充[^】]*】")
TOKEN = re.compile(
    r"(?P<literal>\{\{|\}\}|\*{4})|(?P<bold>\*\*)|(?P<placeholder>【待补充[^】]*】)"
    r"|\{(?P<name>[^{}!:\n]+)(?P<bare>!)?(?::(?P<form>[a-z]+))?\}|(?P<stray>[{}])"
)
# a caveat stands behind the unit of its number, not between them
UNIT = re.compile(r"(分|万元|亿元|元|个百分点|个|份|人|家|项|次|所|名|%)")
MARKDOWN = re.compile(r"([\\`*_\[\]#|~$!])")
# what would begin a list or a rule at the start of a Markdown paragraph
LINE_START = re.compile(r"^(\d*)([-+=.)])(?=[-+=.)\s]|$)")


# stands for "no number was said just before"
_NOTHING = Record(name="", value="", kind="text")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence 文字段: plain text, the record it prints, whether it is a placeholder or bold."""

    text: str
    record: str = ""
    placeholder: bool = False
    bold: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the run with only the keys that say something."""
        marks = {"record": self.record, "placeholder": self.placeholder, "bold": self.bold}
        return {"text": self.text, **{key: value for key, value in marks.items() if value}}


@dataclass(frozen=True, slots=True)
class Said:
    """Sentences with their record names 成文语句; Markdown in a notebook, runs in Word."""

    paragraphs: tuple[tuple[Run, ...], ...]

    def __str__(self) -> str:
        """Return the plain text, one paragraph a line."""
        return "\n".join("".join(run.text for run in paragraph) for paragraph in self.paragraphs)

    def to_json(self) -> dict[str, Any]:
        """Return what the draft reads."""
        return {"paragraphs": [[run.to_json() for run in paragraph] for paragraph in self.paragraphs]}

    def _repr_markdown_(self) -> str:
        """Return Markdown in which no character of the data is markup."""
        return "\n\n".join(_markdown(paragraph) for paragraph in self.paragraphs)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return Markdown for the notebook, runs for the draft, text for a terminal."""
        return {"text/plain": str(self), "text/markdown": self._repr_markdown_(), SAY_MIME: self.to_json()}


@dataclass(frozen=True, slots=True)
class Published:
    """A payload of a notebook output 笔记本输出数据: its MIME type, JSON value and one line of text."""

    mime: str
    payload: list[dict[str, Any]]
    text: str

    def __str__(self) -> str:
        """Return the one line."""
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return the payload under its MIME type and the line of text."""
        return {"text/plain": self.text, self.mime: self.payload}


class RecordBook(Mapping[str, Record]):
    """All named numbers of a run 数值簿, by name.

    Parameters
    ----------
    records : records with unique names.

    Raises
    ------
    RuleError
        Where a name occurs twice (all of them are listed).
    """

    __slots__ = ("_records",)

    def __init__(self, records: Iterable[Record]) -> None:
        """Index the records by name."""
        self._records: dict[str, Record] = {}
        problems = []
        for record in records:
            if record.name in self._records:
                problems.append(_problem("RECORD-TWICE", record.name, "唯一的数值名", "重复的数值名", "改名或删去一个"))
            self._records[record.name] = record
        if problems:
            raise RuleError(problems)

    def __getitem__(self, name: str) -> Record:
        """Return the record of that name; an unknown name is a RuleError that lists near names."""
        try:
            return self._records[name]
        except KeyError:
            raise RuleError(self._unknown(name, name)) from None

    def __contains__(self, name: object) -> bool:
        """Return whether there is a record of that name."""
        return name in self._records

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names in their order."""
        return iter(self._records)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._records)

    def format(self, name: str, missing: str = UNKNOWN) -> str:
        """Return the printed form of a record 打印值."""
        return format_record(self[name], missing)

    def say(self, template: str) -> Said:
        """Return a template as sentences with every number taken from its record 成文.

        Parameters
        ----------
        template : text in which ``{total}`` stands for the printed record, ``{total:label}`` for its Chinese name,
            ``{total!}`` for the record without its caveat, ``**…**`` for bold; ``{{``, ``}}`` and ``****`` for the signs
            themselves. Each line is a paragraph; 【待补充：…】 becomes a marked placeholder. A missing number drops its
            unit.

        Returns
        -------
        Said; the caveat of a record stands in （…） behind the number and its unit where it is first said.

        Raises
        ------
        RuleError
            Where a name is unknown or a brace stands alone; all such places are listed.
        """
        problems = self._template_problems(template)
        if problems:
            raise RuleError(problems)
        told: set[str] = set()
        paragraphs = [self._paragraph(line.strip(), told) for line in template.splitlines()]
        return Said(tuple(paragraph for paragraph in paragraphs if paragraph))

    def _template_problems(self, template: str) -> list[Problem]:
        """Return a problem for each unknown name, unknown form and stray brace."""
        problems = []
        for match in TOKEN.finditer(template):
            name, form = match["name"], match["form"]
            if match["stray"]:
                mend = "花括号写两遍，或补全数值名"
                problems.append(_problem("SAY-BRACE", _around(template, match), "成对的花括号", match["stray"], mend))
            elif name is not None and name not in self._records:
                problems.append(self._unknown(name, _around(template, match)))
            elif form not in (None, "label"):
                problems.append(_problem("SAY-FORM", _around(template, match), "label", str(form), "改为 {名称:label}"))
        return problems

    def _unknown(self, name: str, where: str) -> Problem:
        """Return the problem of an unknown name with the names near to it."""
        near = difflib.get_close_matches(name, self._records, n=5, cutoff=0.5)
        expected = "已登记的数值名" + (f"（相近：{'、'.join(near)}）" if near else "")
        return _problem("RECORD-UNKNOWN", where, expected, name, "改正名称，或在阶段中登记该数值")

    def _paragraph(self, line: str, told: set[str]) -> tuple[Run, ...]:
        """Return the runs of one line; ``told`` collects the records whose caveat has been printed."""
        runs: list[Run] = []
        bold, position, said = False, 0, _NOTHING

        def literal(text: str) -> None:
            nonlocal said
            unit = UNIT.match(text)
            end = unit.end() if unit and said is not _NOTHING else 0
            number_unit = "" if is_missing(said.value) else text[:end]
            note = f"（{said.caveat}）" if said.caveat else ""
            text, said = number_unit + note + text[end:], _NOTHING
            if text:
                runs.append(Run(text, bold=bold))

        for match in TOKEN.finditer(line):
            if position < match.start() or not match["bold"]:
                literal(line[position : match.start()])
            position = match.end()
            if match["bold"]:
                bold = not bold
            elif match["literal"]:
                runs.append(Run(match["literal"][: len(match["literal"]) // 2], bold=bold))
            elif match["placeholder"]:
                runs.append(Run(match["placeholder"], placeholder=True, bold=bold))
            elif match["form"]:
                runs.append(Run(self._records[match["name"]].label, bold=bold))
            else:
                record = self._records[match["name"]]
                runs.append(Run(format_record(record), record=record.name, bold=bold))
                said = dataclasses.replace(record, caveat="") if match["bare"] or record.name in told else record
                told.add(record.name)
        literal(line[position:])
        return tuple(runs)

    def publish(self) -> Published:
        """Return all records, sorted by name, for the record cell of a notebook 发布数值."""
        payload = [record_json(self._records[name]) for name in sorted(self._records)]
        return Published(RECORDS_MIME, payload, f"具名数值 {len(payload)} 个")


def quote(text: str) -> Said:
    """Return a text of the data as sentences 引用数据文字: nothing in it is resolved, only 【待补充：…】 is marked."""
    paragraphs = []
    for line in str(text).splitlines():
        runs: list[Run] = []
        position = 0
        for match in PLACEHOLDER.finditer(line):
            runs += [Run(line[position : match.start()]), Run(match[0], placeholder=True)]
            position = match.end()
        runs.append(Run(line[position:]))
        paragraphs.append(tuple(run for run in runs if run.text.strip()))
    return Said(tuple(paragraph for paragraph in paragraphs if paragraph))


def publish_findings(findings: Iterable[Finding]) -> Published:
    """Return findings for the record cell of a notebook 发布质检发现, errors first."""
    rank = {severity: place for place, severity in enumerate(Severity)}
    ordered = sorted(findings, key=lambda finding: (rank[finding.severity], finding.code, finding.subject))
    counts = {severity: sum(finding.severity is severity for finding in ordered) for severity in Severity}
    line = "，".join(f"{severity.label} {count} 条" for severity, count in counts.items())
    return Published(FINDINGS_MIME, [finding_json(finding) for finding in ordered], f"质检发现：{line}")


def publish_persons(names: Iterable[str]) -> Published:
    """Return names that no report may print 需遮盖的人名, for a cell that no document shows."""
    plain = {str(name).strip() for name in names}
    # a workbook of the consensus names nobody; masked, the word would be lost in every sentence
    known = sorted(name for name in plain if name and RaterRole.read(name) is None)
    return Published(PERSONS_MIME, [{"name": name} for name in known], f"需遮盖的人名 {len(known)} 个")


def read_persons(notebook: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names that an executed notebook wants masked 读取需遮盖的人名."""
    return tuple(str(plain["name"]) for data in _outputs(notebook) for plain in data.get(PERSONS_MIME, ()))


def record_json(record: Record) -> dict[str, Any]:
    """Return a record as JSON-able values; NaN and infinities become None, so that every reader understands them."""
    plain = dataclasses.asdict(record)
    value: Any = record.value
    value = value.item() if hasattr(value, "item") else value
    plain["value"] = None if isinstance(value, float) and not abs(value) < float("inf") else value
    return plain


def finding_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON-able values; the severity by its code."""
    return {**dataclasses.asdict(finding), "severity": finding.severity.value}


def read_published(notebook: Mapping[str, Any]) -> tuple[tuple[Record, ...], tuple[Finding, ...]]:
    """Return the records and findings that an executed notebook published 读取已发布的数值与发现.

    Parameters
    ----------
    notebook : the notebook as nested mappings (a NotebookNode or loaded JSON).

    Raises
    ------
    DataError
        Where a payload is malformed or one name was published with two values.
    """
    records: dict[str, Record] = {}
    findings: dict[Finding, None] = {}
    problems: list[Problem] = []
    for data in _outputs(notebook):
        for plain in data.get(RECORDS_MIME, ()):
            record = _rebuilt(Record, plain, problems)
            if record is not None and records.setdefault(record.name, record) != record:
                problems.append(_problem("RECORD-TWICE", record.name, "一个值", "两个不同的值", "只发布一次"))
        for plain in data.get(FINDINGS_MIME, ()):
            if isinstance(plain, Mapping):
                plain = {**plain, "severity": Severity.read(str(plain.get("severity")))}
            finding = _rebuilt(Finding, plain, problems)
            if finding is not None:
                findings[finding] = None
    if problems:
        raise DataError(problems)
    return tuple(records[name] for name in sorted(records)), tuple(findings)


def _outputs(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the MIME data of every output in order."""
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            yield output.get("data", {})


def _rebuilt(shape: Any, plain: Any, problems: list[Problem]) -> Any:
    """Return ``shape(**plain)``, or None and a problem where the keys do not fit."""
    names = {item.name for item in dataclasses.fields(shape)}
    required = {item.name for item in dataclasses.fields(shape) if item.default is dataclasses.MISSING}
    if not isinstance(plain, Mapping):
        problems.append(_problem("PUBLISHED-SHAPE", shape.__name__, "键值", type(plain).__name__, "重新运行笔记本"))
        return None
    if set(plain) <= names and required <= set(plain) and plain.get("severity", "") is not None:
        return shape(**plain)
    found = "、".join(sorted(str(key) for key in plain))
    problems.append(_problem("PUBLISHED-SHAPE", shape.__name__, "、".join(sorted(names)), found, "重新运行笔记本"))
    return None


def _problem(code: str, where: str, expected: str, found: str, mend: str) -> Problem:
    """Return a problem."""
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend)


def _around(template: str, match: re.Match[str]) -> str:
    """Return the words around a match, so that its place in the template is found at once."""
    return f"语句“{template[max(0, match.start() - 8) : match.end() + 8]}”"


def _markdown(paragraph: tuple[Run, ...]) -> str:
    """Return one paragraph as Markdown; every run is escaped, then marked."""
    pieces = []
    for index, run in enumerate(paragraph):
        text = MARKDOWN.sub(r"\\\1", html.escape(run.text, quote=False))
        text = LINE_START.sub(r"\1\\\2", text.lstrip()) if index == 0 else text
        text = f"<mark>{text}</mark>" if run.placeholder else text
        pieces.append(f"<strong>{text}</strong>" if run.bold else text)
    return "".join(pieces)
