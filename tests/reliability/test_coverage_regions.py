"""What the map of coverage says of differences, lines, generalizability and samples: low where it is, silent elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from data.simulations.coverage.cells import FAMILIES
from data.simulations.coverage.cells_difference_pairs import PAIRINGS, population
from data.simulations.coverage.cells_generalizability import balanced_study
from data.simulations.coverage.cells_sampling_frames import money, simple_sample, stratified_sample
from data.simulations.coverage.cells_sampling_frames import population as frame_of
from perfkit.errors import DataError
from perfkit.reliability.coverage import Region, coverage_map, coverage_of, lookup
from perfkit.reliability.difference.ccc import lin_ccc, overall_ccc
from perfkit.reliability.difference.covered_parts import covered_parts, pair_region
from perfkit.reliability.difference.limits import (
    difference_bias,
    heteroscedastic_limits,
    limits_of_agreement,
    proportional_bias,
    ratio_limits,
    repeated_limits,
)
from perfkit.reliability.difference.migration import grade_change, mcnemar
from perfkit.reliability.difference.regression import deming, passing_bablok
from perfkit.reliability.difference.shift import change_summary, equivalence, paired_t, sign_test, wilcoxon_signed_rank
from perfkit.reliability.generalizability import d_study, g_study, rater_severity
from perfkit.reliability.icc import icc, variance_components
from perfkit.reliability.percent import percent
from perfkit.reliability.sampling import (
    attribute_upper_bound,
    audit_total_error,
    describe_sample,
    difference_estimator,
    hansen_hurwitz,
    mean_per_unit,
    monetary_unit,
    monetary_unit_bound,
    pps,
    ratio_estimator,
    regression_estimator,
)
from perfkit.result import Result
from tests.tolerances import MONTE_CARLO, SAME_FORMULA

FloatArray = NDArray[np.float64]
LOW = "COVERAGE_LOW"
MINE = ("difference", "generalizability", "sampling")
# A sample whose shape is plain to the rule that judges it.
SEED = 11


def _told(result: Result) -> list[str]:
    return [caveat.text for caveat in result.caveats if caveat.code == LOW]


def _pairs(shape: str, n: int) -> tuple[FloatArray, FloatArray]:
    """Return pairs of a shape that the rule sees in them."""
    for seed in range(SEED, SEED + 50):
        x, y = PAIRINGS[shape].draw(np.random.default_rng(seed), n)
        if pair_region(x, y).found_shape() == shape:
            return x, y
    pytest.fail(f"no sample of {n} looks {shape}")


def _scores(shape: str, n: int, k: int) -> FloatArray:
    rng = np.random.default_rng(SEED)
    level, noise = rng.standard_normal((n, 1)), rng.standard_normal((n, k))
    table = np.exp(level) + 0.3 * np.exp(noise) if shape == "skewed" else level + 0.5 * noise
    return np.asarray(80.0 + 4.0 * table + np.arange(k))


PAIRED: Mapping[str, Callable[[FloatArray, FloatArray], Result]] = {
    "difference_bias": difference_bias,
    "limits_of_agreement": limits_of_agreement,
    "proportional_bias": proportional_bias,
    "heteroscedastic_limits": heteroscedastic_limits,
    "paired_t": paired_t,
    "equivalence": lambda x, y: equivalence(x, y, margin=1.0),
    "change_summary": change_summary,
}


@pytest.mark.parametrize("name", PAIRED)
@pytest.mark.parametrize("shape", ["skewed", "sparse"])
def test_skewed_and_sparse_differences_are_told(name: str, shape: str) -> None:
    (text,) = _told(PAIRED[name](*_pairs(shape, 30)))
    assert "n=30" in text
    assert percent(0.95, 0) in text


@pytest.mark.parametrize("name", PAIRED)
def test_normal_differences_pass_in_silence(name: str) -> None:
    assert not _told(PAIRED[name](*_pairs("normal", 100)))


def test_exact_intervals_are_never_told() -> None:
    x, y = _pairs("sparse", 30)
    before, after = np.where(x > 75, 2.0, 1.0), np.where(y > 75, 2.0, 1.0)
    after[:3] = 3.0 - before[:3]
    exact = (
        sign_test(x, y),
        wilcoxon_signed_rank(*_pairs("normal", 30)),
        mcnemar(before, after, categories=(1.0, 2.0), exact=True),
        grade_change(before, after),
        attribute_upper_bound(1, 30),
        attribute_upper_bound(9, 30, likelihood="hypergeometric", units=200),
        describe_sample(
            simple_sample("sparse", np.random.default_rng(SEED), 30),
            design=frame_of("sparse").simple,
            value="value",
            book="book",
        ),
    )
    assert not [one.kind for one in exact if _told(one)]


def test_concordance_of_skewed_scores_is_told() -> None:
    skewed, even = _scores("skewed", 30, 3), _scores("even", 300, 3)
    assert _told(lin_ccc(skewed[:, 0], skewed[:, 1]))
    assert _told(overall_ccc(skewed, interval="bootstrap", replicates=200))
    assert not _told(overall_ccc(skewed))
    assert not _told(lin_ccc(even[:, 0], even[:, 1], interval="none"))


def test_lines_of_even_scores_pass_in_silence() -> None:
    rng = np.random.default_rng(SEED)
    level = rng.normal(75.0, 8.0, 100)
    x, y = level + rng.normal(0.0, 2.0, 100), level + rng.normal(0.0, 2.0, 100)
    assert not _told(deming(x, y, interval="jackknife"))
    assert not _told(passing_bablok(x, y))


def test_ratios_and_replicates_are_told() -> None:
    rng = np.random.default_rng(SEED)
    y = rng.normal(75.0, 5.0, 30)
    assert _told(ratio_limits(y * np.exp(np.where(rng.random(30) < 0.7, 0.0, 0.05)), y))
    between = np.repeat(rng.lognormal(0.5, 1.0, 30), 2)
    frame = pd.DataFrame({"evaluand": np.repeat(np.arange(30), 2), "x": 75 + between, "y": 75 + rng.normal(0, 0.1, 60)})
    assert _told(repeated_limits(frame))


def test_generalizability_of_skewed_ratings_is_told() -> None:
    assert _told(d_study(g_study(_scores("skewed", 30, 4))))
    assert not _told(d_study(g_study(_scores("even", 30, 4))))
    assert not _told(rater_severity(_scores("even", 30, 4)))


def _estimates(shape: str, n: int, *, strata: bool) -> list[Result]:
    sample = stratified_sample if strata else simple_sample
    frame = sample(shape, np.random.default_rng(SEED), n)
    design = frame_of(shape).strata if strata else frame_of(shape).simple
    named = {"value": "value", "book": "book"}
    return [
        difference_estimator(frame, design=design, **named),
        ratio_estimator(frame, design=design, **named),
        regression_estimator(frame, design=design, **named),
        audit_total_error(frame, design=design, book="book", audit="value", estimator="regression"),
    ]


@pytest.mark.parametrize("strata", [False, True], ids=["simple", "stratified"])
def test_totals_of_mostly_unchanged_units_are_told(strata: bool) -> None:
    told = [one.kind for one in _estimates("sparse", 30, strata=strata) if _told(one)]
    assert "regression_estimator" in told
    assert "difference_estimator" in told


def test_totals_of_even_scores_pass_in_silence() -> None:
    assert not [
        one.kind for one in _estimates("normal", 30, strata=False) if one.kind != "regression_estimator" and _told(one)
    ]
    frame = simple_sample("even", np.random.default_rng(SEED), 100)
    assert not _told(mean_per_unit(frame, design=frame_of("even").simple, value="value"))
    skewed = simple_sample("skewed", np.random.default_rng(SEED), 30)
    assert _told(mean_per_unit(skewed, design=frame_of("skewed").simple, value="value"))


def test_bounds_on_money_are_told_by_their_worst_errors() -> None:
    found = money("whole")
    frame = found.table.take(np.random.default_rng(SEED).integers(0, len(found.table), 100))
    design = monetary_unit(found.total)
    assert not _told(monetary_unit_bound(frame, design=design, book="book", audit="audit"))
    assert _told(monetary_unit_bound(frame, design=design, book="book", audit="audit", bound="rohrbach"))
    total = hansen_hurwitz(frame, design=pps(found.total), value="value", book="book")
    assert total.interval_method == "t"


def test_values_and_intervals_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = _pairs("sparse", 30)
    calls: list[Callable[[], Result]] = [
        *(lambda name=name: PAIRED[name](x, y) for name in PAIRED),
        lambda: d_study(g_study(_scores("skewed", 30, 4))),
        lambda: _estimates("sparse", 30, strata=True)[2],
    ]
    before = [call() for call in calls]
    assert all(map(_told, before))
    monkeypatch.setattr(lookup, "_INDEX", {})
    for call, result in zip(calls, before, strict=True):
        plain = tuple(caveat for caveat in result.caveats if caveat.code != LOW)
        assert str(dataclasses.replace(result, caveats=plain).to_record()) == str(call().to_record())


def test_no_interval_no_reservation() -> None:
    x, y = _pairs("sparse", 30)
    assert not _told(difference_bias(x[:1], y[:1]))
    assert not _told(wilcoxon_signed_rank(x, y, interval="none"))
    frame = simple_sample("sparse", np.random.default_rng(SEED), 5)
    found = difference_estimator(frame, design=frame_of("sparse").simple, value="value", book="book")
    assert [caveat.code for caveat in found.caveats] == ["TOO_FEW_FOR_INTERVAL"]


def test_the_shape_is_found_only_where_it_may_matter() -> None:
    def asked() -> str:
        raise AssertionError

    result = sign_test(*_pairs("sparse", 30))
    assert covered_parts(result, [(Region(n=30, shape=asked), "clopper_pearson")]) is result


def test_of_several_intervals_the_lowest_is_told() -> None:
    x, y = _pairs("skewed", 100)
    (text,) = _told(limits_of_agreement(x, y))
    regions = [pair_region(x, y, design) for design in ("lower", "upper")]
    found = [coverage_of("limits_of_agreement", "exact", region) for region in regions]
    assert percent(min(one.coverage for one in found if one)) in text


def test_noise_of_tenths_does_not_hide_what_is_unchanged() -> None:
    y = np.arange(40) / 10 + 80
    x = np.where(np.arange(40) % 4 == 0, y + 1.3, y * 1.1 - y * 0.1)
    assert (x != y).mean() > 0.5
    assert pair_region(x, y).found_shape() == "sparse"


def test_too_few_units_are_told_by_the_simulated_figure() -> None:
    frame = simple_sample("sparse", np.random.default_rng(SEED), 5)
    found = difference_estimator(frame, design=frame_of("sparse").simple, value="value", book="book")
    simulated = coverage_of("difference_estimator", "t", Region(n=3, shape="sparse", design="simple"))
    assert simulated is not None
    assert simulated.verdict == "low"
    assert percent(simulated.coverage) in found.caveats[0].text


def test_every_interval_of_these_rooms_is_on_the_map_with_two_sizes() -> None:
    for family in MINE:
        named = {(cell.statistic, cell.interval_method) for cell in FAMILIES[family]}
        for statistic, method in named:
            frame = coverage_map(statistic, interval_method=method).to_frame()
            assert frame["n"].nunique() >= 2, (statistic, method)
            assert len(frame) == sum(
                (one.statistic, one.interval_method) == (statistic, method) for one in FAMILIES[family]
            )


def test_exact_intervals_keep_their_level() -> None:
    frame = coverage_map().to_frame()
    mine = frame[frame["exact"] & frame["statistic"].isin({cell.statistic for name in MINE for cell in FAMILIES[name]})]
    assert len(mine) > 40
    assert not (mine["verdict"] == "low").any(), mine[mine["verdict"] == "low"]


@pytest.mark.parametrize("shape", ["normal", "skewed", "sparse"])
def test_truths_in_closed_form_are_those_of_the_population(shape: str) -> None:
    x, y = population(shape)
    pairing, n = PAIRINGS[shape], len(x)
    assert abs((x - y).mean() - pairing.mean) < MONTE_CARLO * pairing.sd / np.sqrt(n)
    fourth = float((((x - y) - pairing.mean) ** 4).mean())
    assert abs((x - y).var() - pairing.sd**2) < MONTE_CARLO * np.sqrt((fourth - pairing.sd**4) / n)


@pytest.mark.parametrize("design", ["p x r", "r:p"])
def test_the_simulated_study_is_that_of_the_room(design: Any) -> None:
    ratings = _scores("even", 12, 3)
    simulated, ours = balanced_study(ratings, design), g_study(ratings, design=design)
    for part in ("g_interval", "phi_interval"):
        one, other = (getattr(d_study(study), part) for study in (simulated, ours))
        assert (one.low, one.high) == pytest.approx((other.low, other.high), rel=SAME_FORMULA)


@pytest.mark.parametrize("ratings", [np.full((4, 3), 1e150) * np.arange(12).reshape(4, 3), [[1e61, 2.0], [3.0, 4.0]]])
@pytest.mark.parametrize("statistic", [g_study, rater_severity, icc, variance_components])
def test_ratings_too_large_for_their_fourth_power_are_refused(statistic: Callable[..., Any], ratings: Any) -> None:
    with pytest.raises(DataError, match=r"RT-SCALE.*1e\+60"):
        statistic(ratings, **({"form": "ICC(A,1)"} if statistic is icc else {}))


def test_components_are_named_in_words() -> None:
    table = [[82, 85, 79], [74, 71, 77], [90, 88, 89], [66, 70, 65], [78, 76, 80]]
    (caveat,) = (one for one in g_study(table).caveats if one.code == "NEGATIVE_COMPONENT")
    assert "「评分者」" in caveat.text
    (fitted,) = (one for one in g_study(table, estimator="reml").caveats if one.code == "BOUNDARY")
    assert "「评分者」" in fitted.text
    rng = np.random.default_rng(2)
    rows = [(p, i, r) for p in range(4) for i in range(3) for r in range(3)]
    long = pd.DataFrame(rows, columns=["person", "item", "rater"]).assign(score=rng.normal(size=36))
    texts = " ".join(one.text for one in g_study(long, design="p x i x r", score="score").caveats)
    assert "×" in texts
    assert "_" not in texts


def test_percentages_are_rounded_half_up() -> None:
    assert [percent(share) for share in (0.0125, 0.9505, 1.0, float("nan"))] == ["1.3%", "95.1%", "100.0%", "NaN"]
    assert percent(0.125, 0) == "13%"
