"""Replicated scores 重复评分: wide and long tables → one row per replicate with the scores of both methods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from perfkit.errors import DataError, Problem
from perfkit.reliability.ratings import SHOWN_PROBLEMS, rating_matrix


def refuse_absent(frame: object, names: Iterable[str]) -> None:
    """Raise where the input is no table or lacks a column that it needs 缺列.

    Raises
    ------
    DataError
        One problem for every absent column.
    """
    if not isinstance(frame, pd.DataFrame):
        raise DataError(
            Problem(
                code="RT-SHAPE",
                where="表",
                expected="DataFrame，每行一个评分",
                found=type(frame).__name__,
                mend="转成 DataFrame；宽表可用 wide_replicates，长表可用 long_replicates",
            )
        )
    listed = ", ".join(map(str, frame.columns))
    problems = [
        Problem(code="RT-COLUMN", where="表", expected=f"列 {name}", found=f"只有 {listed}", mend="改正列名或补上该列")
        for name in names
        if name not in frame.columns
    ]
    if problems:
        raise DataError(problems)


def refuse_unnamed(frame: pd.DataFrame, names: Sequence[str], *, unique: bool) -> None:
    """Raise where a row lacks a key, or two rows share all keys where keys are to be unique 键缺失或重复.

    Raises
    ------
    DataError
        The rows are named, at most twenty.
    """
    keys = frame[list(names)]
    listed = ", ".join(names)
    problems = [
        Problem(code="RT-KEY", where=f"行 {row!r}", expected=f"{listed} 均不为空", found="空", mend="补上或删去该行")
        for row in frame.index[keys.isna().any(axis=1)][:SHOWN_PROBLEMS]
    ]
    if unique:
        problems += [
            Problem(
                code="RT-REPEATED",
                where=f"行 {row!r}",
                expected=f"每个 ({listed}) 组合只有一个评分",
                found="重复",
                mend="给各次重复评分不同的序号，或删去重复行",
            )
            for row in frame.index[keys.duplicated()][:SHOWN_PROBLEMS]
        ]
    if problems:
        raise DataError(problems)


def wide_replicates(frame: pd.DataFrame, *, evaluand: str, x: Sequence[str], y: Sequence[str]) -> pd.DataFrame:
    """Return a wide table of replicates, one row per replicate 宽表转成对重复评分.

    Parameters
    ----------
    frame : rows evaluands (an evaluand may take several rows), columns the replicates of both methods.
    evaluand : name of the column that names the evaluand.
    x, y : names of the columns of either method, paired in order; equally many.

    Returns
    -------
    DataFrame
        Columns ``evaluand``, ``x``, ``y``; NaN where missing; rows without either score are left out.

    Raises
    ------
    DataError
        Where a column is absent, ``x`` and ``y`` differ in number, an evaluand is unnamed, or a score is no number.

    Examples
    --------
    >>> table = pd.DataFrame({"id": [1, 2], "a1": [8.0, 7.0], "a2": [9.0, 7.5], "b1": [8.5, 7.0], "b2": [8.0, 6.5]})
    >>> wide_replicates(table, evaluand="id", x=["a1", "a2"], y=["b1", "b2"]).to_numpy().tolist()
    [[1.0, 8.0, 8.5], [2.0, 7.0, 7.0], [1.0, 9.0, 8.0], [2.0, 7.5, 6.5]]
    """
    refuse_absent(frame, [evaluand, *x, *y])
    if len(x) != len(y) or not x:
        raise DataError(
            Problem(
                code="LA-REPLICATES",
                where="x 与 y",
                expected="列数相同，至少各一列，按次序成对",
                found=f"{len(x)} 列与 {len(y)} 列",
                mend="补齐或删去多出的列；不成对的重复评分请用长表",
            )
        )
    refuse_unnamed(frame, [evaluand], unique=False)
    sides = [rating_matrix(frame[list(side)]).T.ravel() for side in (x, y)]
    names = np.tile(frame[evaluand].to_numpy(), len(x))
    stacked = pd.DataFrame({"evaluand": names, "x": sides[0], "y": sides[1]})
    return stacked.dropna(subset=["x", "y"], how="all").reset_index(drop=True)


def long_replicates(
    frame: pd.DataFrame, *, evaluand: str, method: str, replicate: str, score: str, x_method: str, y_method: str
) -> pd.DataFrame:
    """Return a long table of replicates as one row per replicate with both scores 长表转成对重复评分.

    Parameters
    ----------
    frame : one row per score.
    evaluand, method, replicate, score : names of the columns: what was scored, how, which time, and the score.
    x_method, y_method : the two methods compared; others are left out.

    Returns
    -------
    DataFrame
        Columns ``evaluand``, ``x``, ``y``; NaN where a method has no score under that replicate number.

    Raises
    ------
    DataError
        Where a column or a method is absent, a key is empty, a score is repeated or no number.

    Examples
    --------
    >>> table = pd.DataFrame({"id": [1, 1, 1], "by": ["a", "b", "a"], "no": [1, 1, 2], "score": [8.0, 8.5, 9.0]})
    >>> long_replicates(
    ...     table, evaluand="id", method="by", replicate="no", score="score", x_method="a", y_method="b"
    ... ).to_numpy().tolist()
    [[1.0, 8.0, 8.5], [1.0, 9.0, nan]]
    """
    keys = [evaluand, method, replicate]
    refuse_absent(frame, [*keys, score])
    kept = frame[frame[method].isin([x_method, y_method])]
    refuse_unnamed(frame, keys, unique=True)
    refuse_missing_methods(frame[method], (x_method, y_method))
    scores = kept[keys].assign(score=rating_matrix(kept[[score]])[:, 0])
    wide = scores.pivot(index=[evaluand, replicate], columns=method, values="score")
    wide = wide.reindex(columns=[x_method, y_method])
    stacked = pd.DataFrame(
        {
            "evaluand": wide.index.get_level_values(0),
            "x": wide[x_method].to_numpy(np.float64),
            "y": wide[y_method].to_numpy(np.float64),
        }
    )
    return stacked.dropna(subset=["x", "y"], how="all").reset_index(drop=True)


def refuse_missing_methods(methods: pd.Series, wanted: tuple[str, str]) -> None:
    """Raise where a method to compare is none of the several that there are, or is compared with itself 缺少方法.

    A table of fewer than two methods is let pass: what it lacks is scores, not a right name.

    Raises
    ------
    DataError
        One problem for every such method.
    """
    known = methods.dropna().unique().tolist()
    listed = "、".join(map(str, known))
    problems = [
        Problem(code="LA-METHOD", where="method", expected=f"{listed} 之一", found=repr(name), mend="改正方法名称")
        for name in wanted
        if len(known) > 1 and name not in known
    ]
    if wanted[0] == wanted[1]:
        problems.append(
            Problem(code="LA-METHOD", where="method", expected="两种方法", found=repr(wanted[0]), mend="给出另一种方法")
        )
    if problems:
        raise DataError(problems)
