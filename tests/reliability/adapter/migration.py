"""Golden records of grades before and after → perfkit calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perfkit.reliability.difference.migration import (
    bhapkar,
    bowker,
    grade_change,
    mcnemar,
    ordinal_marginal_homogeneity,
    stuart_maxwell,
)
from tests.reliability.adapter.shapes import Call, Computed, Golden


def _grades(golden: Golden) -> dict[str, Any]:
    asked = golden.arguments
    return {
        "before": golden.frame[asked["row"]],
        "after": golden.frame[asked["col"]],
        "categories": asked["categories"],
    }


def _mcnemar(golden: Golden) -> Computed:
    found = mcnemar(**_grades(golden), correct=golden.arguments["correct"])
    return Computed.of(found, b=found.b, c=found.c)


def _mcnemar_exact(golden: Golden) -> Computed:
    found = mcnemar(**_grades(golden), exact=True, level=golden.level)
    return Computed.of(found, b=found.b, c=found.c)


def _bowker(golden: Golden) -> Computed:
    found = bowker(**_grades(golden), empty_pairs=golden.arguments["empty_pairs"])
    return Computed.of(found, df=found.df)


def _stuart_maxwell(golden: Golden) -> Computed:
    found = stuart_maxwell(**_grades(golden))
    return Computed.of(found, df=found.df)


def _bhapkar(golden: Golden) -> Computed:
    found = bhapkar(**_grades(golden))
    return Computed.of(found, df=found.df)


def _ordinal(golden: Golden) -> Computed:
    found = ordinal_marginal_homogeneity(**_grades(golden), scores=golden.arguments["scores"])
    return Computed.of(found)


def _grade_change(golden: Golden) -> Computed:
    found = grade_change(**_grades(golden), level=golden.level)
    return Computed.of(found, lowered=found.lowered, raised=found.raised, same=found.same)


CALLS: Mapping[str, Call] = {
    "mcnemar": _mcnemar,
    "mcnemar_exact": _mcnemar_exact,
    "bowker": _bowker,
    "stuart_maxwell": _stuart_maxwell,
    "bhapkar": _bhapkar,
    "ordinal_marginal_homogeneity": _ordinal,
    "grade_change_sign_test": _grade_change,
}
