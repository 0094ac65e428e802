"""Fieldwork, comments, evidence, experts 现场工作与底稿目录: listings of what was done and what stands behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from perfkit.read.rows import Row
from perfkit.result import Caveat
from perfkit.stages.key_evaluation.funds import ratio
from perfkit.stages.listing import Listing
from perfkit.terms import Adoption, FieldworkKind
from perfkit.trace import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldworkResult(Listing):
    """Interviews, meetings and site checks 访谈与现场核查, with the share of funds they cover."""

    kind: ClassVar[str] = "fieldwork"
    columns: ClassVar[tuple[str, ...]] = ("id", "kind", "date", "place", "person", "money", "note", "evidence")

    money: float
    coverage: float
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsResult(Listing):
    """Comments of the evaluated unit and the client with their handling 意见采纳情况 (财监〔2021〕4号 art. 18)."""

    kind: ClassVar[str] = "comments"
    columns: ClassVar[tuple[str, ...]] = (
        "id", "origin", "text", "indicators", "adoption", "reason", "before", "after",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceResult(Listing):
    """Evidence index 证据目录: document, page, holder, file hash, and the indicators that cite it."""

    kind: ClassVar[str] = "evidence"
    columns: ClassVar[tuple[str, ...]] = (
        "id", "document", "page", "holder", "category", "file", "date", "sha256", "cited_by",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertsResult(Listing):
    """Scores of single experts beside the adopted one 专家评分 (working paper)."""

    kind: ClassVar[str] = "experts"
    columns: ClassVar[tuple[str, ...]] = ("code", "name", "rater", "score", "adopted", "note")


def fieldwork(rows: Sequence[Row], base: float) -> FieldworkResult:
    """Return the fieldwork done and the share of funds it covers 现场工作及资金覆盖率.

    Parameters
    ----------
    rows : rows of the 访谈 sheet; 涉及资金 in 万元, counted once per place.
    base : money that coverage is measured against, 万元 (received funds, else the budget).

    Returns
    -------
    FieldworkResult
        Coverage is NaN where no row names money or the base is unknown.
    """
    table = [
        {
            "id": row.text("id"),
            "kind": _label(row.value("kind")),
            "date": row.value("date"),
            "place": row.text("place"),
            "person": row.text("person"),
            "money": row.value("money"),
            "note": row.text("note"),
            "evidence": "；".join(row.value("evidence", ()) or ()),
        }
        for row in rows
    ]
    places: dict[str, float] = {}
    for line in table:
        if line["money"] is not None:
            place = str(line["place"] or line["id"])  # rows without a place are not one place
            places[place] = max(places.get(place, 0.0), float(line["money"]))
    money = math.fsum(places.values()) if places else float("nan")
    counts = tuple((kind.label, sum(line["kind"] == kind.label for line in table)) for kind in FieldworkKind)
    caveats = () if table else (Caveat("NO_FIELDWORK", "工作簿没有登记访谈或现场核查"),)
    return FieldworkResult(
        method="money_once_per_place",
        n_used=len(table),
        caveats=caveats,
        source="访谈",
        rows=tuple(table),
        money=money,
        coverage=ratio(money, base),
        counts=counts,
    )


def fieldwork_records(result: FieldworkResult) -> tuple[Record, ...]:
    """Return the named numbers of the fieldwork."""
    counts = [
        Record(name=f"fieldwork.{kind.value}", value=number, kind="count", label=f"{kind.label}次数", unit="次",
               source="访谈表")
        for kind, (_, number) in zip(FieldworkKind, result.counts, strict=True)
    ]  # fmt: skip
    return (
        *counts,
        Record(name="fieldwork.total", value=result.n_used, kind="count", label="现场工作次数", unit="次", source="访谈表"),
        Record(name="fieldwork.money", value=result.money, kind="money", label="现场工作覆盖资金", unit="万元",
               source="访谈表，同一单位或地点只计一次"),
        Record(name="fieldwork.coverage", value=result.coverage, kind="rate", label="资金覆盖率", unit="%",
               source="覆盖资金÷到位资金（未填到位数时÷预算数）"),
    )  # fmt: skip


def comments(rows: Sequence[Row]) -> CommentsResult:
    """Return the comments with adoption and reason 意见采纳情况."""
    table = [
        {
            "id": row.text("id"),
            "origin": row.text("origin"),
            "text": row.text("text"),
            "indicators": "；".join(row.value("indicators", ()) or ()),
            "adoption": _label(row.value("adoption")),
            "reason": row.text("reason"),
            "before": row.value("before"),
            "after": row.value("after"),
        }
        for row in rows
    ]
    return CommentsResult(method="listing", n_used=len(table), source="意见采纳", rows=tuple(table))


def comment_records(result: CommentsResult) -> tuple[Record, ...]:
    """Return the number of comments by handling."""
    handled = [line["adoption"] for line in result.rows]
    return (
        Record(name="comments.total", value=len(handled), kind="count", label="书面意见", unit="条", source="意见采纳表"),
        *(
            Record(name=f"comments.{kind.value}", value=handled.count(kind.label), kind="count",
                   label=f"{kind.label}意见", unit="条", source="意见采纳表")
            for kind in Adoption
        ),
    )  # fmt: skip


def evidence(rows: Sequence[Row], hashes: Mapping[str, str], cited: Mapping[str, Sequence[str]]) -> EvidenceResult:
    """Return the evidence index 证据目录.

    Parameters
    ----------
    rows : rows of the 证据 sheet.
    hashes : file name or relative path → SHA-256 of the files that are there.
    cited : evidence id → indicator codes that cite it.
    """
    by_name = {path.rsplit("/", 1)[-1]: digest for path, digest in hashes.items()}
    table = []
    for row in rows:
        name = row.text("file").replace("\\", "/").rsplit("/", 1)[-1]
        table.append(
            {
                **{column: row.text(column) for column in ("id", "document", "page", "holder", "category", "file")},
                "date": row.value("date"),
                "sha256": by_name.get(name, "") if name else "",
                "cited_by": "；".join(cited.get(row.text("id"), ())),
            }
        )
    return EvidenceResult(method="listing", n_used=len(table), source="证据", rows=tuple(table))


def experts(rows: Sequence[Row], names: Mapping[str, str], adopted: Mapping[str, float]) -> ExpertsResult:
    """Return single experts' scores beside the adopted score 专家评分明细."""
    table = [
        {
            "code": row.text("code"),
            "name": names.get(row.text("code"), ""),
            "rater": row.text("rater"),
            "score": row.value("score"),
            "adopted": adopted.get(row.text("code")),
            "note": row.text("note"),
        }
        for row in rows
    ]
    return ExpertsResult(method="listing", n_used=len(table), source="专家评分", rows=tuple(table))


def _label(term: object) -> str:
    """Return the Chinese label of a term, or nothing."""
    return str(getattr(term, "label", "") or "")
