"""Every call of the families that are there, and the families that the next issue brings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from tests.reliability.adapter.shapes import Call

FAMILIES = (
    *("agreement", "krippendorff", "concordance", "icc", "consistency"),
    *("limits", "ccc", "regression", "shift", "migration"),
)

# Statistics without a call until their family is written. A test makes this list shrink as soon as the module is there.
NEXT_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "g_theory": ("gtheory_variance_components", "dstudy_g", "dstudy_phi"),
    "sampling": (
        *("stratified_total", "stratified_mean", "combined_ratio", "ratio_estimator_total"),
        *("difference_estimator_total", "attribute_upper_bound", "poisson_reliability_factor"),
        *("mus_sample_size", "mus_upper_bound", "audit_estimator_total_error"),
    ),
    "bunching": ("rddensity_jump_test", "mccrary_density_test", "cutoff_binomial_test"),
}
NOT_YET = frozenset(name for names in NEXT_FAMILIES.values() for name in names)


def module_of(family: str) -> str | None:
    """Return the dotted name of a family's adapter, ``None`` where there is none."""
    name = f"{__package__}.{family}"
    return name if find_spec(name) else None


@cache
def calls() -> Mapping[str, Call]:
    """Return the call of every statistic; a statistic that two families claim is a mistake.

    Imported when first asked for: a family that cannot be imported fails the golden tests, not the collection of all.
    """
    found: dict[str, Call] = {}
    for family in FAMILIES:
        name = module_of(family)
        own: Mapping[str, Call] = import_module(name).CALLS if name else {}
        twice = found.keys() & own.keys()
        if twice:
            raise ValueError(f"{family} claims what another family calls already: {sorted(twice)}")
        found.update(own)
    return found
