"""What holds for every kernel: its docstring is complete, and arrays that do not fit are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from perfkit.scoring import functions
from perfkit.scoring.functions import Offsets, Points

TWO, THREE = [1.0, 1.0], [1.0, 1.0, 1.0]
KERNELS: dict[str, Callable[[], Any]] = {
    "attainment": lambda: functions.attainment(TWO, THREE),
    "base_step": lambda: functions.base_step(TWO, base_value=THREE, base_share=0.5, step_share=0.1),
    "checkpoints": lambda: functions.checkpoints(TWO, Offsets.of([2]), share=THREE),
    "count_threshold": lambda: functions.count_threshold(TWO, deduct_share_per_unit=0.1, zero_at=THREE),
    "execution_interval_2021": lambda: functions.execution_interval_2021(TWO, THREE, True),
    "execution_linear": lambda: functions.execution_linear(TWO, THREE),
    "given": lambda: functions.given(TWO, THREE),
    "interval_steps": lambda: functions.interval_steps(1, limits=TWO, shares=THREE),
    "linear_deduction": lambda: functions.linear_deduction(TWO, full_at=THREE, deduct_share_per_unit=0.1),
    "pass_line": lambda: functions.pass_line(TWO, THREE),
    "pro_rata": lambda: functions.pro_rata(TWO, THREE),
    "qualitative_bands": lambda: functions.qualitative_bands(TWO, THREE),
    "satisfaction_steps": lambda: functions.satisfaction_steps("x"),
    "threshold_deduction": lambda: functions.threshold_deduction(TWO, full_at=THREE),
    "two_sided_deviation": lambda: functions.two_sided_deviation(TWO, THREE, deduct_share_per_unit=0.1),
    "veto": lambda: functions.veto("x"),
    "yes_no": lambda: functions.yes_no(TWO, deduction_share=THREE),
}


def test_every_kernel_is_listed_here() -> None:
    public = {name for name in functions.__all__ if getattr(functions, name).__class__.__name__ == "function"}
    assert public - {"flatten"} == KERNELS.keys()


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_docstring_says_what_it_gives_refuses_and_rests_on(name: str) -> None:
    words = " ".join((getattr(functions, name).__doc__ or "").split())
    said = ("Parameters ---", "Returns ---", "Raises ---", "Notes ---", "Source: ", "Verified against ", "Not ")
    assert [word for word in said if word not in words] == []


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_arrays_that_do_not_fit_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"broadcast|convert"):
        KERNELS[name]()


def test_points_have_one_rate_and_one_flag_word_per_row() -> None:
    points = functions.given(THREE, 5)
    assert isinstance(points, Points)
    assert points.rate.shape == points.flags.shape == (3,)
