"""The map of coverage: the rules by which a sample is placed, and the caveat that follows."""

from __future__ import annotations

import numpy as np
import pytest

from perfkit.errors import MethodError
from perfkit.reliability.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from perfkit.reliability.concordance import pearson_r
from perfkit.reliability.coverage import (
    Region,
    coverage_map,
    coverage_of,
    covered,
    design_region,
    differences_region,
    grades_region,
    lookup,
    scores_region,
)
from perfkit.reliability.coverage.regions import LOOKED_AT, mean_skewness
from perfkit.reliability.coverage.row import rows, verdict
from perfkit.reliability.estimate import EstimateResult
from perfkit.reliability.icc import icc, icc_table
from perfkit.result import Interval

CODE = "COVERAGE_LOW"
MADE_UP = """
estimate;good
even;2;;two;approximate;10:8000/10000 30:9000/10000 100:9500/10000
skewed;2;;two;approximate;10:7000/10000 30:9500/10000 100:9300/10000
even;4;;two;approximate;10:9500/10000
even;0;wide;two;approximate;10:9900/10000
;0;any;upper;approximate;10:9000/10000
estimate;sure
even;2;;two;exact;10:9900/10000 30:9300/10000
"""


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "_INDEX", lookup._by_method(rows(MADE_UP)))


def result(n: int, method: str = "good") -> EstimateResult:
    return EstimateResult(
        method="made_up", n_used=n, value=0.5, interval=Interval(0.4, 0.6, 0.95), interval_method=method
    )


def told(n: int, method: str = "good", **region: object) -> float | None:
    found = coverage_of("estimate", method, Region(n=n, **({"k": 2, "shape": "even"} | region)))  # type: ignore[arg-type]
    return found.coverage if found else None


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize(
    ("n", "shape", "coverage"),
    [
        (10, "even", 0.80),
        (29, "even", 0.80),
        (30, "even", 0.90),
        (31, "even", 0.90),
        (100, "even", 0.95),
        (10**6, "even", 0.95),
        (3, "even", 0.80),
        (30, "skewed", 0.95),
        (31, "skewed", 0.93),
        (500, "skewed", 0.93),
    ],
)
def test_the_worse_neighbour_counts_and_the_ends_hold_on(n: int, shape: str, coverage: float) -> None:
    assert told(n, shape=shape) == coverage


@pytest.mark.usefixtures("made_up")
def test_two_raters_are_judged_by_two_and_more_by_more() -> None:
    assert told(10, k=3) == 0.95
    assert told(10, k=7) == 0.95
    assert told(10, "sure", k=4) == 0.99


@pytest.mark.usefixtures("made_up")
def test_what_was_not_simulated_is_not_judged() -> None:
    assert told(10, "unheard_of") is None
    assert told(10, shape="sparse") is None
    assert told(10, design="unheard_of") is None
    assert told(10, design="any", shape="sparse") == 0.90
    unjudged = result(10, "none")
    assert covered(unjudged, Region(n=10)) is unjudged


@pytest.mark.usefixtures("made_up")
def test_the_shape_is_found_only_where_some_shape_is_low() -> None:
    def asked() -> str:
        raise AssertionError

    fine = result(100)
    assert covered(fine, design_region(100, "wide", shape=asked)) is fine
    with pytest.raises(AssertionError):
        covered(fine, design_region(100, "", k=2, shape=asked))


@pytest.mark.usefixtures("made_up")
def test_the_caveat_is_added_once_and_says_what_was_simulated() -> None:
    once = covered(result(30), Region(n=30, k=2, shape="even"))
    (caveat,) = once.caveats
    assert caveat.code == CODE
    assert "n=30" in caveat.text
    assert "90.0%" in caveat.text
    assert "95%" in caveat.text
    assert covered(once, Region(n=30, k=2, shape="even")) is once
    assert once.interval == result(30).interval


@pytest.mark.usefixtures("made_up")
def test_wide_and_exact_intervals_are_not_blamed() -> None:
    assert verdict(0.99, 10_000, exact=False) == "high"
    assert verdict(0.99, 10_000, exact=True) == "within"
    assert verdict(0.93, 10_000, exact=True) == "low"
    assert not covered(result(10, "sure"), Region(n=10, k=2, shape="even")).caveats
    assert covered(result(30, "sure"), Region(n=30, k=2, shape="even")).caveats


@pytest.mark.parametrize(
    ("coverage", "said"), [(0.9434, "low"), (0.9435, "within"), (0.9565, "within"), (0.957, "high")]
)
def test_three_standard_errors_at_ten_thousand(coverage: float, said: str) -> None:
    assert verdict(coverage, 10_000, exact=False) == said


def test_no_sample_with_an_interval_is_no_verdict() -> None:
    (row,) = rows("a;b\neven;0;;two;approximate;10:0/0")
    assert verdict(row.points[0].coverage, row.points[0].replications, exact=False) == "within"


def test_grades_are_skewed_from_a_modal_share_of_65_percent() -> None:
    assert grades_region(20, 1, lambda: np.array([13, 4, 3])).found_shape() == "skewed"
    assert grades_region(20, 1, lambda: np.array([12, 5, 3])).found_shape() == "even"


def test_scores_are_skewed_from_a_mean_skewness_of_one() -> None:
    long_tail = -np.exp(np.linspace(-2, 2, 41))
    flat = np.linspace(-2, 2, 41)
    assert scores_region(long_tail).found_shape() == "skewed"
    assert scores_region(flat).found_shape() == "even"
    assert scores_region((flat, flat, long_tail)).found_shape() == "even"
    assert scores_region(np.column_stack([long_tail, -long_tail])).k == 2
    assert scores_region(np.full((5, 2), np.nan)).found_shape() == "even"
    assert scores_region(np.zeros((0, 2))).n == 0


def test_skewness_is_that_of_a_second_opinion_and_moves_with_no_scale() -> None:
    column = np.array([1.0, 2.0, 2.5, 7.0, 30.0, np.nan])
    known = column[:5]
    second = np.mean((known - known.mean()) ** 3) / known.std() ** 3
    assert mean_skewness([column]) == pytest.approx(second, rel=1e-12)
    assert mean_skewness([1e9 - 1e6 * column]) == pytest.approx(second, rel=1e-6)
    assert mean_skewness([np.full(4, 0.1)]) == 0
    assert mean_skewness([]) == 0


def test_differences_are_sparse_where_half_are_zero() -> None:
    assert differences_region(np.array([0.0, 0, 0, -1, -2, -3])).found_shape() == "sparse"
    assert differences_region(np.array([0.0, 0, 1, -1, -2, 2])).found_shape() == "normal"
    assert differences_region(np.array([0.0, 1, 1, 2, 2, 90])).found_shape() == "skewed"
    assert differences_region(np.zeros(0)).found_shape() == "normal"


def test_no_more_than_ten_thousand_evaluands_are_looked_at() -> None:
    huge = np.zeros(5 * LOOKED_AT + 1)
    huge[1::6] = 1e9
    assert mean_skewness([huge]) == 0


def _graded(shape: str, n: int) -> np.ndarray:
    """Return pairs of grades, three in four alike."""
    rng = np.random.default_rng(4)
    shares = {"even": (0.25, 0.25, 0.25, 0.25), "skewed": (0.02, 0.03, 0.10, 0.85)}[shape]
    first = rng.choice(4, n, p=shares)
    return np.column_stack([first, np.where(rng.random(n) < 0.75, first, rng.choice(4, n, p=shares))]) + 1


def codes(found: object) -> list[str]:
    return [caveat.code for caveat in found.caveats]  # type: ignore[attr-defined]


def test_a_kappa_of_thirty_skewed_grades_carries_the_caveat_and_hundreds_of_even_ones_do_not() -> None:
    for statistic in (cohen_kappa, fleiss_kappa):
        assert CODE in codes(statistic(_graded("skewed", 30), weights="quadratic", categories=[1, 2, 3, 4]))
        assert CODE not in codes(statistic(_graded("even", 300), categories=[1, 2, 3, 4]))
    assert CODE not in codes(fleiss_kappa(_graded("even", 100), categories=[1, 2, 3, 4]))


def test_intervals_that_were_not_asked_for_are_not_judged() -> None:
    assert CODE not in codes(krippendorff_alpha(_graded("skewed", 30)))
    assert CODE in codes(krippendorff_alpha(_graded("skewed", 30), metric="interval", interval="bootstrap"))
    x, y = np.exp(_graded("skewed", 30).T)
    assert CODE in codes(pearson_r(x, y))
    assert CODE not in codes(pearson_r(x, y, interval="none"))


def test_skewed_scores_are_told_by_every_form_and_by_the_table_of_forms() -> None:
    rng = np.random.default_rng(5)
    skewed = 100 - np.exp(rng.standard_normal((40, 1)) + 0.6 * rng.standard_normal((40, 4)))
    normal = rng.standard_normal((40, 1)) + 0.6 * rng.standard_normal((40, 4))
    assert CODE in codes(icc(skewed))
    assert CODE in codes(icc_table(skewed))
    assert CODE not in codes(icc(normal, form="ICC(C,1)"))


def test_the_map_can_be_asked_for_in_part() -> None:
    whole = coverage_map()
    part = coverage_map(["cohen_kappa", "gwet_ac"], shape="skewed")
    frame = part.to_frame()
    assert set(frame["statistic"]) == {"cohen_kappa", "gwet_ac"}
    assert set(frame["shape"]) == {"skewed"}
    assert part.n_used == len(frame) == part.low + part.within + part.high
    assert whole.n_used > part.n_used
    assert (frame.loc[frame["verdict"] == "low", "coverage"] < 0.95).all()


@pytest.mark.parametrize(
    "options", [{"statistic": "kappa"}, {"shape": "round"}, {"statistic": "icc", "shape": "sparse"}]
)
def test_what_the_map_does_not_hold_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(MethodError):
        coverage_map(**options)  # type: ignore[arg-type]
