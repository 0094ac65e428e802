"""Calls of the limits of agreement for golden records: Bland-Altman in all its forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from perfkit.reliability.difference.limits import (
    difference_bias,
    heteroscedastic_limits,
    limits_of_agreement,
    long_replicates,
    mixed_limits,
    proportional_bias,
    ratio_limits,
    repeated_limits,
    wide_replicates,
)
from tests.reliability.adapter.shapes import Call, Computed, Golden, Unsupported

INTERVALS = {None: "none", "exact": "exact", "ba1999": "ba1999", "ba1986": "ba1986"}


def _sides(golden: Golden) -> tuple[pd.Series, pd.Series]:
    return golden.frame[golden.arguments["x"]], golden.frame[golden.arguments["y"]]


def _bias(golden: Golden) -> Computed:
    if golden.arguments.get("ci", "t") != "t":
        raise Unsupported(f"ci={golden.arguments['ci']}")
    result = difference_bias(*_sides(golden), level=golden.level)
    return Computed.of(result, sd_diff=result.sd_diff, n=result.n_used, sd_of_means=result.sd_of_means)


def _limits(golden: Golden) -> Computed:
    asked = golden.arguments.get("ci")
    if asked not in INTERVALS:
        raise Unsupported(f"ci={asked}")
    result = limits_of_agreement(
        *_sides(golden),
        multiplier=golden.arguments["multiplier"],
        interval=INTERVALS[asked],
        interval_z=golden.arguments.get("ci_z"),
        level=golden.level,
    )
    lower = golden.arguments["limit"] == "lower"
    interval = result.lower_interval if lower else result.upper_interval
    return Computed(
        value=result.lower if lower else result.upper,
        low=interval.low,
        high=interval.high,
        caveats=tuple(caveat.code for caveat in result.caveats),
    )


def _proportional(golden: Golden) -> Computed:
    result = proportional_bias(*_sides(golden), level=golden.level)
    return Computed.of(
        result,
        intercept=result.intercept,
        intercept_low=result.intercept_interval.low,
        intercept_high=result.intercept_interval.high,
        sigma=result.sigma,
        pearson_r_D_M=result.pearson,
    )


def _heteroscedastic(golden: Golden) -> Computed:
    result = heteroscedastic_limits(*_sides(golden), multiplier=golden.arguments["multiplier"], level=golden.level)
    return Computed.of(
        result,
        c0=result.c0,
        at_mean=result.at_mean,
        loa_low_at_mean=result.lower,
        loa_high_at_mean=result.upper,
    )


def _ratio(golden: Golden) -> Computed:
    result = ratio_limits(*_sides(golden), multiplier=golden.arguments["multiplier"], level=golden.level)
    return Computed.of(result, ratio_loa_low=result.lower, ratio_loa_high=result.upper)


def _long_names(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "evaluand": arguments["person"],
        "method": arguments["method_column"],
        "replicate": arguments["replicate"],
        "score": arguments["score"],
        "x_method": arguments["x_method"],
        "y_method": arguments["y_method"],
    }


def _repeated(golden: Golden) -> Computed:
    arguments = golden.arguments
    if arguments["form"] == "wide":
        frame = wide_replicates(golden.frame, evaluand=arguments["person"], x=arguments["x"], y=arguments["y"])
    else:
        frame = long_replicates(golden.frame, **_long_names(arguments))
    asked = arguments.get("ci")
    if asked not in (None, "mover_zou2013"):
        raise Unsupported(f"ci={asked}")
    result = repeated_limits(
        frame,
        model=arguments["model"],
        mean_over=arguments["mean_over"],
        multiplier=arguments["multiplier"],
        interval="mover" if asked else "none",
        # The records with this interval are SimplyAgree's, whose divisor leaves out single replicates.
        within_divisor="replicated_evaluands" if asked else "all_evaluands",
        level=golden.level,
    )
    return Computed.of(
        result,
        loa_low=result.lower,
        loa_high=result.upper,
        loa_low_lcl=result.lower_interval.low,
        loa_low_ucl=result.lower_interval.high,
        loa_high_lcl=result.upper_interval.low,
        loa_high_ucl=result.upper_interval.high,
        var_between=result.var_between,
        var_within=result.var_within[0] if result.var_within else float("nan"),
        sd_total=result.sd,
        n_subjects=result.n_used,
        n_pairs=result.n_pairs,
        **{"lambda": result.replicates_mean},
    )


def _mixed(golden: Golden) -> Computed:
    arguments = golden.arguments
    result = mixed_limits(
        golden.frame,
        **_long_names(arguments),
        linked=arguments["linked"],
        multiplier=arguments["multiplier"],
        level=golden.level,
    )
    return Computed.of(result, loa_low=result.lower, loa_high=result.upper, sd=result.sd)


CALLS: Mapping[str, Call] = {
    "bland_altman_bias": _bias,
    "bland_altman_loa": _limits,
    "bland_altman_proportional_bias": _proportional,
    "bland_altman_heteroscedasticity": _heteroscedastic,
    "bland_altman_ratio": _ratio,
    "bland_altman_repeated": _repeated,
    "bland_altman_mixed_model_loa": _mixed,
}
