"""Golden records of agreement coefficients → perfkit calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from perfkit.reliability.agreement import (
    all_raters_agree,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    fleiss_kappa_classic,
    gwet_ac,
    light_kappa,
    percent_agreement,
    scott_pi,
)
from perfkit.reliability.agreement.coefficient import AgreementResult
from tests.reliability.adapter.shapes import Call, Computed, Golden, Unsupported

WEIGHTS = {"unweighted": "identity", "linear": "linear", "quadratic": "quadratic", "ordinal": "ordinal"}
MISSING = {"none": "available", "available": "available", "listwise": "listwise"}
DIVISORS = {"gwet_div_n_minus_1": "n-1", "gwet_div_n": "n"}


def _known(table: Mapping[str, str], golden: Golden, key: str, default: str) -> str:
    """Return perfkit's word for an argument of the record."""
    word = golden.arguments.get(key, default)
    if word not in table:
        raise Unsupported(f"{key}={word!r}")
    return table[word]


def _graded(golden: Golden) -> dict[str, Any]:
    """Return the arguments that all coefficients on grades share."""
    return {"ratings": golden.columns, "categories": golden.arguments.get("categories"), "level": golden.level}


def _weighted(golden: Golden) -> dict[str, Any]:
    return {**_graded(golden), "weights": _known(WEIGHTS, golden, "weights", "unweighted")}


def _gwet_form(statistic: Callable[..., AgreementResult], *, two_raters: bool = False) -> Call:
    """Return the call of a coefficient with Gwet's variance over units."""

    def call(golden: Golden) -> Computed:
        options = {**_weighted(golden), "divisor": _known(DIVISORS, golden, "variance", "gwet_div_n_minus_1")}
        if not two_raters:
            options["missing"] = _known(MISSING, golden, "missing", "none")
        result = statistic(**options)
        return Computed.of(result, pa=result.pa, pe=result.pe, n=result.n_used)

    return call


def _cohen(golden: Golden) -> Computed:
    variance = golden.arguments.get("variance", "fce1969")
    if variance == "fce1969":
        options = {"variance": "fce1969", "quantile": golden.arguments.get("quantile", "normal")}
    else:
        options = {"variance": "gwet", "divisor": _known(DIVISORS, golden, "variance", "")}
    result = cohen_kappa(**_weighted(golden), **options)
    return Computed.of(
        result,
        n=result.n_used,
        po=result.pa,
        pe=result.pe,
        se_null=result.se_null,
        z_null=result.z_null,
        z=result.z_null,
    )


def _fleiss_classic(golden: Golden) -> Computed:
    result = fleiss_kappa_classic(**_graded(golden))
    return Computed.of(result, z=result.z, per_category_kappa=result.per_category_kappa)


def _light(golden: Golden) -> Computed:
    return Computed.of(light_kappa(**_weighted(golden)))


def _conger_exact(golden: Golden) -> Computed:
    return Computed.of(conger_kappa(**_graded(golden), missing="listwise"))


def _all_agree(golden: Golden) -> Computed:
    result = all_raters_agree(golden.columns, tolerance=golden.arguments["tolerance"], level=golden.level)
    percent = Computed.of(result)
    return Computed(value=100 * percent.value, low=100 * percent.low, high=100 * percent.high, caveats=percent.caveats)


CALLS: Mapping[str, Call] = {
    "percent_agreement": _gwet_form(percent_agreement),
    "all_raters_agree_percent": _all_agree,
    "cohen_kappa": _cohen,
    "scott_pi": _gwet_form(scott_pi, two_raters=True),
    "brennan_prediger": _gwet_form(brennan_prediger),
    "gwet_ac": _gwet_form(gwet_ac),
    "fleiss_kappa": _gwet_form(fleiss_kappa),
    "conger_kappa": _gwet_form(conger_kappa),
    "conger_exact_kappa": _conger_exact,
    "fleiss_kappa_classic": _fleiss_classic,
    "light_kappa": _light,
}
