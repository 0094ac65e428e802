"""The bootstrap that every family rests on: replicates, limits, coverage, undefined samples, blocks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from perfkit.reliability import bootstrap as boot
from perfkit.reliability.bootstrap import bootstrap, drawn_counts, pattern_counts
from tests.reliability.test_ground import NAN, problems
from tests.tolerances import MONTE_CARLO, SAME_FORMULA

SAMPLE = np.random.default_rng(1).gamma(2, size=40)


def mean_of(sample):
    return lambda counts: counts @ sample / counts.sum(axis=1)


def test_counts_are_of_whole_samples():
    rng = np.random.default_rng(0)
    assert set(drawn_counts(rng, 50, 7).sum(axis=1)) == {7.0}
    shared = pattern_counts(rng, 5000, np.array([6, 3, 1]))
    assert set(shared.sum(axis=1)) == {10.0}
    error = np.sqrt(10 * np.array([0.6, 0.3, 0.1]) * np.array([0.4, 0.7, 0.9]) / 5000)
    assert np.all(np.abs(shared.mean(axis=0) - [6, 3, 1]) < MONTE_CARLO * error)


def test_percentile_is_that_of_the_replicates():
    found = bootstrap(mean_of(SAMPLE), 40, value=SAMPLE.mean(), seed=5, replicates=500, level=0.9)
    rows = np.random.default_rng(5).integers(0, 40, size=(500, 40))
    drawn = SAMPLE[rows].mean(axis=1)
    assert found.interval.low == pytest.approx(np.quantile(drawn, 0.05), rel=SAME_FORMULA)
    assert found.interval.high == pytest.approx(np.quantile(drawn, 0.95), rel=SAME_FORMULA)
    assert found.se == pytest.approx(drawn.std(ddof=1), rel=SAME_FORMULA)
    assert (found.interval_method, found.replicates, found.seed) == ("bootstrap_percentile", 500, 5)
    assert found == bootstrap(mean_of(SAMPLE), 40, value=SAMPLE.mean(), seed=5, replicates=500, level=0.9)


def test_a_generator_is_drawn_from_and_leaves_no_seed():
    rng = np.random.default_rng(5)
    first, second = (bootstrap(mean_of(SAMPLE), 40, value=SAMPLE.mean(), seed=rng) for _ in range(2))
    assert first.seed is None
    assert first.interval == bootstrap(mean_of(SAMPLE), 40, value=SAMPLE.mean(), seed=5).interval
    assert first.interval != second.interval


def test_bca_is_that_of_scipy():
    left_out = (SAMPLE.sum() - SAMPLE) / 39
    found = bootstrap(
        mean_of(SAMPLE), 40, value=SAMPLE.mean(), kind="bca", left_out=left_out, replicates=20_000, seed=3
    )
    other = stats.bootstrap(
        (SAMPLE,), np.mean, n_resamples=20_000, method="BCa", random_state=np.random.default_rng(8)
    ).confidence_interval
    # The density of the replicates at a 2.5 % tail gives the error of each quantile.
    error = MONTE_CARLO * math.sqrt(2 * 0.025 * 0.975 / 20_000) / stats.norm.pdf(1.96) * found.se
    assert found.interval.low == pytest.approx(other.low, abs=2 * error)
    assert found.interval.high == pytest.approx(other.high, abs=2 * error)
    assert found.interval_method == "bootstrap_bca"
    plain = bootstrap(mean_of(SAMPLE), 40, value=SAMPLE.mean(), replicates=20_000, seed=3)
    assert found.interval.high > plain.interval.high


def test_intervals_cover():
    rng = np.random.default_rng(11)
    covered = 0
    for seed in range(400):
        sample = rng.normal(size=60)
        found = bootstrap(mean_of(sample), 60, value=sample.mean(), seed=seed, replicates=400).interval
        covered += found.low <= 0 <= found.high
    # The percentile interval of a mean of 60 covers as the normal one with divisor n: about 94.4 %.
    share = 2 * stats.t.cdf(1.96 * math.sqrt(59 / 60), 59) - 1
    assert abs(covered / 400 - share) < MONTE_CARLO * math.sqrt(share * (1 - share) / 400)


def test_patterns_stand_for_their_evaluands():
    counts = np.array([300, 500, 200])
    found = bootstrap(
        lambda drawn: drawn @ np.array([0.0, 1.0, 2.0]) / 1000, 3, value=0.9, patterns=counts, replicates=4000
    )
    assert found.se == pytest.approx(math.sqrt(0.49 / 1000), rel=MONTE_CARLO / math.sqrt(2 * 4000))


def undefined(share):
    def statistic(counts):
        values = counts[:, 0].copy()
        values[: round(share * len(values))] = np.nan
        return values

    return bootstrap(statistic, 30, value=1.0, replicates=1000)


def test_undefined_replicates():
    assert not undefined(0).caveats
    few, many = undefined(0.04), undefined(0.06)
    assert [caveat.code for caveat in few.caveats] == ["BOOTSTRAP_PARTLY_UNDEFINED"]
    assert few.interval.known
    assert [caveat.code for caveat in many.caveats] == ["BOOTSTRAP_UNDEFINED"]
    assert not many.interval.known
    assert many.interval_method == "none"


def test_no_interval_without_variation_or_value():
    same = bootstrap(lambda counts: np.full(len(counts), 0.7), 30, value=0.7)
    assert [caveat.code for caveat in same.caveats] == ["ZERO_STANDARD_ERROR"]
    assert not same.interval.known
    assert not bootstrap(mean_of(SAMPLE), 40, value=NAN).interval.known
    outside = bootstrap(mean_of(SAMPLE), 40, value=1e9, kind="bca", left_out=SAMPLE)
    assert [caveat.code for caveat in outside.caveats] == ["BOOTSTRAP_UNDEFINED"]


def test_bad_bootstraps():
    for wrong, code in (
        ({"replicates": 99}, "RL-BOOTSTRAP"),
        ({"kind": "bca"}, "RL-BOOTSTRAP"),
        ({"kind": "studentized"}, "RL-CHOICE"),
        ({"level": 95}, "RL-LEVEL"),
    ):
        assert problems(lambda w=wrong: bootstrap(mean_of(SAMPLE), 40, value=1.0, **w))[0].code == code


def test_memory_stays_flat_and_blocks_change_nothing(monkeypatch):
    whole = bootstrap(mean_of(SAMPLE), 40, value=SAMPLE.mean(), replicates=1000)
    shapes = []

    def statistic(counts):
        shapes.append(counts.shape)
        return mean_of(SAMPLE)(counts)

    monkeypatch.setattr(boot, "BLOCK_CELLS", 40 * 64)
    blocks = bootstrap(statistic, 40, value=SAMPLE.mean(), replicates=1000)
    assert blocks.interval == whole.interval
    assert max(rows * n for rows, n in shapes) <= 40 * 64
    assert sum(rows for rows, _ in shapes) == 1000
