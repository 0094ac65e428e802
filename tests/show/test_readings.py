"""Results as named numbers in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from perfkit.errors import DataError, RuleError
from perfkit.reliability.estimate import EstimateResult, no_interval
from perfkit.reliability.sampling import attribute_upper_bound
from perfkit.result import Interval
from perfkit.show.readings import readings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slope(EstimateResult):
    kind: ClassVar[str] = "deming_regression"

    intercept: float
    intercept_interval: Interval


RESULT = _Slope(
    method="deming", n_used=80, n_dropped=2, value=1.0235, interval=Interval(0.9995, 1.05, 0.95), p=0.0001,
    intercept=-0.5, intercept_interval=no_interval(0.95),
)  # fmt: skip


def test_every_number_of_a_result_can_be_said() -> None:
    book = readings(slope=RESULT, share=0.18749, pairs=432)
    said = book.say(
        "斜率 {slope}（{slope.interval}，p {slope.p}，n={slope.n}，剔除 {slope.dropped}），"
        "截距 {slope.intercept} {slope.intercept_interval}；{share}；{pairs}"
    )
    assert str(said) == "斜率 1.024（[1.000, 1.050]，p <0.001，n=80，剔除 2），截距 -0.500 —；0.187；432"


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(RuleError, match=r"slope\.tau"):
        readings(slope=RESULT).say("{slope.tau}")


@pytest.mark.parametrize("thing", ["0.5", None, True, [1.0]])
def test_what_is_no_number_is_refused(thing: object) -> None:
    with pytest.raises(DataError, match="READING"):
        readings(a=thing)  # type: ignore[arg-type]


def test_a_result_with_an_n_of_its_own_keeps_it() -> None:
    book = readings(bound=attribute_upper_bound(0, 60))
    assert str(book.say("{bound.k} / {bound.n}")) == "0 / 60"
