"""Golden records of bunching at a cutoff → perfkit calls."""

from __future__ import annotations

from collections.abc import Mapping

from perfkit.reliability.anomaly import cutoff_binomial, density_jump, mccrary
from tests.reliability.adapter.shapes import Call, Computed, Golden, Unsupported

# The records hold the bare statistics of programs that refuse no score: perfkit's guard is switched off.
UNGUARDED = {"least_distinct": 0, "least_effective": 0}
DEFAULT = "mccrary2008"


def _density_jump(golden: Golden) -> Computed:
    asked = golden.arguments
    found = density_jump(
        golden.frame[asked["column"]],
        cutoff=asked["cutoff"],
        order=asked["poly_order"],
        bias_order=asked["bias_order"],
        kernel=asked["kernel"],
        variance=asked["vce"],
        model=asked["fitselect"],
        selector=asked["bwselect"],
        **UNGUARDED,
    )
    return Computed.of(
        found,
        f_left=found.density_left,
        f_right=found.density_right,
        h_left=found.bandwidth_left,
        h_right=found.bandwidth_right,
        N_h_left=found.effective_left,
        N_h_right=found.effective_right,
        n_left=found.n_left,
        n_right=found.n_right,
    )


def _width(asked: object) -> float | None:
    """Return a width that a record gives; ``None`` for the program's default."""
    if asked == DEFAULT:
        return None
    if isinstance(asked, (int, float)):
        return float(asked)
    raise Unsupported(f"width {asked!r}")


def _mccrary(golden: Golden) -> Computed:
    asked = golden.arguments
    found = mccrary(
        golden.frame[asked["column"]],
        cutoff=asked["cutoff"],
        binsize=_width(asked["binsize"]),
        bandwidth=_width(asked["bandwidth"]),
        **UNGUARDED,
    )
    return Computed.of(found, z=found.z, binsize=found.binsize, bandwidth=found.bandwidth)


def _cutoff_binomial(golden: Golden) -> Computed:
    asked = golden.arguments
    found = cutoff_binomial(
        golden.frame[asked["column"]],
        cutoff=asked["cutoff"],
        window=asked["window"],
        share=asked["p0"],
        closed=asked["closed"],
        level=golden.level,
    )
    return Computed.of(found, left=found.left, right=found.right)


CALLS: Mapping[str, Call] = {
    "rddensity_jump_test": _density_jump,
    "mccrary_density_test": _mccrary,
    "cutoff_binomial_test": _cutoff_binomial,
}
