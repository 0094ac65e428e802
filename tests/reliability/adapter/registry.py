"""Every call of every family."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from tests.reliability.adapter.shapes import Call

FAMILIES = (
    *("agreement", "krippendorff", "concordance", "icc", "consistency"),
    *("limits", "ccc", "regression", "shift", "migration"),
    *("g_theory", "sampling", "bunching"),
)


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
