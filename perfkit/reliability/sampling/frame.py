"""The frame 抽样框: every unit that could be drawn, checked, in an order of its own, with a hash that names it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.ratings import rating_matrix

Texts = NDArray[np.object_]
Money = NDArray[np.float64]

SHOWN_ROWS = 20
# The key of SipHash is public and never changes: it only puts units into an order that no file decides.
LABEL_KEY = "perfkit-sampling"
HASH_VERSION = b"perfkit sampling frame 1"


@dataclass(frozen=True, slots=True, eq=False)
class SamplingFrame:
    """A checked frame 抽样框, made by ``sampling_frame``; all arrays in the order of ``labels``.

    ``ids`` are the units' names as text; ``labels`` their 64-bit hashes, ascending: an order that does not depend on
    how the table was sorted. ``money`` is the amount per unit, ``None`` where the table has none. ``codes`` say which
    of ``strata`` (names, ascending) a unit belongs to; one stratum without a name where the table has none.
    ``frame_hash`` is the SHA-256 of all of it.
    """

    ids: Texts
    labels: NDArray[np.uint64]
    money: Money | None
    codes: NDArray[np.intp]
    strata: tuple[str, ...]
    stratified: bool
    frame_hash: str

    @property
    def size(self) -> int:
        """Return the number of units."""
        return len(self.ids)

    @property
    def total(self) -> float:
        """Return the sum of the money, NaN without any."""
        return float("nan") if self.money is None else float(self.money.sum())

    @property
    def stratum_sizes(self) -> dict[str, int]:
        """Return the number of units of each stratum, by name."""
        counted = np.bincount(self.codes, minlength=len(self.strata))
        return dict(zip(self.strata, counted.tolist(), strict=True))

    def amounts(self) -> Money:
        """Return the money per unit.

        Raises
        ------
        MethodError
            Where the frame was made without money.
        """
        if self.money is None:
            raise MethodError(
                Problem(
                    code="SF-NO-MONEY",
                    where="抽样框",
                    expected="每个单位的金额",
                    found="没有金额列",
                    mend="建立抽样框时指定 money 列，或改用等概率抽样",
                )
            )
        return self.money


def sampling_frame(
    frame: pd.DataFrame, *, unit: str, money: str | None = None, stratum: str | None = None
) -> SamplingFrame:
    """Return a table of units as a checked frame 抽样框, whatever its order.

    Parameters
    ----------
    frame : one row per unit that could be drawn (project, department, voucher).
    unit : column of the names of the units: text or whole numbers, each once.
    money : column of the amounts, 0 or above, one currency unit; ``None`` where only equal probabilities are wanted.
    stratum : column of the strata: text or whole numbers; ``None`` where there are none.

    Returns
    -------
    SamplingFrame
        The units in an order of their own, with ``frame_hash``.

    Raises
    ------
    DataError
        Where a column is absent or there twice, the table is empty, a name is missing or there twice, money is
        missing, negative, infinite or no number, or a stratum is missing: every such row is named.

    Notes
    -----
    Order: SipHash-2-4 of the name with a fixed key (``pandas.util.hash_array``). Hash: SHA-256 over names, amounts (as
    64-bit floats) and strata in that order, so that the same units give the same hash from any file, and any change
    of a name, an amount or a stratum gives another. Money of 0 is lawful here; designs that draw by money say what
    becomes of it. Not for a list that leaves out the units of interest: no design reaches what the frame lacks.
    Verified in tests/reliability/test_sampling_selection_frame.py.

    Examples
    --------
    >>> table = pd.DataFrame({"project": ["A", "B", "C"], "budget": [120.0, 80.0, 0.0]})
    >>> first = sampling_frame(table, unit="project", money="budget")
    >>> second = sampling_frame(table[::-1], unit="project", money="budget")
    >>> first.size, first.total, first.frame_hash == second.frame_hash
    (3, 200.0, True)
    """
    named = {"unit": unit, "money": money, "stratum": stratum}
    absent = [name for name in named.values() if name is not None and list(frame.columns).count(name) != 1]
    if absent:
        raise DataError(_no_column(str(name), list(map(str, frame.columns))) for name in absent)
    if frame.empty:
        raise DataError(_empty())
    ids, problems = _names(frame[unit], unit)
    labels = np.asarray(pd.util.hash_array(ids, hash_key=LABEL_KEY, categorize=False), dtype=np.uint64)
    order = label_order(labels, ids)
    if not problems:
        problems += _repeated(ids, labels, order, unit)
    amounts = None
    if money is not None:
        amounts, wrong = _amounts(frame, money, ids)
        problems += wrong
    codes: NDArray[np.intp] = np.zeros(len(ids), dtype=np.intp)
    strata: tuple[str, ...] = ("",)
    if stratum is not None:
        codes, strata, wrong = _strata(frame[stratum], stratum)
        problems += wrong
    if problems:
        raise DataError(problems)
    ids, labels, codes = ids[order], labels[order], codes[order]
    amounts = None if amounts is None else amounts[order]
    return SamplingFrame(
        ids=ids,
        labels=labels,
        money=amounts,
        codes=codes,
        strata=strata,
        stratified=stratum is not None,
        frame_hash=_content_hash(ids, amounts, codes, strata),
    )


def is_whole(value: object) -> bool:
    """Return whether a value is a whole number 整数; a truth value is none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def label_order(labels: NDArray[np.uint64], ids: Texts) -> NDArray[np.intp]:
    """Return the order of the units by hash, and by name where two names have one hash 排列次序."""
    order = np.argsort(labels)
    ordered = labels[order]
    if bool(np.any(ordered[1:] == ordered[:-1])):
        places = sorted(range(len(ids)), key=lambda place: (int(labels[place]), ids[place]))
        return np.array(places, dtype=np.intp)
    return order


def _content_hash(ids: Texts, money: Money | None, codes: NDArray[np.intp], strata: tuple[str, ...]) -> str:
    """Return the SHA-256 of the frame; lengths go before texts, so that no two frames run together."""
    digest = hashlib.sha256(HASH_VERSION)
    for texts in (ids.tolist(), list(strata)):
        lengths = np.fromiter(map(len, texts), dtype="<i8", count=len(texts))
        digest.update(np.array([len(texts)], dtype="<i8").tobytes() + lengths.tobytes())
        digest.update("".join(texts).encode())
    digest.update(b"without money" if money is None else money.astype("<f8").tobytes())
    digest.update(codes.astype("<i8").tobytes())
    return digest.hexdigest()


def _texts(column: pd.Series[Any]) -> tuple[Texts, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return names as text, where they are missing, and where they are neither text nor a whole number."""
    values = column.to_numpy(dtype=object)
    missing = np.asarray(pd.isna(values))
    wrong = np.zeros(len(values), dtype=bool)
    kinds = set(map(type, values.tolist()))
    if kinds != {str}:
        wrong = ~missing & np.array([not _is_name(value) for value in values], dtype=bool)
        values = np.array([_text(value) for value in values], dtype=object)
    listed = values.tolist()
    # Names are rarely blank, and to ask once costs a tenth of looking at each.
    if "" in listed or any(map(str.isspace, listed)):
        missing = missing | np.array([not value.strip() for value in listed], dtype=bool)
    return values, missing, wrong


def _is_name(value: object) -> bool:
    whole = isinstance(value, (float, np.floating)) and float(value).is_integer()
    return not isinstance(value, (bool, np.bool_)) and (isinstance(value, (str, int, np.integer)) or whole)


def _text(value: Any) -> str:
    """Return a name as text: a spreadsheet's 7.0 is the unit 7."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return "" if value is None or value is pd.NA or value is pd.NaT else str(value)


def _names(column: pd.Series[Any], name: str) -> tuple[Texts, list[Problem]]:
    """Return the names of the units, and those missing or of a wrong sort."""
    ids, missing, wrong = _texts(column)
    problems = list(_rows(missing, lambda rows: _missing(name, rows)))
    problems += _rows(wrong, lambda rows: _no_name(name, rows, ids))
    return ids, problems


def _repeated(ids: Texts, labels: NDArray[np.uint64], order: NDArray[np.intp], name: str) -> list[Problem]:
    """Return the names that stand twice; equal names have equal hashes, so that mostly nothing is compared."""
    ordered = labels[order]
    if not bool(np.any(ordered[1:] == ordered[:-1])):
        return []
    series = pd.Series(ids, dtype=object)
    groups = series[series.duplicated(keep=False)].groupby(series, sort=False).groups
    return [_twice(name, str(unit), [int(row) + 1 for row in rows]) for unit, rows in groups.items()]


def _amounts(frame: pd.DataFrame, name: str, ids: Texts) -> tuple[Money, list[Problem]]:
    """Return the money, and where it is missing, negative or no number."""
    try:
        # Adding 0 makes one zero of the two that floats have: the hash must not tell them apart.
        money = rating_matrix(frame[[name]])[:, 0] + 0.0
    except DataError as error:
        return np.zeros(len(frame)), [_no_money(problem) for problem in error.problems]
    missing = np.isnan(money)
    problems = list(_rows(missing, lambda rows: _missing(name, rows)))
    negative = ~missing & (money < 0)
    found = _rows(negative, lambda rows: _negative(name, rows, ids, money))
    return money, [*problems, *found]


def _strata(column: pd.Series[Any], name: str) -> tuple[NDArray[np.intp], tuple[str, ...], list[Problem]]:
    """Return the stratum of each unit as a place among the names, ascending."""
    first_codes, kinds = pd.factorize(column, use_na_sentinel=True)
    texts, empty, wrong_kind = _texts(pd.Series(kinds, dtype=object))
    unknown = first_codes < 0
    missing, wrong = unknown.copy(), np.zeros(len(column), dtype=bool)
    missing[~unknown] |= empty[first_codes[~unknown]]
    wrong[~unknown] |= wrong_kind[first_codes[~unknown]]
    shown = column.to_numpy(dtype=object)
    problems = list(_rows(missing, lambda rows: _missing(name, rows)))
    problems += _rows(wrong, lambda rows: _no_name(name, rows, shown))
    names = sorted(set(texts.tolist()))
    places = {text: place for place, text in enumerate(names)}
    translation = np.array([places[text] for text in texts], dtype=np.intp)
    codes = translation[np.where(unknown, 0, first_codes)] if len(translation) else np.zeros(len(column), np.intp)
    return codes, tuple(names), problems


def _rows(wrong: NDArray[np.bool_], problem: Callable[[NDArray[np.intp]], Problem]) -> Iterator[Problem]:
    """Yield a problem per wrong row; those past the twentieth are listed in one."""
    places = np.flatnonzero(wrong)
    for place in places[:SHOWN_ROWS]:
        yield problem(np.array([place]))
    if len(places) > SHOWN_ROWS:
        yield problem(places[SHOWN_ROWS:])


def _place(name: str, rows: NDArray[np.intp]) -> str:
    """Return the place of a problem: rows are counted from 1, and the header is none."""
    return f"{name}: " + ", ".join(str(row + 1) for row in rows)


def _no_column(name: str, known: list[str]) -> Problem:
    return Problem(
        code="SF-COLUMN",
        where="抽样框",
        expected=f"列 {name}，只出现一次",
        found="、".join(known),
        mend="改正列名或补上该列",
    )


def _empty() -> Problem:
    return Problem(
        code="SF-EMPTY", where="抽样框", expected="至少一个可抽取的单位", found="空表", mend="检查筛选条件和数据来源"
    )


def _missing(name: str, rows: NDArray[np.intp]) -> Problem:
    return Problem(
        code="SF-MISSING",
        where=f"抽样框（列: 第几行）{_place(name, rows)}",
        expected="每个单位都有名称、金额和层",
        found="空",
        mend="补齐后再抽样；不能留空，也不要删行了事",
    )


def _no_name(name: str, rows: NDArray[np.intp], values: Texts) -> Problem:
    return Problem(
        code="SF-NAME",
        where=f"抽样框（列: 第几行）{_place(name, rows)}",
        expected="文字或整数",
        found="、".join(repr(values[row]) for row in rows),
        mend="改用文字编号",
    )


def _twice(name: str, unit: str, rows: list[int]) -> Problem:
    return Problem(
        code="SF-REPEATED",
        where=f"抽样框 {name} 列 第 {'、'.join(map(str, rows))} 行",
        expected="每个单位只出现一次",
        found=f"{unit!r} 出现 {len(rows)} 次",
        mend="合并重复的行，或为不同单位编不同的号",
    )


def _no_money(problem: Problem) -> Problem:
    """Return a fault of a table of ratings as one of the frame."""
    return replace(
        problem, code="SF-MONEY", where=problem.where.replace("评分表", "抽样框"), mend="改为数字，不带单位和千分号"
    )


def _negative(name: str, rows: NDArray[np.intp], ids: Texts, money: Money) -> Problem:
    return Problem(
        code="SF-NEGATIVE",
        where=f"抽样框（列: 第几行）{_place(name, rows)}",
        expected="不小于 0 的金额",
        found="、".join(f"{ids[row]}：{money[row]:g}" for row in rows),
        mend="贷方余额和冲减另列一层核查，不与正数混抽",
    )
