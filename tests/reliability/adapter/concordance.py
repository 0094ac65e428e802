"""Golden calls of the measures of concordance."""

from __future__ import annotations

from collections.abc import Mapping

from perfkit.reliability.concordance import (
    kendall_tau_b,
    kendall_w,
    mean_pairwise_spearman,
    pearson_r,
    spearman_rho,
)
from tests.reliability.adapter.shapes import Call, Computed, Golden, Unsupported


def _kendall_w(golden: Golden) -> Computed:
    result = kendall_w(golden.columns, tie_correction=bool(golden.arguments["tie_correction"]), level=golden.level)
    return Computed.of(result, chisq=result.chisq, df=result.df, n=result.n_used, r=result.n_raters)


def _mean_pairwise_spearman(golden: Golden) -> Computed:
    return Computed.of(mean_pairwise_spearman(golden.columns, average=golden.arguments["average"], level=golden.level))


def _pair(golden: Golden) -> dict[str, object]:
    return {side: golden.frame[golden.arguments[side]] for side in ("x", "y")}


def _interval(golden: Golden) -> None:
    if golden.arguments.get("ci", "fisher_z") != "fisher_z":
        raise Unsupported(f"ci {golden.arguments['ci']}")


def _spearman_rho(golden: Golden) -> Computed:
    _interval(golden)
    return Computed.of(spearman_rho(**_pair(golden), level=golden.level))


def _pearson_r(golden: Golden) -> Computed:
    _interval(golden)
    return Computed.of(pearson_r(**_pair(golden), level=golden.level))


def _kendall_tau_b(golden: Golden) -> Computed:
    arguments = golden.arguments
    result = kendall_tau_b(
        **_pair(golden),
        interval=arguments.get("ci") or "none",
        test=arguments.get("p_method") or "asymptotic",
        level=golden.level,
    )
    return Computed.of(result, z=result.z, S=result.score, varS=result.score_variance)


CALLS: Mapping[str, Call] = {
    "kendall_w": _kendall_w,
    "mean_pairwise_spearman": _mean_pairwise_spearman,
    "spearman_rho": _spearman_rho,
    "pearson_r": _pearson_r,
    "kendall_tau_b": _kendall_tau_b,
}
