"""Scores by department 分部门: who gave which score."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from perfkit.errors import DataError, Problem
from perfkit.reliability.anomaly.scores import Scores


def member_matrix(departments: ArrayLike | None, known: Scores) -> tuple[list[str], NDArray[np.float64]]:
    """Return the names in order of first appearance, and which known score belongs to which: shape (n, d)."""
    if departments is None:
        return [""], np.ones((known.n, 1))
    labels = pd.Series(np.asarray(departments, dtype=object).ravel())
    if labels.size != known.known.size or labels.isna().any():
        raise DataError(
            Problem(
                code="AN-DEPARTMENTS",
                where="departments",
                expected=f"{known.known.size} 个部门名称，与得分一一对应",
                found=f"{labels.size} 个，其中 {int(labels.isna().sum())} 个为空",
                mend="补齐每个得分所属的部门",
            )
        )
    codes, names = pd.factorize(labels)
    return [str(name) for name in names], (codes[known.known][:, None] == np.arange(len(names))).astype(np.float64)
