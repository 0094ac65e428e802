"""Krippendorff's alpha against its coincidence matrix, its paper, its invariants and the ugly cases."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from statsmodels.stats import inter_rater

from perfkit.errors import DataError, MethodError
from perfkit.reliability.agreement import krippendorff_alpha
from perfkit.reliability.agreement.krippendorff import METRICS
from perfkit.reliability.agreement.krippendorff_disagreement import CodedUnits, IntervalUnits
from perfkit.reliability.grades import coded
from tests.tolerances import MONTE_CARLO, PRINTED, SAME_FORMULA

NAN = float("nan")
# Krippendorff (2011), section C: 12 units, observers A to D.
PAPER = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T
PRINTED_ALPHA = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797}


def by_coincidences(ratings: NDArray[np.float64], metric: str) -> float:
    """Return alpha the long way: the coincidence matrix of the values and the table of their distances."""
    units = [row[~np.isnan(row)] for row in ratings]
    units = [row for row in units if len(row) > 1]
    values = np.unique(np.concatenate(units))
    table = np.zeros((len(values), len(values)))
    for row in units:
        places = np.searchsorted(values, row)
        for i, j in product(range(len(row)), repeat=2):
            if i != j:
                table[places[i], places[j]] += 1 / (len(row) - 1)
    margins = table.sum(axis=1)
    distance = np.zeros_like(table)
    for c, k in product(range(len(values)), repeat=2):
        a, b = values[c], values[k]
        low, high = min(c, k), max(c, k)
        distance[c, k] = {
            "nominal": float(c != k),
            "ordinal": (margins[low : high + 1].sum() - (margins[c] + margins[k]) / 2) ** 2,
            "interval": (a - b) ** 2,
            "ratio": ((a - b) / (a + b)) ** 2 if a + b else 0.0,
        }[metric]
    expected = (np.outer(margins, margins) * distance).sum() / (margins.sum() - 1)
    return float(1 - (table * distance).sum() / expected) if expected else NAN


def codes_of(ratings: NDArray[np.float64]) -> object:
    return coded(np.where(np.isnan(ratings), 0, ratings).astype(np.int8) - 1, [1, 2, 3, 4, 5])


SCORES = arrays(
    np.float64,
    st.tuples(st.integers(2, 12), st.integers(2, 5)),
    elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, NAN]),
)
METRIC = st.sampled_from(METRICS)


def same(value: float) -> object:
    return pytest.approx(value, rel=SAME_FORMULA, abs=SAME_FORMULA, nan_ok=True)


@pytest.mark.parametrize("metric", METRICS)
def test_the_example_of_the_paper(metric: str) -> None:
    result = krippendorff_alpha(PAPER, metric=metric)
    assert result.value == pytest.approx(PRINTED_ALPHA[metric], abs=PRINTED(3))
    assert (result.n_used, result.n_dropped, result.n_pairable) == (11, 1, 40)
    assert result.missing == "available"
    assert result.kind == "krippendorff_alpha"
    assert result.value == same(1 - result.observed / result.expected)


@given(SCORES, METRIC)
@settings(deadline=None)
def test_sums_equal_the_coincidence_matrix(ratings: NDArray[np.float64], metric: str) -> None:
    result = krippendorff_alpha(ratings, metric=metric)
    by_codes = krippendorff_alpha(codes_of(ratings), metric=metric)
    assert by_codes.value == same(result.value)
    assert by_codes.n_pairable == result.n_pairable
    if result.n_used < 2:
        assert [caveat.code for caveat in result.caveats] == ["TOO_FEW"]
    else:
        assert result.value == same(by_coincidences(ratings, metric))
        assert np.isnan(result.value) == bool(result.caveats)


@given(SCORES, METRIC, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_order_of_raters_and_evaluands_does_not_matter(
    ratings: NDArray[np.float64], metric: str, chance: object
) -> None:
    rng = np.random.default_rng(chance.getrandbits(32))  # type: ignore[attr-defined]
    turned = ratings[rng.permutation(len(ratings))][:, rng.permutation(ratings.shape[1])]
    assert krippendorff_alpha(turned, metric=metric).value == same(krippendorff_alpha(ratings, metric=metric).value)


@given(SCORES)
@settings(deadline=None)
def test_what_each_metric_is_blind_to(ratings: NDArray[np.float64]) -> None:
    def alpha(values: NDArray[np.float64], metric: str) -> float:
        return krippendorff_alpha(values, metric=metric).value

    assert alpha(np.asarray((3 * ratings) % 7), "nominal") == same(alpha(ratings, "nominal"))
    assert alpha(np.exp(ratings), "ordinal") == same(alpha(ratings, "ordinal"))
    assert alpha(5 - 2 * ratings, "interval") == same(alpha(ratings, "interval"))
    assert alpha(7 * ratings, "ratio") == same(alpha(ratings, "ratio"))


@pytest.mark.parametrize("metric", METRICS)
def test_continuous_ratings(metric: str) -> None:
    rng = np.random.default_rng(1)
    ratings = np.abs(rng.normal(size=(30, 1)) + rng.normal(size=(30, 4))) + 0.1
    ratings[rng.random(ratings.shape) < 0.2] = NAN
    assert krippendorff_alpha(ratings, metric=metric).value == same(by_coincidences(ratings, metric))


def test_blocks_of_many_rows_and_values_join() -> None:
    rng = np.random.default_rng(2)
    ratings = rng.gamma(2, size=(20_000, 1)) + rng.gamma(1, size=(20_000, 3))
    ratings[rng.random(ratings.shape) < 0.05] = NAN
    known = ~np.isnan(ratings)
    m = known.sum(axis=1)
    kept = ratings[m > 1]
    spread = np.nanvar(kept, axis=1) * (m * m / np.maximum(m - 1, 1))[m > 1]
    n = known[m > 1].sum()
    expected = 1 - (n - 1) / n * spread.sum() / (np.nanvar(kept) * n)
    assert krippendorff_alpha(ratings, metric="interval").value == same(expected)


def test_a_table_of_many_ratio_distances_is_made_in_blocks() -> None:
    ratings = np.random.default_rng(8).gamma(2, size=(1000, 2))
    flat = ratings.ravel()
    within = (np.diff(ratings, axis=1)[:, 0] / ratings.sum(axis=1)) ** 2
    total = ((np.subtract.outer(flat, flat) / np.add.outer(flat, flat)) ** 2).sum()
    expected = 1 - 1999 * 2 * within.sum() / total
    assert krippendorff_alpha(ratings, metric="ratio").value == same(expected)


def test_nominal_alpha_of_complete_grades_follows_from_fleiss() -> None:
    rng = np.random.default_rng(9)
    ratings = np.clip(np.round(rng.normal(3, 1, size=(50, 1)) + rng.normal(0, 1, size=(50, 4))), 1, 5)
    kappa = inter_rater.fleiss_kappa(inter_rater.aggregate_raters(ratings.astype(int))[0])
    assert krippendorff_alpha(ratings).value == same(1 - (1 - kappa) * (1 - 1 / 200))


def test_a_large_offset_costs_no_digit() -> None:
    rng = np.random.default_rng(3)
    ratings = np.round(rng.normal(size=(500, 1)) + rng.normal(size=(500, 3)), 1) * 8
    far = krippendorff_alpha(np.round(ratings) + 1e9, metric="interval")
    assert far.value == same(krippendorff_alpha(np.round(ratings), metric="interval").value)


def test_equal_ratings_are_perfect_to_the_last_digit() -> None:
    ratings = np.repeat(np.random.default_rng(4).normal(size=(40, 1)), 3, axis=1) + 1e6
    for metric in METRICS:
        assert krippendorff_alpha(ratings, metric=metric).value == 1.0


@pytest.mark.parametrize("metric", METRICS)
def test_noise_of_floats_is_no_variation(metric: str) -> None:
    ratings = np.full((6, 3), 0.1 + 0.2)
    ratings[::2] = 0.3
    result = krippendorff_alpha(ratings, metric=metric, interval="bootstrap")
    assert np.isnan(result.value)
    assert [caveat.code for caveat in result.caveats] == ["NO_VARIANCE"]
    assert not result.interval.known


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("ratings", "code", "used"),
    [
        (np.empty((0, 3)), "TOO_FEW", 0),
        (np.array([[1.0, 2.0, 3.0]]), "TOO_FEW", 1),
        (np.array([[1.0], [2.0], [3.0]]), "TOO_FEW_RATERS", 0),
        (np.array([[1.0, NAN], [2.0, NAN], [3.0, NAN]]), "TOO_FEW", 0),
        (np.full((4, 2), NAN), "TOO_FEW", 0),
        (np.full((4, 2), 3.0), "NO_VARIANCE", 4),
    ],
)
def test_undefined(metric: str, ratings: NDArray[np.float64], code: str, used: int) -> None:
    result = krippendorff_alpha(ratings, metric=metric)
    assert np.isnan(result.value)
    assert [caveat.code for caveat in result.caveats] == [code]
    assert (result.n_used, result.n_dropped) == (used, len(ratings) - used)


def test_two_evaluands_and_a_constant_rater() -> None:
    # Golden record of tiny_2x2: nominal 0, ordinal 0.7.
    ratings = [[80, 82], [90, 88]]
    assert krippendorff_alpha(ratings).value == same(0.0)
    assert krippendorff_alpha(ratings, metric="ordinal").value == same(0.7)
    constant = krippendorff_alpha([[3, 1], [3, 2], [3, 5], [3, 4]], metric="interval")
    assert constant.value == same(0.125)


def test_ratio_metric_of_zero_and_of_negative_values() -> None:
    zero = np.array([[0.0, 0.0], [1.0, 2.0], [0.0, 3.0]])
    assert krippendorff_alpha(zero, metric="ratio").value == same(by_coincidences(zero, "ratio"))
    negative = krippendorff_alpha(zero - 1, metric="ratio")
    assert np.isnan(negative.value)
    assert [caveat.code for caveat in negative.caveats] == ["NEGATIVE_RATIO"]


def test_words() -> None:
    words = np.array([["差", "中", "良", "优"][int(v) - 1] for v in [1, 1, 2, 2, 3, 2, 4, 4, 4, 3]]).reshape(5, 2)
    numbers = np.array([1, 1, 2, 2, 3, 2, 4, 4, 4, 3.0]).reshape(5, 2)
    scale = ["差", "中", "良", "优"]
    frame = pd.DataFrame(words, columns=["甲", "乙"])
    assert krippendorff_alpha(words).value == same(krippendorff_alpha(numbers).value)
    assert krippendorff_alpha([["良", "良"], ["中", NAN], ["中", "中"]]).n_dropped == 1
    ordered = frame.astype(pd.CategoricalDtype(scale, ordered=True))
    for metric in METRICS:
        expected = krippendorff_alpha(numbers, metric=metric).value
        assert krippendorff_alpha(frame, metric=metric, categories=scale).value == same(expected)
        assert krippendorff_alpha(ordered, metric=metric).value == same(expected)
    frame.iloc[0, 0] = None
    assert krippendorff_alpha(frame).n_dropped == 1
    with pytest.raises(DataError, match="AG-ORDER"):
        krippendorff_alpha(frame, metric="ordinal")
    with pytest.raises(DataError, match="GR-OUTSIDE"):
        krippendorff_alpha(frame, categories=scale[:2])


def test_listwise_drops_evaluands_with_a_missing_rating() -> None:
    for ratings in (PAPER, codes_of(PAPER)):
        result = krippendorff_alpha(ratings, metric="interval", missing="listwise")
        whole = PAPER[~np.isnan(PAPER).any(axis=1)]
        assert result.value == same(krippendorff_alpha(whole, metric="interval").value)
        assert (result.n_used, result.n_dropped, result.missing) == (8, 4, "listwise")


@pytest.mark.parametrize(
    "wrong",
    [{"metric": "cubic"}, {"interval": "delta"}, {"missing": "zero"}, {"level": 95}, {"kind": "studentized"}],
)
def test_options_that_do_not_exist(wrong: dict[str, object]) -> None:
    with pytest.raises(MethodError):
        krippendorff_alpha(PAPER, **wrong)  # type: ignore[arg-type]


def test_malformed_ratings() -> None:
    with pytest.raises(DataError, match="RT-SHAPE"):
        krippendorff_alpha([1.0, 2.0])
    with pytest.raises(DataError, match="RT-SHAPE"):
        krippendorff_alpha([[1.0, 2.0], [3.0]])
    with pytest.raises(DataError, match="RT-INFINITE"):
        krippendorff_alpha([[1.0, np.inf], [1.0, 2.0]], metric="interval")


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", ["percentile", "bca"])
def test_bootstrap_of_grades_and_of_numbers_agree(metric: str, kind: str) -> None:
    rng = np.random.default_rng(5)
    ratings = np.clip(np.round(rng.normal(3, 1, size=(60, 1)) + rng.normal(0, 0.8, size=(60, 3))), 1, 5)
    ratings[rng.random(ratings.shape) < 0.1] = NAN
    options = {"metric": metric, "interval": "bootstrap", "replicates": 4000, "kind": kind}
    numbers = krippendorff_alpha(ratings, **options)
    by_codes = krippendorff_alpha(codes_of(ratings), **options)
    assert numbers.interval.low < numbers.value < numbers.interval.high
    # The limits of 4,000 replicates have a standard error of some 2.5 % of that of alpha.
    slack = MONTE_CARLO * 0.04 * numbers.se
    assert by_codes.interval.low == pytest.approx(numbers.interval.low, abs=slack)
    assert by_codes.interval.high == pytest.approx(numbers.interval.high, abs=slack)
    assert numbers.interval_method == f"bootstrap_{kind}"


@pytest.mark.parametrize("metric", METRICS)
def test_sums_of_a_sample_are_those_of_its_table(metric: str) -> None:
    rng = np.random.default_rng(6)
    ratings = np.round(rng.gamma(3, size=(12, 1)) + rng.gamma(1, size=(12, 3)), 1)
    ratings[rng.random(ratings.shape) < 0.1] = NAN
    ratings = ratings[np.count_nonzero(~np.isnan(ratings), axis=1) > 1]
    rows = rng.integers(0, len(ratings), size=(50, len(ratings)))
    counts = np.stack([np.bincount(row, minlength=len(ratings)) for row in rows]).astype(float)
    if metric == "interval":
        units = IntervalUnits.of(ratings)
    else:
        values, places = np.unique(ratings[~np.isnan(ratings)], return_inverse=True)
        codes = np.full(ratings.shape, -1)
        codes[~np.isnan(ratings)] = places
        units = CodedUnits.of(codes, values, metric)
    assert units.sums(counts).alpha() == same([by_coincidences(ratings[row], metric) for row in rows])
    whole = np.ones(len(ratings))
    left = [by_coincidences(np.delete(ratings, row, axis=0), metric) for row in range(len(ratings))]
    assert units.left_out(whole) == same(left)
    alone = np.eye(len(ratings))[:1] * len(ratings)
    same_twice = np.nanmin(ratings[0]) == np.nanmax(ratings[0])
    assert np.isnan(units.sums(alone).alpha()[0]) == same_twice


def test_replicates_are_alphas_of_resampled_tables() -> None:
    ratings = np.random.default_rng(7).normal(size=(15, 3))
    result = krippendorff_alpha(ratings, metric="interval", interval="bootstrap", replicates=200, seed=11)
    rows = np.random.default_rng(11).integers(0, 15, size=(200, 15))
    drawn = [by_coincidences(ratings[row], "interval") for row in rows]
    assert result.interval.low == same(float(np.quantile(drawn, 0.025)))
    assert result.interval.high == same(float(np.quantile(drawn, 0.975)))
    assert result.se == same(float(np.std(drawn, ddof=1)))
    assert result.seed == 11


@pytest.mark.parametrize("metric", METRICS)
def test_a_sample_of_one_value_has_no_alpha(metric: str) -> None:
    ratings = [[1.1, 1.1], [2.3, 2.3], [3.7, 3.7], [3.7, 2.3]]
    result = krippendorff_alpha(ratings, metric=metric, interval="bootstrap")
    # Of 256 samples 3 hold one value only.
    assert "BOOTSTRAP_PARTLY_UNDEFINED" in [caveat.code for caveat in result.caveats]


def test_bootstrap_of_perfect_agreement_and_of_few_evaluands() -> None:
    perfect = krippendorff_alpha([[1, 1], [2, 2], [3, 3]] * 20, interval="bootstrap")
    assert perfect.value == 1.0
    assert not perfect.interval.known
    assert [caveat.code for caveat in perfect.caveats] == ["ZERO_STANDARD_ERROR"]
    few = krippendorff_alpha([[1, 1], [2, 2], [3, 3], [1, 2], [2, 3]], interval="bootstrap")
    assert "SMALL_N" in [caveat.code for caveat in few.caveats]
