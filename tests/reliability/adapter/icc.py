"""Golden records of the intraclass correlation, its tests, variance components and measurement error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perfkit.reliability.icc import icc, measurement_error, variance_components
from perfkit.reliability.icc.coefficient import IccResult
from tests.reliability.adapter.shapes import Call, Computed, Golden, Unsupported

LISTWISE = ("none", "listwise")
AVAILABLE = ("available", "reml_all_available")
SQUARES = ("MSR", "MSC", "MSE", "MSW")


def _missing(golden: Golden) -> dict[str, Any]:
    """Return perfkit's missing policy (and estimator, where the record names it) for that of the record."""
    policy = golden.arguments.get("missing", "none")
    if policy in LISTWISE:
        return {"missing": "listwise"}
    if policy not in AVAILABLE:
        raise Unsupported(f"missing: {policy}")
    return {"missing": "available"} | ({"estimator": "reml"} if policy.startswith("reml") else {})


def _computed(found: IccResult) -> Computed:
    squares = (found.ms_evaluand, found.ms_rater, found.ms_residual, found.ms_within)
    return Computed.of(
        found,
        F=found.f_statistic,
        df1=found.df1,
        df2=found.df2,
        n=found.n_used,
        k=found.n_raters,
        **dict(zip(SQUARES, squares, strict=True)),
    )


def _icc(golden: Golden) -> Computed:
    arguments = golden.arguments
    return _computed(
        icc(
            golden.columns,
            form=arguments["type"],
            level=golden.level,
            null=float(arguments.get("r0") or 0.0),
            **_missing(golden),
        )
    )


def _components(golden: Golden) -> Computed:
    arguments = golden.arguments
    if arguments.get("design", "p x r") != "p x r":
        raise Unsupported(f"design: {arguments['design']}")
    wanted = _missing(golden) | {"estimator": arguments.get("estimator", "anova").removesuffix("_ems")}
    found = variance_components(golden.columns, **wanted)
    consistency = arguments.get("type", "ICC(A,1)").startswith("ICC(C")
    return Computed(
        value=found.icc_consistency if consistency else found.icc_agreement,
        extra={
            "var_target": found.evaluand,
            "var_rater": found.rater,
            "var_residual": found.residual,
            "icc_consistency": found.icc_consistency,
        },
        caveats=tuple(caveat.code for caveat in found.caveats),
    )


def _error(golden: Golden) -> Computed:
    found = measurement_error(
        golden.columns,
        kind=golden.arguments["type"],
        level=golden.level,
        missing=_missing(golden)["missing"],
    )
    squares = (found.ms_evaluand, found.ms_rater, found.ms_residual, found.ms_within)
    return Computed.of(
        found,
        mdc95=found.mdc95,
        mdc95_exact_z=found.mdc95_exact_z,
        mdc90=found.mdc90,
        repeatability=found.repeatability,
        n=found.n_used,
        k=found.n_raters,
        df=found.df,
        **dict(zip(SQUARES, squares, strict=True)),
    )


CALLS: Mapping[str, Call] = {
    "icc": _icc,
    "icc_test_zero": _icc,
    "icc_test_nonzero_null": _icc,
    "icc_variance_components": _components,
    "sem": _error,
}
