"""Real re-evaluations: every figure of ``realdata/expected.json`` to six decimals, by grade and by score rate.

The figures were computed with statsmodels, pingouin, irrCAC, scipy and lme4-checked code, not here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from perfkit.reliability.agreement import all_raters_agree, cohen_kappa, gwet_ac, percent_agreement
from perfkit.reliability.concordance import pearson_r, spearman_rho
from perfkit.reliability.difference.limits import difference_bias
from perfkit.reliability.difference.migration import grade_change, mcnemar
from perfkit.reliability.difference.shift import wilcoxon_signed_rank
from perfkit.reliability.generalizability import d_study, g_study
from perfkit.reliability.icc import icc
from perfkit.reliability.icc.forms import Form
from perfkit.reliability.ratings import pairs, score_rates
from tests.tolerances import PRINTED, SAME_FORMULA

SIX = PRINTED(6)
CRITERIA = ("overall", "relevance", "effectiveness", "efficiency", "sustainability")
STEPS = ("pcr->pvr", "pcr->pper", "pvr->pper")
BANK = tuple(f"adb2018:{step}:{criterion}" for step, criterion in product(STEPS, CRITERIA))
ESSAYS = "asap2:h1->h2"
JUDGING = "judging:segment_37x9x5"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns of grades, missing ones included, the scale they stand on and the lowest grade that passes."""

    x: pd.Series
    y: pd.Series
    scale: tuple[int, ...]
    passes: int

    @property
    def table(self) -> pd.DataFrame:
        return pd.DataFrame({"x": self.x, "y": self.y})

    @property
    def rates(self) -> pd.DataFrame:
        """Return score rates: grades divided by the highest one."""
        return score_rates(self.table, np.full(len(self.x), float(self.scale[-1])))


@cache
def _expected(folder: Path) -> Mapping[str, Mapping[str, float]]:
    found: Mapping[str, Mapping[str, float]] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return found


@cache
def _pair(folder: Path, key: str) -> Pair:
    if key == ESSAYS:
        essays = pd.read_csv(folder / "essays" / "two_raters.csv")
        return Pair(essays["score"], essays["score2"], tuple(range(1, 7)), 4)
    _, step, criterion = key.split(":")
    first, second = step.split("->")
    bank = pd.read_csv(folder / "asian_development_bank" / "ratings_vintage_2018.csv.gz")
    return Pair(bank[f"{first}_{criterion}"], bank[f"{second}_{criterion}"], (0, 1, 2, 3), 2)


@pytest.fixture(scope="module")
def realdata(shared: Path) -> Path:
    folder = shared / "realdata"
    assert folder.is_dir()
    return folder


@pytest.fixture(params=(*BANK, ESSAYS))
def key(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def pair(realdata: Path, key: str) -> Pair:
    return _pair(realdata, key)


@pytest.fixture
def expected(realdata: Path, key: str) -> Mapping[str, float]:
    return _expected(realdata)[key]


def test_every_set_of_figures_is_tested(realdata: Path) -> None:
    assert _expected(realdata).keys() == {*BANK, ESSAYS, JUDGING}


def test_agreement_by_grade(pair: Pair, expected: Mapping[str, float]) -> None:
    exact = percent_agreement(pair.table, missing="listwise")
    assert exact.n_used == expected["n"]
    assert exact.n_used + exact.n_dropped == len(pair.x)
    assert exact.value == pytest.approx(expected["exact"], abs=SIX, rel=0)
    assert all_raters_agree(pair.table).value == pytest.approx(expected["exact"], abs=SIX, rel=0)
    assert all_raters_agree(pair.table, tolerance=1).value == pytest.approx(expected["within1"], abs=SIX, rel=0)


def test_kappa_by_grade(pair: Pair, expected: Mapping[str, float]) -> None:
    for weights, name in (("identity", "kappa"), ("linear", "kappa_lin"), ("quadratic", "kappa_quad")):
        result = cohen_kappa(pair.table, weights=weights, categories=pair.scale)
        assert result.value == pytest.approx(expected[name], abs=SIX, rel=0)
        assert result.n_used == expected["n"]


def test_gwet_by_grade(pair: Pair, expected: Mapping[str, float]) -> None:
    for weights, name in (("identity", "ac1"), ("quadratic", "ac2_quad")):
        result = gwet_ac(pair.table, weights=weights, categories=pair.scale, missing="listwise")
        assert result.value == pytest.approx(expected[name], abs=SIX, rel=0)


def test_quadratic_kappa_and_ac2_tell_two_stories(realdata: Path) -> None:
    pair = _pair(realdata, "adb2018:pcr->pvr:overall")
    kappa = cohen_kappa(pair.table, weights="quadratic", categories=pair.scale).value
    ac2 = gwet_ac(pair.table, weights="quadratic", categories=pair.scale, missing="listwise").value
    assert (f"{kappa:.3f}", f"{ac2:.3f}") == ("0.753", "0.957")


def test_change_by_grade(pair: Pair, expected: Mapping[str, float]) -> None:
    change = grade_change(pair.x, pair.y, categories=pair.scale)
    assert change.n_used == expected["n"]
    assert change.lowered / change.n_used == pytest.approx(expected["down"], abs=SIX, rel=0)
    assert change.raised / change.n_used == pytest.approx(expected["up"], abs=SIX, rel=0)
    assert change.same / change.n_used == pytest.approx(expected["exact"], abs=SIX, rel=0)


def test_passing_by_grade(pair: Pair, expected: Mapping[str, float]) -> None:
    known = pair.table.dropna() >= pair.passes
    before, after = known["x"].astype(int), known["y"].astype(int)
    result = mcnemar(before, after, categories=(0, 1), exact=True)
    # The first category is "fails": what passed before and fails now is the expected b.
    assert (result.c, result.b) == (expected["mcnemar_b"], expected["mcnemar_c"])
    assert result.p == pytest.approx(expected["mcnemar_p_exact"], abs=SIX, rel=0)
    gap = difference_bias(before, after)
    assert 100 * gap.value == pytest.approx(expected["gap_pass_pp"], abs=SIX, rel=0)
    assert before.mean() == pytest.approx(expected["self_pass"], abs=SIX, rel=0)
    assert after.mean() == pytest.approx(expected["re_pass"], abs=SIX, rel=0)


def test_difference_by_grade(pair: Pair, expected: Mapping[str, float]) -> None:
    bias = difference_bias(pair.x, pair.y)
    assert bias.n_used == expected["n"]
    assert bias.value == pytest.approx(expected["inflation"], abs=SIX, rel=0)
    assert bias.sd_diff == pytest.approx(expected["sd_diff"], abs=SIX, rel=0)
    sides = pairs(pair.x, pair.y)
    assert sides.x.mean() == pytest.approx(expected["self_mean"], abs=SIX, rel=0)
    assert sides.y.mean() == pytest.approx(expected["re_mean"], abs=SIX, rel=0)


def test_wilcoxon(pair: Pair, expected: Mapping[str, float]) -> None:
    for x, y in ((pair.x, pair.y), (pair.rates["x"], pair.rates["y"])):
        result = wilcoxon_signed_rank(x, y, zeros="drop", exact=False, continuity_correction=False)
        assert result.p == pytest.approx(expected["wilcoxon_p"], abs=SIX, rel=0)


def test_intraclass_correlation_by_grade_and_by_score_rate(pair: Pair, expected: Mapping[str, float]) -> None:
    forms: Mapping[str, Form] = {"icc1": "ICC(1,1)", "icc2_1": "ICC(A,1)", "icc3_1": "ICC(C,1)"}
    for name, form in forms.items():
        for ratings in (pair.table, pair.rates):
            result = icc(ratings, form=form)
            assert result.value == pytest.approx(expected[name], abs=SIX, rel=0)
            assert result.n_used == expected["n"]


def test_correlation_by_grade_and_by_score_rate(pair: Pair, expected: Mapping[str, float]) -> None:
    for ratings in (pair.table, pair.rates):
        for statistic, name in ((pearson_r, "pearson"), (spearman_rho, "spearman")):
            result = statistic(ratings["x"], ratings["y"])
            assert result.value == pytest.approx(expected[name], abs=SIX, rel=0)


def test_difference_by_score_rate(pair: Pair, expected: Mapping[str, float]) -> None:
    top = pair.scale[-1]
    bias, rate = difference_bias(pair.x, pair.y), difference_bias(pair.rates["x"], pair.rates["y"])
    assert top * rate.value == pytest.approx(expected["inflation"], abs=SIX, rel=0)
    assert top * rate.sd_diff == pytest.approx(expected["sd_diff"], abs=SIX, rel=0)
    assert top * rate.interval.low == pytest.approx(bias.interval.low, rel=SAME_FORMULA, abs=SAME_FORMULA)
    assert rate.p == pytest.approx(bias.p, rel=SAME_FORMULA)


@pytest.mark.parametrize("estimator", ["anova_ems", "reml"])
def test_components_of_judging(realdata: Path, estimator: Literal["anova_ems", "reml"]) -> None:
    table = pd.read_csv(realdata / "judging" / "segment_37x9x5.csv")
    study = g_study(
        table,
        design="p x i x r",
        score="score",
        person="performance",
        rater="judge",
        item="component",
        estimator=estimator,
    )
    assert dict(study.levels) == {"person": 37, "item": 5, "rater": 9}
    names = {"person": "p", "rater": "j", "item": "c", "person_rater": "pj", "person_item": "pc", "item_rater": "jc"}
    expected = _expected(realdata)[JUDGING]
    for one in study.components:
        assert one.variance == pytest.approx(expected[names.get(one.name, "pjc")], abs=SIX, rel=0)
    found = d_study(study)
    assert found.g == pytest.approx(expected["g_coefficient"], abs=SIX, rel=0)
    assert found.phi == pytest.approx(expected["phi"], abs=SIX, rel=0)
