"""Calls of the concordance correlation coefficients for golden records."""

from __future__ import annotations

from collections.abc import Mapping

from perfkit.reliability.difference.ccc import lin_ccc, overall_ccc
from tests.reliability.adapter.shapes import Call, Computed, Golden, Unsupported

INTERVALS = {None: "none", "z-transform": "z", "asymptotic": "asymptotic"}


def _lin(golden: Golden) -> Computed:
    asked = golden.arguments.get("ci")
    if asked not in INTERVALS:
        raise Unsupported(f"ci={asked}")
    result = lin_ccc(
        golden.frame[golden.arguments["x"]],
        golden.frame[golden.arguments["y"]],
        interval=INTERVALS[asked],
        level=golden.level,
    )
    return Computed.of(
        result,
        C_b=result.c_b,
        pearson=result.pearson,
        n=result.n_used,
        scale_shift=result.scale_shift,
        location_shift=result.location_shift,
    )


def _overall(golden: Golden) -> Computed:
    if golden.arguments.get("missing", "none") not in ("none", "listwise"):
        raise Unsupported(f"missing={golden.arguments['missing']}")
    result = overall_ccc(golden.columns, level=golden.level)
    return Computed.of(result, overall_precision=result.precision, overall_accuracy=result.accuracy)


CALLS: Mapping[str, Call] = {"lin_ccc": _lin, "overall_ccc": _overall}
