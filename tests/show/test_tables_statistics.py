"""Tables of statistics: names, printed numbers, intervals, notes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd
import pytest

from perfkit.errors import DataError
from perfkit.reliability.agreement import cohen_kappa, gwet_ac
from perfkit.reliability.difference.ccc import lin_ccc
from perfkit.reliability.difference.regression import deming, passing_bablok
from perfkit.reliability.difference.shift import wilcoxon_signed_rank
from perfkit.reliability.estimate import EstimateResult, no_interval, no_variance, small_sample
from perfkit.reliability.icc import icc, measurement_error
from perfkit.result import Interval
from perfkit.show.tables.statistics import (
    INTERVAL_WORDS,
    coefficient,
    interval_words,
    limits,
    probability,
    statistic_name,
    table_components,
    table_estimates,
    table_migration,
)
from tests.conftest import ROOT

NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kappa(EstimateResult):
    kind: ClassVar[str] = "cohen_kappa"

    weights: str = "quadratic"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Icc(EstimateResult):
    kind: ClassVar[str] = "icc"

    form: str = "ICC(A,1)"


def kappa(**changes: object) -> _Kappa:
    fields: dict[str, object] = {"value": 0.4915, "interval": Interval(0.3916, 0.5915, 0.95), "p": 3e-21}
    return _Kappa(method="cohen_kappa", n_used=200, interval_method="fce1969", **(fields | changes))  # type: ignore[arg-type]


def test_numbers_are_printed_half_up() -> None:
    assert coefficient(0.0005) == "0.001"
    assert coefficient(NAN) == "无法估计"
    assert probability(0.00099) == "<0.001"
    assert probability(0.0425) == "0.043"
    assert probability(NAN) == "—"
    assert limits(Interval(-0.1335, NAN, 0.9)) == "[-0.134, 无法估计]"
    assert limits(no_interval(0.95)) == limits(None) == "—"


def test_names_carry_the_variant() -> None:
    assert statistic_name(kappa()) == "Cohen κ（平方权）"
    assert statistic_name(_Icc(method="icc", n_used=6, value=0.29, interval=no_interval(0.95))) == "ICC(A,1)"


def test_a_row_says_value_interval_p_n_and_method() -> None:
    table = table_estimates(kappa())
    texts = [cell.text for cell in table.rows[0] if cell is not None]
    assert texts == ["Cohen κ（平方权）", "0.492", "[0.392, 0.592]", "<0.001", "200", "fce1969"]
    assert table.columns[2].header == "95%置信区间"


def test_labels_tell_rows_of_one_statistic_apart() -> None:
    rows = table_estimates([kappa(), kappa(n_dropped=2)], labels=("甲", "乙"))
    assert [row[0].text for row in rows.rows if row[0]] == ["Cohen κ（平方权），甲", "Cohen κ（平方权），乙"]
    assert rows.notes == ("Cohen κ（平方权），乙 剔除 2 个不完整对象",)
    with pytest.raises(DataError, match="TABLE-LABELS"):
        table_estimates([kappa(), kappa()], labels=("甲",))


def written_methods() -> Iterator[str]:
    """Yield every interval method that the wing writes as a constant where it makes a result."""
    for path in (ROOT / "perfkit" / "reliability").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            given: list[ast.expr] = []
            if isinstance(node, ast.keyword) and node.arg == "interval_method":
                given = [node.value]
            elif isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                given = [value for key, value in pairs if ast.unparse(key or value) == "'interval_method'"]
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith("['interval_method']"):
                given = [node.value]
            for value in given:
                branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
                yield from (str(one.value) for one in branches if isinstance(one, ast.Constant))


def chosen_methods() -> Iterator[str]:
    """Yield every interval method that the wing chooses when it runs."""
    x = [float(one) for one in (9, 6, 8, 7, 10, 6, 3, 5, 12, 4, 11, 2)]
    y = [7.5, 6.2, 6.9, 7.1, 8.8, 4.5, 3.4, 4.1, 9.7, 4.6, 10.3, 2.2]
    scores, grades = list(zip(x, y, strict=True)), [(1, 1), (1, 2), (2, 2), (3, 3), (3, 2), (1, 1)] * 5
    results: list[Any] = [
        gwet_ac(grades),
        cohen_kappa(grades),
        cohen_kappa(grades, quantile="t"),
        icc(scores, interval="bootstrap", replicates=200),
        icc(scores, interval="bootstrap_bca", replicates=200),
        measurement_error(scores, kind="consistency"),
        wilcoxon_signed_rank(x, y, exact=True),
        wilcoxon_signed_rank(x, y, exact=False),
        wilcoxon_signed_rank([*x, 1.0], [*y, 1.0], zeros="pratt"),
        lin_ccc(x, y),
        lin_ccc(x, y, interval="asymptotic"),
        deming(x, y),
        deming(x, y, interval="analytical"),
        deming(x, y, interval="jackknife_normal"),
        passing_bablok(x, y),
    ]
    yield from (str(result.interval_method) for result in results)


def test_every_interval_method_of_the_wing_has_words() -> None:
    wordless = {*written_methods(), *chosen_methods()} - {"none", *INTERVAL_WORDS}
    assert not wordless, "give it Chinese words in INTERVAL_WORDS"
    assert interval_words("gwet_linearised_t") == "Gwet 线性化，t"
    assert (interval_words("none"), interval_words("made_up")) == ("—", "made_up")


def test_two_levels_are_not_written_into_one_header() -> None:
    other = kappa(interval=Interval(0.1, 0.2, 0.9))
    assert table_estimates([kappa(), other]).columns[2].header == "置信区间"


def test_an_undefined_value_is_said_with_its_reason_and_dropping_is_told() -> None:
    nothing = kappa(value=NAN, interval=no_interval(0.95), p=NAN, caveats=(no_variance(),), n_dropped=3)
    table = table_estimates([nothing, kappa(caveats=(small_sample(12, 30),)), kappa(caveats=(small_sample(12, 30),))])
    assert table.rows[0][1].text == "无法估计"  # type: ignore[union-attr]
    assert table.notes[0].endswith("剔除 3 个不完整对象")
    assert "NO_VARIANCE" in table.notes[1]
    assert len([note for note in table.notes if "SMALL_N" in note]) == 1


def test_nothing_to_show_is_refused() -> None:
    with pytest.raises(DataError, match="TABLE-EMPTY"):
        table_estimates([])


def test_migration_matrix_keeps_the_order_of_the_scale_and_adds_up() -> None:
    pairs = [("差", "差", 3), ("差", "优", 1), ("优", "差", 2), ("优", "优", 4)]
    table = table_migration(pd.DataFrame(pairs, columns=["before", "after", "count"]))
    grid = [[cell.text for cell in row if cell is not None] for row in table.rows]
    assert grid == [["差", "3", "1", "4"], ["优", "2", "4", "6"], ["合计", "5", "5", "10"]]
    assert table.rows[0][1].bold  # type: ignore[union-attr]
    assert not table.rows[0][2].bold  # type: ignore[union-attr]


def test_components_with_an_undefined_share() -> None:
    frame = pd.DataFrame({"component": ["评价对象", "评分者"], "variance": [2.55556, -0.1], "share": [0.7, NAN]})
    rows = [[cell.text for cell in row if cell is not None] for row in table_components(frame).rows]
    assert rows == [["评价对象", "2.5556", "70.0%"], ["评分者", "-0.1000", "—"]]
