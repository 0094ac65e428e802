"""The Result of a selection 抽样名单: the units, how likely each was, and what is needed to draw them again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.errors import MethodError, Problem
from perfkit.reliability.estimate import UNKNOWN
from perfkit.reliability.sampling.design import CERTAINTY, Design, Stratum
from perfkit.reliability.sampling.frame import SamplingFrame, is_whole
from perfkit.reliability.sampling.selection_numbers import smallest, unit_numbers
from perfkit.result import Caveat, Result
from perfkit.terms.reliability import Planning, Selection

Places = NDArray[np.intp]
DOUBLE_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionResult(Result):
    """The units selected 抽样名单, and how to draw them again.

    ``units`` has one row per selected unit: ``unit``, ``money`` and ``stratum`` where the frame has them, ``part`` (the
    part of the design it was drawn in), ``inclusion_probability``, ``hits`` and ``expected_hits`` (1 and the inclusion
    probability but for the cell method), ``weight`` = hits / expected hits, and ``double_scored``: whether a second
    rater scores the unit blind. ``design`` is what the estimators take, its column is ``part``. ``interval`` is the
    sampling interval in money (NaN where there is none), ``threshold`` the amount from which units are certain (NaN
    where none was set). ``population`` and ``total`` are the units and the money of the frame, ``frame_hash`` its hash;
    ``n_used`` counts the selected units. The same hash, seed and method give the same list.
    """

    kind: ClassVar[str] = Planning.SAMPLE_SELECTION.value

    units: pd.DataFrame
    design: Design
    population: int
    total: float
    seed: int | None
    frame_hash: str
    interval: float = UNKNOWN
    threshold: float = UNKNOWN

    @property
    def double_scored(self) -> tuple[str, ...]:
        """Return the units that a second rater scores blind."""
        return tuple(self.units.loc[self.units["double_scored"], "unit"])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per selected unit."""
        return self.units.copy()

    def __str__(self) -> str:
        """Return one line with what is needed to draw the list again."""
        what = f"{self.kind} · {self.method} · n={self.n_used} of {self.population}"
        codes = "".join(f" · {caveat.code}" for caveat in self.caveats)
        return f"{what} · seed={self.seed} · frame={self.frame_hash}{codes}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a selection 抽样部分: ``members`` of the frame, ``drawn`` of them, each with hits and probabilities."""

    name: str
    selection: Selection
    members: Places
    drawn: Places
    probability: NDArray[np.float64]
    hits: NDArray[np.int64]
    expected: NDArray[np.float64]

    @classmethod
    def equal(cls, name: str, members: Places, drawn: Places) -> Part:
        """Return a part drawn with equal probabilities."""
        chance = np.full(len(drawn), len(drawn) / len(members) if len(members) else UNKNOWN)
        hits = np.ones(len(drawn), dtype=np.int64)
        return cls(
            name=name,
            selection=Selection.SIMPLE,
            members=members,
            drawn=drawn,
            probability=chance,
            hits=hits,
            expected=chance,
        )

    @classmethod
    def certain(cls, members: Places, name: str = CERTAINTY) -> Part:
        """Return a part taken in full."""
        ones = np.ones(len(members))
        return cls(
            name=name,
            selection=Selection.CENSUS,
            members=members,
            drawn=members,
            probability=ones,
            hits=ones.astype(np.int64),
            expected=ones,
        )


def selected(
    population: SamplingFrame, parts: Sequence[Part], *, seed: int, double_share: float, **fields: Any
) -> SelectionResult:
    """Return the result of a selection made of parts; parts without members are left out."""
    used = [part for part in parts if len(part.members)]
    strata = tuple(
        Stratum(
            name=part.name,
            selection=part.selection,
            units=len(part.members),
            book_total=None if population.money is None else float(population.money[part.members].sum()),
        )
        for part in used
    )
    drawn = np.concatenate([part.drawn for part in used])
    chances = np.concatenate([part.probability for part in used])
    hits = np.concatenate([part.hits for part in used])
    expected = np.concatenate([part.expected for part in used])
    columns: dict[str, Any] = {"unit": population.ids[drawn]}
    if population.money is not None:
        columns["money"] = population.money[drawn]
    if population.stratified:
        columns["stratum"] = np.array(population.strata, dtype=object)[population.codes[drawn]]
    columns["part"] = np.repeat(
        np.array([part.name for part in used], dtype=object), [len(part.drawn) for part in used]
    )
    columns |= {"inclusion_probability": chances, "hits": hits, "expected_hits": expected, "weight": hits / expected}
    columns["double_scored"] = _double_scored(population, drawn, seed, double_share)
    table = pd.DataFrame(columns)
    places = sorted(range(len(table)), key=lambda row: (str(columns["part"][row]), str(columns["unit"][row])))
    return SelectionResult(
        n_used=len(drawn),
        units=table.iloc[places].reset_index(drop=True),
        design=Design(strata=strata, column="part" if len(strata) > 1 else ""),
        population=population.size,
        total=population.total,
        seed=seed,
        frame_hash=population.frame_hash,
        **fields,
    )


def _double_scored(population: SamplingFrame, drawn: Places, seed: int, share: float) -> NDArray[np.bool_]:
    """Return which of the drawn units are scored twice: numbers of their own, so that they tell nothing of the draw."""
    chosen = np.zeros(len(drawn), dtype=bool)
    numbers = unit_numbers(population, seed, "double")[drawn]
    chosen[smallest(numbers, double_count(len(drawn), share))] = True
    return chosen


def double_count(size: int, share: float) -> int:
    """Return how many of ``size`` units are scored twice 双评数: the share, rounded up."""
    # One part in 10⁹ off: a fifth of 35 is 7, not 8, whatever the last bit of the product says.
    return math.ceil(share * size - 1e-9)


def checked_draw(seed: int, double_share: float) -> None:
    """Refuse a seed that is no whole number and a share outside 0 … 1.

    Raises
    ------
    MethodError
        Where one of them is.
    """
    if not is_whole(seed):
        raise MethodError(_no_seed(seed))
    if isinstance(double_share, bool) or not 0 <= double_share <= 1:
        raise MethodError(_no_share(double_share))


def checked_size(name: str, size: int, least: int, most: int) -> int:
    """Return a number of units that lies between ``least`` and ``most``.

    Raises
    ------
    MethodError
        Where it does not, or is no whole number.
    """
    if not is_whole(size) or not least <= size <= most:
        raise MethodError(_no_count(name, least, most, size))
    return int(size)


def no_amount(name: str, found: object) -> Problem:
    """Return what is wrong with an amount that is not above 0 金额不合要求."""
    return Problem(
        code="SF-NUMBER",
        where=name,
        expected="大于 0 的金额",
        found=f"{found}",
        mend="以抽样框的金额单位填写：必选起点，或间隔 = 可抽总额 ÷ 样本量",
    )


def _no_seed(found: object) -> Problem:
    return Problem(
        code="SF-NUMBER",
        where="seed",
        expected="一个整数（例如公开摇号所得）",
        found=f"{found}",
        mend="当众产生种子并记录在案",
    )


def _no_share(found: object) -> Problem:
    return Problem(
        code="SF-NUMBER",
        where="double_share",
        expected="0 与 1 之间的比例，如 0.2",
        found=f"{found}",
        mend="改为小数，例如 20% 写作 0.2",
    )


def _no_count(name: str, least: int, most: int, found: object) -> Problem:
    return Problem(
        code="SF-NUMBER",
        where=name,
        expected=f"{least} 到 {most} 之间的整数",
        found=f"{found}",
        mend="样本量可由 sampling_plan 求得；必选单位计入 size",
    )


def apart(population: SamplingFrame, threshold: float | None) -> tuple[Places, Places]:
    """Return the places of the units that are certain and of the rest 必选层与其余.

    Raises
    ------
    MethodError
        Where a threshold is set that is not above 0, or the frame has no money.
    """
    if threshold is None:
        return np.empty(0, dtype=np.intp), np.arange(population.size)
    if isinstance(threshold, bool) or not 0 < threshold < math.inf:
        raise MethodError(no_amount("certainty_from", threshold))
    large = population.amounts() >= threshold
    return np.flatnonzero(large), np.flatnonzero(~large)


def whole_certain() -> Caveat:
    """Return: every unit is certain, nothing is drawn 全部必选."""
    return Caveat("CENSUS", "全部单位都在必选层，等于全部审核，没有抽样误差")
