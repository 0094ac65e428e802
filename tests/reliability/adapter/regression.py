"""Calls of the regressions of difference: Deming, weighted and generalised Deming, Passing-Bablok."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from perfkit.reliability.difference.regression import LineResult, deming, passing_bablok, weighted_deming
from tests.reliability.adapter.shapes import Call, Computed, Golden, Unsupported

INTERVALS = {"analytical": "analytical", "jackknife": "jackknife", "jackknife_z": "jackknife_normal"}
# Where R's optimize stops by default; R deming, which computed the records with known errors, leaves it there.
R_OPTIMIZE = float(np.finfo(np.float64).eps) ** 0.25


def _sides(golden: Golden) -> tuple[pd.Series, pd.Series]:
    return golden.frame[golden.arguments["x"]], golden.frame[golden.arguments["y"]]


def _ratio(golden: Golden) -> float:
    """Return var(x errors) / var(y errors), the one sense in which perfkit takes the ratio."""
    sense = golden.arguments.get("error_ratio_is", "var_x_over_var_y")
    if sense != "var_x_over_var_y":
        raise Unsupported(f"error_ratio_is {sense}")
    return float(golden.arguments.get("error_ratio", 1))


def _interval(golden: Golden, otherwise: str) -> Any:
    name = golden.arguments.get("ci", otherwise)
    if name not in INTERVALS:
        raise Unsupported(f"ci {name}")
    return INTERVALS[name]


def _line(result: LineResult) -> Computed:
    return Computed.of(
        result,
        intercept=result.intercept,
        intercept_low=result.intercept_interval.low,
        intercept_high=result.intercept_interval.high,
        intercept_se=result.intercept_se,
    )


def _deming(golden: Golden) -> Computed:
    interval = _interval(golden, "jackknife")
    return _line(deming(*_sides(golden), error_ratio=_ratio(golden), interval=interval, level=golden.level))


def _weighted(golden: Golden) -> Computed:
    interval = _interval(golden, "jackknife")
    return _line(weighted_deming(*_sides(golden), error_ratio=_ratio(golden), interval=interval, level=golden.level))


def _constant_cv(golden: Golden) -> Computed:
    return _line(
        deming(
            *_sides(golden),
            error_ratio=_ratio(golden),
            constant_cv=bool(golden.arguments.get("constant_cv", True)),
            interval=_interval(golden, "jackknife_z"),
            level=golden.level,
            tolerance=R_OPTIMIZE,
        )
    )


def _error(golden: Golden, side: Mapping[str, Any]) -> pd.Series:
    return side["intercept"] + side["slope"] * golden.frame[side["column"]]


def _known_errors(golden: Golden) -> Computed:
    return _line(
        deming(
            *_sides(golden),
            x_error=_error(golden, golden.arguments["xstd"]),
            y_error=_error(golden, golden.arguments["ystd"]),
            interval=_interval(golden, "jackknife_z"),
            level=golden.level,
            tolerance=R_OPTIMIZE,
        )
    )


def _passing_bablok(golden: Golden) -> Computed:
    name = golden.arguments.get("ci", "analytical")
    if name != "analytical":
        raise Unsupported(f"ci {name}")
    average = golden.arguments.get("slope_average", "tangent")
    return _line(passing_bablok(*_sides(golden), slope_average=average, level=golden.level))


CALLS: Mapping[str, Call] = {
    "deming_regression": _deming,
    "weighted_deming_regression": _weighted,
    "deming_regression_constant_cv": _constant_cv,
    "deming_regression_known_errors": _known_errors,
    "passing_bablok": _passing_bablok,
}
