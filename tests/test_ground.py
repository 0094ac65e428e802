"""The ground: words, messages, results and the frozen shapes that travel."""

from __future__ import annotations

import dataclasses
import json
import math
import pickle
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from perfkit import terms
from perfkit.errors import DataError, MethodError, PerfkitError, Problem, RuleError
from perfkit.result import Caveat, Interval, Result
from perfkit.terms import Absence, DraftStatus, Operator, Severity, Term
from perfkit.trace import CellAddress, Finding, Quantity, Record, Step, Trace

VOCABULARIES = [
    item for item in vars(terms).values() if isinstance(item, type) and issubclass(item, Term) and item is not Term
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanResult(Result):
    """A result of one number."""

    kind: ClassVar[str] = "mean"

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class TableResult(Result):
    """A result that holds what json cannot."""

    kind: ClassVar[str] = "table"

    scores: np.ndarray[Any, np.dtype[np.float64]]
    frame: pd.DataFrame
    absence: dict[Absence, int]


def _mean(value: float = 0.25, *, low: float = 0.1, high: float = 0.4, **more: Any) -> MeanResult:
    return MeanResult(value=value, interval=Interval(low, high, 0.95), method="mean", n_used=8, **more)


def _problem(code: str = "WB-NUMBER", severity: Severity = Severity.ERROR) -> Problem:
    return Problem(code=code, where="资金!C4", expected="数字", found="约 30", mend="填数字", severity=severity)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_spelling_names_exactly_one_word(vocabulary: type[Term]) -> None:
    owners: dict[str, Term] = {}
    for member in vocabulary:
        for spelling in (member.value, member.label, *member.spellings):
            assert owners.setdefault(spelling, member) is member
            assert vocabulary.read(f" {spelling}　") is member
    assert vocabulary.labels() == tuple(member.label for member in vocabulary)
    assert len(set(vocabulary.labels())) == len(vocabulary)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_codes_are_stable_english_and_a_misspelt_word_names_nothing(vocabulary: type[Term]) -> None:
    for member in vocabulary:
        assert member.value.isascii()
        assert str(member) == member.value == f"{member}"
    assert vocabulary.read("") is None
    assert vocabulary.read("别的词") is None


def test_a_word_is_itself_after_json_and_pickle() -> None:
    assert json.loads(json.dumps(Absence.NOT_DUE)) == "not_due"
    assert Absence("not_due") is Absence.NOT_DUE
    assert pickle.loads(pickle.dumps(Operator.AT_LEAST)) is Operator.AT_LEAST


def test_the_three_absences_never_mix() -> None:
    assert Absence.read("不适用") is Absence.NOT_APPLICABLE
    assert Absence.read("缺失") is Absence.MISSING
    assert Absence.read("未到期") is Absence.NOT_DUE
    assert len(Absence) == 3


def test_draft_status_begins_at_the_first_draft() -> None:
    assert DraftStatus.labels() == ("初稿", "征求意见稿", "修改稿", "报送稿", "终稿")


def test_a_problem_says_what_was_expected_found_where_and_how_to_mend() -> None:
    text = str(_problem())
    for part in ("[WB-NUMBER]", "错误", "资金!C4", "应为数字", "实为约 30", "改法：填数字"):
        assert part in text
    assert "\n" not in text


@pytest.mark.parametrize("kind", [DataError, RuleError, MethodError])
def test_an_error_carries_every_problem_in_order(kind: type[PerfkitError]) -> None:
    problems = [_problem("A"), _problem("B", Severity.WARNING)]
    with pytest.raises(PerfkitError) as caught:
        raise kind(iter(problems))
    assert caught.value.problems == tuple(problems)
    assert str(caught.value).splitlines() == [str(problem) for problem in problems]
    assert kind(problems[0]).problems == (problems[0],)


def test_errors_are_one_family() -> None:
    assert all(issubclass(kind, PerfkitError) for kind in (DataError, RuleError, MethodError))
    assert not issubclass(DataError, RuleError)


def test_an_interval_is_known_when_both_limits_are() -> None:
    assert Interval(0.1, 0.2, 0.95).known
    assert not Interval(math.nan, 0.2, 0.95).known
    assert not Interval(0.1, math.nan, 0.95).known


def test_a_result_prints_on_one_line() -> None:
    text = str(_mean(n_dropped=2, caveats=(Caveat("SMALL_N", "样本过少"),)))
    assert text == "mean · 0.25 · [0.1, 0.4] (95%) · n=8 (dropped 2) · mean · SMALL_N"


def test_an_undefined_value_is_printed_as_such() -> None:
    undefined = _mean(math.nan, low=math.nan, high=math.nan, caveats=(Caveat("NO_VARIANCE", "没有变异"),))
    assert str(undefined) == "mean · 无法估计 · n=8 · mean · NO_VARIANCE"
    record = undefined.to_record()
    assert record["value"] is None
    assert record["interval"] == {"low": None, "high": None, "level": 0.95}
    assert record["caveats"] == [{"code": "NO_VARIANCE", "text": "没有变异"}]


def test_a_result_is_unrounded_and_frozen() -> None:
    result = _mean(1 / 3)
    assert result.to_record()["value"] == 1 / 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.value = 0.3  # type: ignore[misc]


def test_a_record_holds_only_what_json_can() -> None:
    result = TableResult(
        scores=np.array([1.5, np.nan, np.inf]),
        frame=pd.DataFrame({"score": [3.34, np.nan], "code": ["A101", "A102"]}),
        absence={Absence.MISSING: 2},
        method="table",
        n_used=3,
    )
    record = result.to_record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["kind"] == "table"
    assert record["scores"] == [1.5, None, None]
    assert record["frame"] == [{"score": 3.34, "code": "A101"}, {"score": None, "code": "A102"}]
    assert record["absence"] == {"missing": 2}


def test_a_result_becomes_a_tidy_row() -> None:
    frame = _mean().to_frame()
    assert frame.loc[0, ["kind", "value", "method", "n_used", "n_dropped"]].tolist() == ["mean", 0.25, "mean", 8, 0]
    assert not {"interval", "caveats"} & set(frame.columns)


def test_html_of_a_result_is_escaped() -> None:
    page = _mean(source="<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_an_address_reads_from_file_to_cell() -> None:
    assert str(CellAddress("评价工作簿.xlsx", "资金", "C4")) == "评价工作簿.xlsx › 资金 › C4"
    assert str(CellAddress("问卷.csv", "", "7")) == "问卷.csv › 7"


def test_the_shapes_that_travel_are_frozen() -> None:
    quantity = Quantity(name="actual", value=12634.70, unit="万元")
    trace = Trace(
        item="B201",
        function="execution_linear",
        full_score=5.0,
        inputs=(quantity,),
        parameters={},
        steps=(Step(op="divide", values={"rate": 0.9335}),),
        exact=3.3375,
        score=3.34,
    )
    record = Record(name="total", value=64.99, kind="score")
    finding = Finding(code="S02", severity=Severity.ERROR, subject="C101", message="得分不符")
    for shape in (quantity, trace, record, finding):
        first = dataclasses.fields(shape)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(shape, first, None)
    assert dict(trace.silent) == {}
    assert record.caveat == finding.waiver == ""
