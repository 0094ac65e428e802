"""Golden calls of internal consistency: alpha, omega, Guttman's lambdas, split half."""

from __future__ import annotations

from collections.abc import Mapping

from perfkit.reliability.consistency import cronbach_alpha, guttman_lambdas, omega_total, split_half
from tests.reliability.adapter.shapes import Call, Computed, Golden

ESTIMATORS = {"minres_1factor": "minres", "ML_congeneric_cfa": "ml"}


def _alpha(golden: Golden) -> Computed:
    result = cronbach_alpha(golden.columns, standardized=bool(golden.arguments["standardized"]), level=golden.level)
    return Computed.of(result, n=result.n_used, k=result.n_items, alpha_formula=result.value)


def _omega(golden: Golden) -> Computed:
    estimator = ESTIMATORS[golden.arguments["estimator"]]
    interval = "delta" if "ci" in golden.arguments else "none"
    metric = golden.arguments["metric"]
    result = omega_total(golden.columns, estimator=estimator, metric=metric, interval=interval, level=golden.level)
    return Computed.of(result)


def _lambdas(golden: Golden) -> Computed:
    result = guttman_lambdas(golden.columns, metric=golden.arguments["metric"], interval="none", level=golden.level)
    return Computed.of(
        result,
        lambda1=result.lambda1,
        lambda2=result.lambda2,
        lambda3=result.lambda3,
        lambda4_max=result.lambda4,
        lambda5=result.lambda5,
        lambda6=result.lambda6,
        split_half_min=result.split_half_min,
        split_half_mean=result.split_half_mean,
    )


def _halves(golden: Golden) -> Computed:
    split, correction = golden.arguments["split"], golden.arguments["correction"]
    result = split_half(golden.columns, split=split, correction=correction, interval="none", level=golden.level)
    return Computed.of(result, r=result.r, guttman=result.guttman)


CALLS: Mapping[str, Call] = {
    "cronbach_alpha": _alpha,
    "mcdonald_omega_total": _omega,
    "guttman_lambda": _lambdas,
    "split_half": _halves,
}
