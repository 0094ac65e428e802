"""Golden calls of sampling: stratified, ratio and difference estimators, attribute and monetary-unit bounds, sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from perfkit.reliability.sampling.bounds import attribute_upper_bound, poisson_reliability_factor
from perfkit.reliability.sampling.bounds_money import monetary_unit_bound
from perfkit.reliability.sampling.design import Design, monetary_unit, simple_random, stratified
from perfkit.reliability.sampling.estimators import difference_estimator, mean_per_unit
from perfkit.reliability.sampling.estimators_audit import audit_total_error
from perfkit.reliability.sampling.estimators_ratio import ratio_estimator
from perfkit.reliability.sampling.sizes_mus import monetary_unit_size
from tests.reliability.adapter.shapes import Call, Computed, Golden

# The reference programs give an interval whatever the number of units: asked for here, never the default.
ANY_SIZE = 2


def _stratified(golden: Golden) -> tuple[pd.DataFrame, Design]:
    """Return the sample with its strata as text, as the names of N_h are, and its design."""
    arguments = golden.arguments
    column = arguments["strata"]
    frame = golden.frame.assign(**{column: golden.frame[column].astype(str)})
    design = stratified(column, arguments["N_h"], book_totals=arguments.get("X_h"), book_total=arguments.get("X_total"))
    return frame, design


def _options(golden: Golden, *, book: bool) -> dict[str, Any]:
    columns = {"value": golden.arguments["value"]} | ({"book": golden.arguments["book"]} if book else {})
    return columns | {"level": golden.level, "least_n": ANY_SIZE}


def _mean(golden: Golden) -> Computed:
    frame, design = _stratified(golden)
    result = mean_per_unit(frame, design=design, estimand="mean", **_options(golden, book=False))
    return Computed.of(result, df=result.df)


def _total(golden: Golden) -> Computed:
    frame, design = _stratified(golden)
    result = mean_per_unit(frame, design=design, estimand="total", **_options(golden, book=False))
    return Computed.of(result, df=result.df)


def _combined_ratio(golden: Golden) -> Computed:
    frame, design = _stratified(golden)
    return Computed.of(ratio_estimator(frame, design=design, estimand="ratio", **_options(golden, book=True)))


def _ratio_total(golden: Golden) -> Computed:
    frame, design = _stratified(golden)
    form = golden.arguments["type"]
    result = ratio_estimator(frame, design=design, form=form, estimand="total", **_options(golden, book=True))
    # The records name a stratum's ratio by its name or by its first letter.
    ratios = {f"R_{short}": ratio for name, ratio in result.ratios.items() for short in (name[:1], name)}
    return Computed.of(result, **ratios)


def _difference_total(golden: Golden) -> Computed:
    frame, design = _stratified(golden)
    return Computed.of(difference_estimator(frame, design=design, estimand="total", **_options(golden, book=True)))


def _attribute(golden: Golden) -> Computed:
    arguments = golden.arguments
    result = attribute_upper_bound(
        arguments["k"],
        arguments["n"],
        likelihood=arguments["likelihood"],
        units=arguments.get("N"),
        level=golden.level,
    )
    return Computed.of(result, mle=result.mle)


def _factor(golden: Golden) -> Computed:
    return Computed(value=poisson_reliability_factor(golden.arguments["k"], level=golden.level))


def _size(golden: Golden) -> Computed:
    arguments = golden.arguments
    result = monetary_unit_size(
        arguments["materiality"],
        expected=arguments["expected"],
        likelihood=arguments["likelihood"],
        units=arguments.get("N"),
        level=golden.level,
    )
    return Computed(value=result.value, caveats=tuple(caveat.code for caveat in result.caveats))


def _audited(golden: Golden) -> pd.DataFrame:
    """Return the rows of the table that form the audit sample."""
    rows = pd.read_csv(golden.data / f"{golden.arguments['sample']}.csv")["row"]
    return golden.frame.iloc[rows.to_numpy() - 1]


def _money_bound(golden: Golden) -> Computed:
    arguments = golden.arguments
    result = monetary_unit_bound(
        _audited(golden),
        design=monetary_unit(arguments.get("book_total"), units=arguments.get("N_items")),
        book=arguments["book"],
        audit=arguments["audit"],
        bound=arguments["method"],
        level=golden.level,
    )
    return Computed.of(
        result,
        mle=result.mle,
        n=result.n_used,
        n_taints_positive=result.n_positive,
        n_taints_negative=result.n_negative,
        sum_taints=result.sum_taints,
    )


def _audit_error(golden: Golden) -> Computed:
    arguments = golden.arguments
    result = audit_total_error(
        _audited(golden),
        design=simple_random(arguments["N_items"], book_total=arguments["book_total"]),
        book=arguments["book"],
        audit=arguments["audit"],
        estimator=arguments["method"],
        finite_population=False,
        level=golden.level,
        least_n=ANY_SIZE,
    )
    return Computed.of(result)


CALLS: Mapping[str, Call] = {
    "stratified_mean": _mean,
    "stratified_total": _total,
    "combined_ratio": _combined_ratio,
    "ratio_estimator_total": _ratio_total,
    "difference_estimator_total": _difference_total,
    "attribute_upper_bound": _attribute,
    "poisson_reliability_factor": _factor,
    "mus_sample_size": _size,
    "mus_upper_bound": _money_bound,
    "audit_estimator_total_error": _audit_error,
}
