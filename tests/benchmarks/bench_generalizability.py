"""Generalizability of a large, very incomplete crossing, of the shape of lme4's InstEval: students by lecturers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.reliability.generalizability import g_study, rater_severity
from perfkit.reliability.mixed_equations import MixedEquations
from tests.benchmarks.timing import Row, against_floor, alone

RATINGS, PERSONS, RATERS = 73_421, 2_972, 1_128
REML_SECONDS = 10.0


def instructors() -> pd.DataFrame:
    """Return seeded ratings from 1 to 5: every pair once, raters of very unequal numbers of ratings."""
    rng = np.random.default_rng(20260104)
    share = rng.gamma(0.7, 1, RATERS)
    pairs: NDArray[np.int64] = np.unique(
        np.concatenate(
            [
                np.arange(PERSONS) * RATERS + rng.integers(0, RATERS, PERSONS),
                rng.integers(0, PERSONS, RATERS) * RATERS + np.arange(RATERS),
                rng.integers(0, PERSONS, 3 * RATINGS) * RATERS + rng.choice(RATERS, 3 * RATINGS, p=share / share.sum()),
            ]
        )
    )
    person, rater = np.divmod(rng.permutation(pairs)[:RATINGS], RATERS)
    latent = 3.2 + rng.normal(0, 0.33, PERSONS)[person] + rng.normal(0, 0.52, RATERS)[rater]
    score = np.clip(np.round(latent + rng.normal(0, 1.18, RATINGS)), 1, 5)
    return pd.DataFrame({"person": person, "rater": rater, "score": score})


def run() -> list[Row]:
    """Return the rows of the benchmark table."""
    table = instructors()
    person, rater = (pd.factorize(table[name])[0].astype(np.intp) for name in ("person", "rater"))
    score = table["score"].to_numpy()
    one = MixedEquations(
        score - score.mean(), np.full((len(score), 1), len(score) ** -0.5), [person, rater], np.zeros_like(person)
    )
    row = against_floor(
        f"REML of {RATINGS:,} ratings, {PERSONS:,} × {RATERS:,} crossed",
        lambda: g_study(table, score="score", estimator="reml"),
        floor="one solution of the equations",
        floor_task=lambda: one.solved(np.array([0.1, 0.2, 0.7])),
        rounds=2,
    )
    return [
        Row(
            name=row.name,
            seconds=row.seconds,
            floor=row.floor,
            floor_seconds=row.floor_seconds,
            goal=f"≤ {REML_SECONDS:g} s",
            met=row.seconds <= REML_SECONDS,
        ),
        alone(f"severity of {RATERS:,} raters with intervals", lambda: rater_severity(table, score="score")),
    ]
