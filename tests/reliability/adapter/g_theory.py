"""Golden records of generalizability studies: variance components, G and Phi."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perfkit.reliability.generalizability import DStudyResult, GStudyResult, d_study, g_study
from tests.reliability.adapter.shapes import Call, Computed, Golden, Unsupported

FACETS = ("person", "rater", "item", "task")
NUMBERS = ("n_rater", "n_item", "n_task")
POLICIES = {"available": "available", "reml_all_available": "available", "listwise": "listwise"}
ESTIMATORS = {"anova": "anova_ems", "anova_ems": "anova_ems", "reml": "reml"}


def _study(golden: Golden) -> GStudyResult:
    arguments = golden.arguments
    estimator = arguments.get("estimator", "anova_ems")
    if estimator not in ESTIMATORS:
        raise Unsupported(f"estimator: {estimator}")
    estimator = ESTIMATORS[estimator]
    policy = arguments.get("missing", "none")
    if policy == "none":
        policy = "listwise" if estimator == "anova_ems" else "available"
    if policy not in POLICIES:
        raise Unsupported(f"missing: {policy}")
    options: dict[str, Any] = {
        "design": arguments["design"],
        "estimator": estimator,
        "missing": POLICIES[policy],
    }
    if "score" in arguments:
        named = {facet: arguments[facet] for facet in FACETS if facet in arguments}
        return g_study(golden.frame, score=arguments["score"], **named, **options)
    return g_study(golden.columns, **options)


def _variances(study: GStudyResult) -> dict[str, float]:
    """Return the components by name; what holds nested raters and error in one goes by either name."""
    found = {one.name: one.variance for one in study.components}
    if study.design == "r:p":
        found["rater_in_person"] = found["residual"]
    return found


def _codes(result: GStudyResult | DStudyResult) -> tuple[str, ...]:
    return tuple(caveat.code for caveat in result.caveats)


def _components(golden: Golden) -> Computed:
    study = _study(golden)
    found = _variances(study)
    return Computed(value=found["person"], extra=found, caveats=_codes(study))


def _decision(golden: Golden) -> DStudyResult:
    numbers = {name: golden.arguments[name] for name in NUMBERS if golden.arguments.get(name) is not None}
    return d_study(_study(golden), **numbers)


def _coefficient(name: str) -> Call:
    """Return the call for one of both coefficients, the other and the errors beside it."""

    def call(golden: Golden) -> Computed:
        found = _decision(golden)
        fields = ("g", "phi", "var_rel", "var_abs", "sem_rel", "sem_abs")
        extra = {field: getattr(found, field) for field in fields}
        return Computed(value=extra[name], extra=extra, caveats=_codes(found))

    return call


CALLS: Mapping[str, Call] = {
    "gtheory_variance_components": _components,
    "dstudy_g": _coefficient("g"),
    "dstudy_phi": _coefficient("phi"),
}
