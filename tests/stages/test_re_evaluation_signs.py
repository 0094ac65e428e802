"""Forensic signs: pooled only, simulated null, nothing on few scores; bunching and flat marks are seen, honest scores not."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from perfkit.checks.self_evaluation import DeskCheckResult
from perfkit.stages.re_evaluation.signs import EDGE, SignsResult, anomaly_signs
from perfkit.terms.reliability import Statistic

FULLS = (15.0, 15.0, 10.0, 10.0, 15.0, 15.0, 10.0)
REPLICATES = 199


def _checked(marks: np.ndarray, paid: np.ndarray, ratio: np.ndarray | None = None) -> DeskCheckResult:
    """Return what the desk check hands on for forms with these marks, whole points, and these execution points."""
    n, k = marks.shape
    names = [f"P{place}" for place in range(n)]
    form = np.repeat(names, k)
    met = np.ones(n * k, dtype=bool) if ratio is None else ratio.ravel() >= 1
    items = pd.DataFrame(
        {"form": form, "project": form, "kind": "quantitative", "level3": "指标", "full": np.tile(FULLS, n), "score": marks.ravel(),
         "own_full": np.tile(FULLS, n), "own_score": marks.ravel(), "decimals": 0, "known_met": ratio is not None, "met": met,
         "ratio": np.nan if ratio is None else ratio.ravel()}
    )  # fmt: skip
    execution = pd.DataFrame(
        {"form": names, "project": names, "kind": "execution", "level3": "预算执行率", "full": 10.0, "score": paid, "own_full": 10.0,
         "own_score": paid, "decimals": 0, "known_met": False, "met": False, "ratio": np.nan}
    )  # fmt: skip
    forms = pd.DataFrame(
        {"form": names, "department": "水务局", "project": names, "name": names, "total": marks.sum(axis=1) + paid}
    )
    nothing = pd.DataFrame()
    return DeskCheckResult(
        findings=(), own_rule_items=nothing, own_rule_totals=nothing, copies=nothing, forms=forms,
        items=pd.concat([items, execution], ignore_index=True),
    )  # fmt: skip


def _honest(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return marks in whole points, some way below full, and execution points."""
    rng = np.random.default_rng(seed)
    level = rng.normal(0.88, 0.04, (n, 1)) + rng.normal(0, 0.12, (n, len(FULLS)))
    marks = np.rint(np.clip(level, 0, 1) * np.array(FULLS))
    return marks, rng.integers(85, 101, n) / 10


def _row(signs: SignsResult, statistic: Statistic, place: int = 0) -> pd.Series:
    frame = signs.to_frame()
    return frame[frame["sign"] == statistic.value].iloc[place]


def test_few_forms_are_not_tested() -> None:
    signs = anomaly_signs(_checked(*_honest(15, 1)), replicates=REPLICATES)
    frame = signs.to_frame()
    assert frame["p"].isna().all()
    assert frame["note"].str.startswith("未检验").all()
    assert tuple(frame.columns) == SignsResult.columns
    assert any(caveat.code == "METHODOLOGY" for caveat in signs.caveats)


def test_nothing_at_all() -> None:
    empty = _checked(np.empty((0, len(FULLS))), np.empty(0))
    assert anomaly_signs(empty).to_frame()["note"].str.startswith("未检验").all()


def test_rows_are_pooled_only_and_say_how_often_honest_scores_do_it() -> None:
    signs = anomaly_signs(_checked(*_honest(250, 2)), seed=5, replicates=REPLICATES)
    frame = signs.to_frame()
    assert set(frame["department"]) == {""}
    tested = frame[frame["p"].notna()]
    assert len(tested) >= 3
    assert (tested["p"] > 0.05).all()
    assert (tested["false_positive_rate"] <= 0.1).all()
    assert (tested["next"] != "").all()
    again = anomaly_signs(_checked(*_honest(250, 2)), seed=5, replicates=REPLICATES).to_frame()
    pd.testing.assert_frame_equal(frame, again)


def test_bunching_above_the_edge_is_seen_and_named() -> None:
    marks, paid = _honest(250, 3)
    for place in range(len(marks)):
        lack = math.ceil(EDGE - marks[place].sum() - paid[place])
        room = np.array(FULLS) - marks[place]
        if 0 < lack <= 3 and room.max() >= lack:
            marks[place, int(room.argmax())] += lack
    signs = anomaly_signs(_checked(marks, paid), seed=5, replicates=REPLICATES)
    edge = _row(signs, Statistic.CUTOFF_BINOMIAL)
    assert edge["p"] < 0.01
    assert edge["value"] > edge["expected"]
    assert "对照断点 85 分" in edge["note"]
    assert "90（含）至 92 分" in edge["next"]


def test_round_totals_are_seen() -> None:
    marks, paid = _honest(250, 8)
    checked = _checked(marks, paid)
    rounded = checked.forms["total"].where(np.arange(250) % 4 > 0, np.round(checked.forms["total"] / 5) * 5)
    checked.forms["total"] = rounded
    row = _row(anomaly_signs(checked, seed=5, replicates=REPLICATES), Statistic.HEAPING)
    assert row["p"] < 0.01
    assert row["value"] > row["expected"]


def test_full_marks_on_missed_targets_are_seen() -> None:
    marks, paid = _honest(60, 4)
    rng = np.random.default_rng(1)
    ratio = rng.uniform(0.7, 0.9, marks.shape)
    honest = anomaly_signs(_checked(np.floor(ratio * np.array(FULLS)), paid, ratio), replicates=REPLICATES)
    assert _row(honest, Statistic.FLAT_MARKS)["p"] == pytest.approx(1.0)
    flat = anomaly_signs(_checked(np.tile(FULLS, (60, 1)), paid, ratio), replicates=REPLICATES)
    row = _row(flat, Statistic.FLAT_MARKS)
    assert row["p"] < 1e-6
    assert row["value"] == 1.0
    assert "P0" in row["next"]


def test_repeated_vectors_are_seen() -> None:
    marks, paid = _honest(60, 6)
    marks[20:35] = marks[20]
    signs = anomaly_signs(_checked(marks, paid), seed=3, replicates=REPLICATES)
    row = _row(signs, Statistic.REPEATED_VECTORS)
    assert row["p"] < 0.05
    assert " 个项目各项得分相同：P20" in row["next"]
