"""Write the constructed examples of the methods notebooks: ``python data/examples/generate.py``.

The published tables beside this file are typed, not generated; README.md says where each comes from.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import stdtrit

# Full scores of a form of 22 indicators that add up to 100, from 1 to 15 as real forms have them.
FULL_SCORES = (1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 8, 10, 15, 3)
# Chosen, out of the first few thousand, because its coefficients are those of a real pair of tables that may not be
# shown: ICC(A,1) 0.91 on points and 0.24 on rates.
ITEM_SEED = 1945
PROJECT_SEED = 20200225
PROJECTS = 80
FRAME_SEED = 20250601
FRAME_SIZE = 300
FRAME_DEPARTMENTS = 30
GRADE_EDGES = (60, 80, 90)
COVERAGE_SEED = 3
COVERAGE_SAMPLES = 20_000
COVERAGE_SIZES = (3, 10, 30, 60)
PANEL_SEED = 20200704
# Experts of the panel, in score units; the last is severe.
SEVERITIES = (3.0, 1.0, 2.0, -8.0)
# A form of budget execution (10 points, to a tenth) and 18 items of 5 points in whole points, marked 0 … 5 this often.
SIGN_SHARES = (0.01, 0.02, 0.03, 0.10, 0.30, 0.54)
SIGN_SEED = 20201
# Chosen so that the interval holds the 3 points put in.
HOME_SEED = 20202


def indicator_points() -> pd.DataFrame:
    """Return one form scored twice, in half points: ``item``, ``full_score``, ``self_points``, ``reviewed_points``."""
    rng = np.random.default_rng(ITEM_SEED)
    full = np.array(FULL_SCORES)
    common = rng.beta(8, 2, len(full))
    first = np.clip(0.35 * common + 0.65 * rng.beta(9, 1.5, len(full)) + 0.03, 0, 1)
    second = np.clip(0.35 * common + 0.65 * rng.beta(5, 2, len(full)), 0, 1)
    points = np.round(np.column_stack([first, second]) * full[:, None] * 2) / 2
    return pd.DataFrame(
        {
            "item": [f"C{place + 1:02d}" for place in range(len(full))],
            "full_score": full,
            "self_points": points[:, 0],
            "reviewed_points": points[:, 1],
        }
    )


def project_scores() -> pd.DataFrame:
    """Return projects scored by their department and again by a reviewer: ``project``, ``self_score``, ``reviewed_score``.

    Half of the self-scores stay as they are, most others fall, a few rise: the department's score is the reviewer's
    plus a gain that is never random noise of equal size on both sides.
    """
    rng = np.random.default_rng(PROJECT_SEED)
    reviewed = np.clip(np.round(rng.normal(86, 5, PROJECTS), 1), 60, 99)
    changed = rng.random(PROJECTS) < 0.5
    gain = np.where(rng.random(PROJECTS) < 0.9, rng.gamma(2.0, 2.2, PROJECTS), -rng.gamma(1.5, 0.8, PROJECTS))
    self_score = np.clip(np.round(reviewed + changed * gain, 1), 0, 100)
    names = [f"P{place + 1:02d}" for place in range(PROJECTS)]
    return pd.DataFrame({"project": names, "self_score": self_score, "reviewed_score": reviewed})


def panel_scores() -> pd.DataFrame:
    """Return a panel's scores, every expert every project on every indicator: ``project``, ``indicator``, ``expert``, ``score``.

    Projects are strong on some indicators and weak on others far more than experts disagree about any one project; one
    expert is severe with all alike.
    """
    rng = np.random.default_rng(PANEL_SEED)
    projects, indicators, experts = 16, 6, len(SEVERITIES)
    scores = 76 + rng.normal(0, 6, (projects, 1, 1)) + rng.normal(0, 4, (indicators, 1))
    scores = scores + rng.normal(0, 6.5, (projects, indicators, 1)) + np.array(SEVERITIES)
    scores = scores + rng.normal(0, 1.5, (projects, 1, experts)) + rng.normal(0, 1.5, (indicators, experts))
    scores = np.clip(np.round(scores + rng.normal(0, 3, (projects, indicators, experts))), 0, 100)
    place = np.indices(scores.shape).reshape(3, -1)
    return pd.DataFrame(
        {
            "project": [f"P{number + 1:02d}" for number in place[0]],
            "indicator": [f"C{number + 1}" for number in place[1]],
            "expert": [f"E{number + 1}" for number in place[2]],
            "score": scores.ravel().astype(int),
        }
    )


def sampling_frame() -> pd.DataFrame:
    """Return projects to draw from, all re-evaluated: ``project``, ``department``, ``budget``, two scores, ``wrong``.

    Small projects change more often and further than large ones, so that a mean per project and a mean per yuan differ.
    ``wrong`` is the budget where the grade changed, else 0. Departments gather projects of like size.
    """
    rng = np.random.default_rng(FRAME_SEED)
    budget = np.round(np.exp(rng.normal(5.0, 1.3, FRAME_SIZE)), 0) + 5
    reviewed = np.clip(np.round(rng.normal(86, 5, FRAME_SIZE), 1), 60, 99)
    small = budget < np.median(budget)
    changed = rng.random(FRAME_SIZE) < np.where(small, 0.55, 0.25)
    fall = rng.gamma(2.0, np.where(small, 3.0, 1.5), FRAME_SIZE)
    gain = np.where(rng.random(FRAME_SIZE) < 0.9, fall, -rng.gamma(1.5, 0.8, FRAME_SIZE))
    own = np.clip(np.round(reviewed + changed * gain, 1), 0, 100)
    regraded = np.digitize(own, GRADE_EDGES) != np.digitize(reviewed, GRADE_EDGES)
    places = np.argsort(np.argsort(np.log(budget) + rng.normal(0, 0.5, FRAME_SIZE)))
    return pd.DataFrame(
        {
            "project": [f"P{place + 1:03d}" for place in range(FRAME_SIZE)],
            "department": [f"D{place * FRAME_DEPARTMENTS // FRAME_SIZE + 1:02d}" for place in places],
            "budget": budget,
            "self_score": own,
            "reviewed_score": reviewed,
            "wrong": np.where(regraded, budget, 0.0),
        }
    )


def interval_coverage() -> pd.DataFrame:
    """Return how often 95 % t intervals hold the mean difference of ``sampling_frame``, by sample size ``n``.

    Simple random samples without replacement, finite-population factor in the interval: ``samples`` of them,
    ``covered``; those missed lie ``below`` or ``above``; ``unchanged`` found no change at all and have no interval.
    """
    frame = sampling_frame()
    difference = (frame["self_score"] - frame["reviewed_score"]).round(1).to_numpy()
    rng = np.random.default_rng(COVERAGE_SEED)
    order = np.argsort(rng.random((COVERAGE_SAMPLES, FRAME_SIZE)), axis=1)
    rows = []
    for n in COVERAGE_SIZES:
        drawn = difference[order[:, :n]]
        half = stdtrit(n - 1, 0.975) * drawn.std(axis=1, ddof=1) * np.sqrt((1 - n / FRAME_SIZE) / n)
        error = drawn.mean(axis=1) - difference.mean()
        unchanged = np.all(drawn == 0, axis=1)
        below, above = ~unchanged & (error < -half), ~unchanged & (error > half)
        missed = unchanged | below | above
        rows.append(
            (n, COVERAGE_SAMPLES, int(np.sum(~missed)), int(below.sum()), int(above.sum()), int(unchanged.sum()))
        )
    return pd.DataFrame(rows, columns=["n", "samples", "covered", "below", "above", "unchanged"])


def signs_scores() -> pd.DataFrame:
    """Return totals of four departments on one form: ``department``, ``project``, ``execution``, ``total``, ``fives``.

    All marks are honest and drawn alike, but for the last department: there a total of 88 and more, but below 90, is
    mostly raised by whole points to 90 and more. ``fives`` is an honest total of the same projects on ten items of 10 points in
    steps of 5.
    """
    rng = np.random.default_rng(SIGN_SEED)
    size = 400
    execution = np.round(np.where(rng.random(size) < 0.5, 10.0, 10 * rng.beta(12, 1.5, size)), 1)
    total = execution + rng.choice(6, p=SIGN_SHARES, size=(size, 18)).sum(axis=1)
    raised = (np.arange(size) >= 300) & (total >= 88) & (total < 90) & (rng.random(size) < 0.8)
    fives = rng.choice([0, 5, 10], p=(0.05, 0.25, 0.70), size=(size, 10)).sum(axis=1)
    return pd.DataFrame(
        {
            "department": np.repeat(["甲", "乙", "丙", "丁"], 100),
            "project": [f"P{place + 1:03d}" for place in range(size)],
            "execution": execution,
            "total": np.round(np.where(raised, total + np.ceil(90 - total), total), 1),
            "fives": fives,
        }
    )


def signs_marks() -> pd.DataFrame:
    """Return marks of 40 projects, item by item: ``a01`` … ``a10`` in steps of 2, ``b1`` … ``b4`` in steps of 5, of 10 points.

    All are honest, but that five projects carry the ten marks of a sixth one; the four coarse items are honest throughout.
    """
    rng = np.random.default_rng(SIGN_SEED)
    fine = 2 * rng.choice(6, p=(0.02, 0.03, 0.05, 0.20, 0.40, 0.30), size=(40, 10))
    fine[[11, 17, 23, 31, 36]] = fine[6]
    coarse = 5 * rng.choice(3, p=(0.05, 0.25, 0.70), size=(40, 4))
    names = [*(f"a{place + 1:02d}" for place in range(10)), *(f"b{place + 1}" for place in range(4))]
    return pd.DataFrame(np.hstack([fine, coarse]), columns=names)


def signs_completion() -> pd.DataFrame:
    """Return 36 output indicators of 5 points in steps of 0.5: ``indicator``, ``completion`` (1 is the target), ``points``.

    Twenty met their target; of the sixteen that missed it three round to full marks, and some others were given them.
    """
    rng = np.random.default_rng(SIGN_SEED)
    completion = np.round(
        np.concatenate([1 + rng.gamma(1, 0.05, 20), 0.955 + rng.random(3) * 0.03, 0.5 + rng.random(13) * 0.4]), 3
    )
    honest = np.floor(np.minimum(completion, 1) * 10 + 0.5) / 2
    given = np.where((np.arange(36) >= 23) & (np.arange(36) % 3 > 0), 5.0, honest)
    return pd.DataFrame(
        {"indicator": [f"C{place + 1:02d}" for place in range(36)], "completion": completion, "points": given}
    )


def signs_raters() -> pd.DataFrame:
    """Return 27 projects rated by six experts: ``project``, ``expert``, ``score``, ``own`` (of the expert's department).

    Experts differ in severity, and the severe ones come from the departments with many projects. Each marks the own
    department 3 points higher.
    """
    rng = np.random.default_rng(HOME_SEED)
    severity = np.array([-5.0, -3.0, -1.0, 1.0, 3.0, 5.0])
    home = np.repeat(np.arange(6), (9, 7, 5, 3, 2, 1))
    quality = rng.normal(84, 4, len(home))
    own = home[:, None] == np.arange(6)
    score = np.round(quality[:, None] + severity + 3 * own + rng.normal(0, 2, own.shape), 1)
    return pd.DataFrame(
        {
            "project": np.repeat([f"P{place + 1:02d}" for place in range(len(home))], 6),
            "expert": [f"E{place + 1}" for place in range(6)] * len(home),
            "score": np.clip(score, 0, 100).ravel(),
            "own": own.ravel().astype(int),
        }
    )


def main() -> None:
    """Write the tables beside this file."""
    folder = Path(__file__).parent
    made = (
        indicator_points,
        project_scores,
        panel_scores,
        sampling_frame,
        interval_coverage,
        signs_scores,
        signs_marks,
        signs_completion,
        signs_raters,
    )
    for table in made:
        table().to_csv(folder / f"{table.__name__}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
