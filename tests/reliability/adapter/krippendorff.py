"""Golden calls of Krippendorff's alpha: by metric, with the bootstrap, and in Gwet's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perfkit.reliability.agreement.krippendorff import krippendorff_alpha
from perfkit.reliability.agreement.krippendorff_gwet import krippendorff_alpha_gwet
from tests.reliability.adapter.shapes import Call, Computed, Golden, Unsupported

WEIGHTS = {"unweighted": "identity"}
DIVISORS = {"gwet_div_n_minus_1": "n-1", "gwet_div_n": "n"}


def _missing(golden: Golden) -> Any:
    return "listwise" if golden.arguments.get("missing") == "listwise" else "available"


def _alpha(golden: Golden) -> Computed:
    result = krippendorff_alpha(golden.columns, metric=golden.arguments["metric"], missing=_missing(golden))
    return Computed.of(result, n_pairable=result.n_pairable)


def _alpha_bootstrap(golden: Golden) -> Computed:
    arguments = golden.arguments
    if arguments.get("resample", "units") != "units":
        raise Unsupported(f"resample {arguments['resample']}")
    result = krippendorff_alpha(
        golden.columns,
        metric=arguments["metric"],
        categories=arguments.get("categories"),
        missing=_missing(golden),
        interval="bootstrap",
        level=golden.level,
        replicates=int(arguments["replicates"]),
        seed=int(arguments["seed"]),
        kind=arguments["ci"],
    )
    return Computed.of(result, n_pairable=result.n_pairable)


def _alpha_gwet(golden: Golden) -> Computed:
    arguments = golden.arguments
    weights = arguments["weights"]
    result = krippendorff_alpha_gwet(
        golden.columns,
        weights=WEIGHTS.get(weights, weights) if isinstance(weights, str) else weights,
        categories=arguments["categories"],
        missing=_missing(golden),
        divisor=DIVISORS[arguments["variance"]],
        level=golden.level,
    )
    return Computed.of(result, pa=result.pa, pe=result.pe)


CALLS: Mapping[str, Call] = {
    "krippendorff_alpha": _alpha,
    "krippendorff_alpha_bootstrap": _alpha_bootstrap,
    "krippendorff_alpha_gwet": _alpha_gwet,
}
