"""When perfkit's answer to a golden record holds: the rules of the golden README, with no case for a record's id.

reference
    Value, limits, p, standard error and the scored extra fields hold, each where the program gave it.
    The README withdraws an interval of no width ("a constant rater gives kappa 0 and no interval"), but some programs
    print one, down to their rounding noise: where recorded limits coincide with the value, NaN limits and a NaN z with
    a caveat hold too.
crosscheck
    The value holds.
edge
    Degenerate data: the digits alone never pass. A caveat must say so, and one of these must hold:

    * the value is NaN;
    * the value is the recorded one, and each limit is NaN or the recorded one, and what is recorded as infinite is so;
    * the record has no value and refers to other programs: then perfkit's answer holds against one of their records on
      the same question (as where R gives NaN and the note says what SAS does; a reference record asks for no caveat).

    The notes narrow this: where they ask for NaN, digits do not pass; where they ask for a NaN interval, recorded limits
    do not pass; where they call the lower limit meaningless, it must be NaN or minus infinity.
A value that the other program reached by maximising a restricted likelihood holds to ``ITERATIVE`` at least: it stops at
its own criterion, 3e-8 short of the maximum in one record whose score equations perfkit solves to 1e-15.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tests.reliability.adapter.shapes import Computed
from tests.reliability.records import Record, number
from tests.tolerances import ITERATIVE, PRINTED

# Extra fields that a reference record scores, from the table of the golden README; a star stands for any ending.
SCORED: Mapping[str, tuple[str, ...]] = {
    "icc": ("F", "df1", "df2", "n", "k"),
    "icc_test_zero": ("F", "df1", "df2"),
    "icc_test_nonzero_null": ("F", "df1", "df2"),
    "icc_variance_components": ("var_target", "var_rater", "var_residual", "icc_consistency"),
    "sem": (
        *("mdc95", "mdc95_exact_z", "mdc90", "repeatability"),
        *("MSR", "MSC", "MSE", "MSW", "n", "k"),
    ),
    "cronbach_alpha": ("n", "k", "alpha_formula"),
    "guttman_lambda": (
        *("lambda1", "lambda2", "lambda3", "lambda5", "lambda6"),
        *("lambda4_max", "split_half_min", "split_half_mean"),
    ),
    "split_half": ("r", "guttman"),
    "cohen_kappa": ("n", "po", "pe", "se_null", "z_null"),
    **dict.fromkeys(
        ("scott_pi", "brennan_prediger", "gwet_ac", "percent_agreement", "fleiss_kappa", "conger_kappa"), ("pa", "pe")
    ),
    "krippendorff_alpha_gwet": ("pa", "pe"),
    "krippendorff_alpha": ("n_pairable",),
    "fleiss_kappa_classic": ("z", "per_category_kappa"),
    "kendall_w": ("chisq", "df", "n", "r"),
    "overall_ccc": ("overall_precision", "overall_accuracy"),
    "lin_ccc": ("C_b", "pearson", "n", "scale_shift", "location_shift"),
    "bland_altman_bias": ("sd_diff", "n", "sd_of_means"),
    "bland_altman_proportional_bias": ("intercept", "intercept_low", "intercept_high", "sigma", "pearson_r_D_M"),
    "bland_altman_heteroscedasticity": ("c0", "at_mean", "loa_low_at_mean", "loa_high_at_mean"),
    "bland_altman_ratio": ("ratio_loa_low", "ratio_loa_high"),
    "bland_altman_repeated": (
        *("loa_low", "loa_high", "loa_low_lcl", "loa_low_ucl", "loa_high_lcl", "loa_high_ucl"),
        *("var_between", "var_within", "sd_total", "lambda", "n_subjects", "n_pairs"),
    ),
    "bland_altman_mixed_model_loa": ("loa_low", "loa_high", "sd"),
    **dict.fromkeys(
        ("deming_regression", "weighted_deming_regression", "deming_regression_known_errors"),
        ("intercept", "intercept_low", "intercept_high", "intercept_se"),
    ),
    "deming_regression_constant_cv": ("intercept",),
    "passing_bablok": ("intercept", "intercept_low", "intercept_high"),
    "paired_t": ("t", "df", "cohen_dz", "p_greater"),
    "wilcoxon_signed_rank": ("V", "n_nonzero", "walsh_median", "z"),
    "gtheory_variance_components": ("*",),
    "dstudy_g": ("var_rel", "var_abs", "sem_rel", "sem_abs", "phi"),
    "dstudy_phi": ("var_rel", "var_abs", "sem_rel", "sem_abs", "phi"),
    "mcnemar": ("b", "c"),
    "bowker": ("df",),
    "stuart_maxwell": ("df",),
    "bhapkar": ("df",),
    "grade_change_sign_test": ("lowered", "raised", "same"),
    "rddensity_jump_test": ("f_*", "h_*", "N_h_*", "n_*"),
    "mccrary_density_test": ("z", "binsize", "bandwidth"),
    "cutoff_binomial_test": ("left", "right"),
    "stratified_total": ("df",),
    "stratified_mean": ("df",),
    "ratio_estimator_total": ("R_*",),
    "attribute_upper_bound": ("mle",),
    "mus_upper_bound": ("mle", "n", "n_taints_positive", "n_taints_negative", "sum_taints"),
}
# The one field that is given with fewer digits than the tolerance asks for: three decimals.
PRINTED_FIELDS: Mapping[str, float] = {"per_category_kappa": PRINTED(3)}

# Below this a p-value is compared by its logarithm, within this tolerance.
SMALL_P = 1e-4
LOGARITHM = 1e-4

# What the arguments "missing" and "estimator" say of a restricted likelihood.
ITERATED = frozenset({"reml", "reml_all_available"})

ASKS_FOR_NAN = re.compile(r"NaN with a caveat")
ASKS_FOR_NO_INTERVAL = re.compile(r"NaN interval")
LOWER_LIMIT_MEANINGLESS = re.compile(r"lower limit is meaningless")


def near(computed: float, recorded: float, tolerance: float) -> bool:
    """Return whether two numbers agree: relative above 1, absolute below, infinities only to themselves."""
    if math.isinf(recorded) or math.isinf(computed):
        return computed == recorded
    return abs(computed - recorded) <= tolerance * max(1.0, abs(recorded))


def near_p(computed: float, recorded: float, tolerance: float) -> bool:
    """Return whether two p-values agree; a recorded 0 says only that the program ran out of digits."""
    if recorded == 0:
        return True
    if recorded >= SMALL_P:
        return near(computed, recorded, tolerance)
    return computed > 0 and abs(math.log10(computed) - math.log10(recorded)) <= LOGARITHM


def scored(statistic: str, field: str) -> bool:
    """Return whether an extra field is scored."""
    return any(fnmatchcase(field, pattern) for pattern in SCORED.get(statistic, ()))


def failures(record: Record, computed: Computed) -> list[str]:
    """Return what does not hold, one line each; empty where the record holds."""
    return list(_RULES[record.role](record, computed))


def _differs(name: str, computed: float, recorded: float | None, tolerance: float) -> Iterator[str]:
    if recorded is not None and not near(computed, recorded, tolerance):
        yield f"{name}: {computed!r} but {recorded!r} is recorded (tolerance {tolerance:g})"


def _value(record: Record, computed: Computed) -> Iterator[str]:
    iterated = not ITERATED.isdisjoint({str(record.arguments.get(name)) for name in ("missing", "estimator")})
    tolerance = max(record.tolerance, ITERATIVE) if iterated else record.tolerance
    yield from _differs("value", computed.value, record.value, tolerance)


def _withdrawn(record: Record, computed: Computed) -> bool:
    """Return whether the record's interval has no width, and the answer refuses it and says why."""
    if record.value is None or record.low is None or record.high is None:
        return False
    refused = math.isnan(computed.low) and math.isnan(computed.high) and len(computed.caveats) > 0
    return refused and all(near(record.value, limit, record.ci_tolerance) for limit in (record.low, record.high))


def _reference(record: Record, computed: Computed) -> Iterator[str]:
    withdrawn = _withdrawn(record, computed)
    yield from _value(record, computed)
    if not withdrawn:
        yield from _differs("low", computed.low, record.low, record.ci_tolerance)
        yield from _differs("high", computed.high, record.high, record.ci_tolerance)
    yield from _differs("se", computed.se, record.se, record.tolerance)
    if record.p is not None and not near_p(computed.p, record.p, record.tolerance):
        yield f"p: {computed.p!r} but {record.p!r} is recorded (tolerance {record.tolerance:g})"
    for name, recorded in record.extra.items():
        unknown = withdrawn and name == "z_null" and math.isnan(computed.extra.get(name, 0.0))
        if scored(record.statistic, name) and not unknown:
            yield from _extra(name, computed.extra, recorded, PRINTED_FIELDS.get(name, record.tolerance))


def _extra(name: str, computed: Mapping[str, Any], recorded: object, tolerance: float) -> Iterator[str]:
    """Yield what differs in an extra field, item by item where it is a list."""
    if name not in computed:
        yield f"{name}: not given but {recorded!r} is recorded"
        return
    theirs = recorded if isinstance(recorded, list) else [recorded]
    ours = list(computed[name]) if isinstance(recorded, list) else [computed[name]]
    if len(ours) != len(theirs):
        yield f"{name}: {len(ours)} numbers but {len(theirs)} are recorded"
        return
    for mine, other in zip(ours, theirs, strict=True):
        yield from _differs(name, float(mine), number(other), tolerance)


def _edge(record: Record, computed: Computed) -> Iterator[str]:
    if record.value is None and any(_told_by(twin, computed) for twin in record.twins):
        return
    if not computed.caveats:
        yield "no caveat on degenerate data"
    if math.isnan(computed.value):
        return
    if record.value is None or ASKS_FOR_NAN.search(record.notes):
        yield f"value: {computed.value!r} but it is undefined here"
        return
    yield from _value(record, computed)
    yield from _edge_limits(record, computed)
    for name, recorded in record.extra.items():
        if name in computed.extra and recorded in ("Infinity", "-Infinity"):
            yield from _extra(name, computed.extra, recorded, record.tolerance)


def _told_by(twin: Record, computed: Computed) -> bool:
    """Return whether another program's record on the same question has a value, and the answer holds against it."""
    return twin.role in ("reference", "edge") and twin.value is not None and not failures(twin, computed)


def _edge_limits(record: Record, computed: Computed) -> Iterator[str]:
    for name, limit, recorded in (("low", computed.low, record.low), ("high", computed.high, record.high)):
        if math.isnan(limit):
            continue
        if ASKS_FOR_NO_INTERVAL.search(record.notes):
            yield f"{name}: {limit!r} but there is no sound interval here"
        elif name == "low" and LOWER_LIMIT_MEANINGLESS.search(record.notes):
            if limit != -math.inf:
                yield f"low: {limit!r} but it is meaningless here"
        else:
            yield from _differs(name, limit, recorded, record.ci_tolerance)


_RULES = {"reference": _reference, "crosscheck": _value, "edge": _edge}
