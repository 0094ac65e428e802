"""Equal-probability selections 等概率抽样: simple and stratified, beside a certainty stratum; and the hand-picked list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.estimate import UNKNOWN
from perfkit.reliability.sampling.design import CERTAINTY, REST, WHOLE, picked
from perfkit.reliability.sampling.frame import SamplingFrame
from perfkit.reliability.sampling.selection_allocation import Rule, stratum_allocation
from perfkit.reliability.sampling.selection_numbers import smallest, unit_numbers
from perfkit.reliability.sampling.selection_result import (
    DOUBLE_SHARE,
    Part,
    SelectionResult,
    apart,
    checked_draw,
    checked_size,
    selected,
    whole_certain,
)
from perfkit.result import Caveat


def simple_sample(
    population: SamplingFrame,
    *,
    size: int,
    seed: int,
    certainty_from: float | None = None,
    double_share: float = DOUBLE_SHARE,
) -> SelectionResult:
    """Return a simple random sample without replacement 简单随机抽样名单, beside a certainty stratum 必选层.

    Parameters
    ----------
    population : the frame, of N units.
    size : units to select in all, the certain ones included, 1 … N.
    seed : a whole number, best drawn in public.
    certainty_from : units with at least this much money are certain; ``None``: none are.
    double_share : fraction of the selected units that a second rater scores blind.

    Returns
    -------
    SelectionResult
        The list with inclusion probabilities and weights; ``design`` for the estimators.

    Raises
    ------
    MethodError
        Where the size is not within 1 … N or leaves nothing to draw beside the certain units, the seed is no whole
        number, or a threshold is set on a frame without money.

    Notes
    -----
    The units with the smallest permanent random numbers (``unit_numbers``): π = n/N in the drawn part. A larger size
    with the same frame and seed keeps all units of a smaller one. For means per unit and shares of units; where money
    is the question it wastes the sample on small units (``monetary_unit_sample``). Source: Cochran (1977), ch. 2; Ohlsson
    (1995), Coordination of samples using permanent random numbers. Verified in
    tests/reliability/test_sampling_selection.py (inclusion probabilities by simulation).

    Examples
    --------
    >>> import pandas as pd
    >>> from perfkit.reliability.sampling import sampling_frame
    >>> frame = sampling_frame(pd.DataFrame({"project": [f"P{i:02d}" for i in range(40)]}), unit="project")
    >>> found = simple_sample(frame, size=8, seed=7)
    >>> len(found.units), found.units["inclusion_probability"].unique().tolist(), len(found.double_scored)
    (8, [0.2], 2)
    """
    checked_draw(seed, double_share)
    certain, rest = apart(population, certainty_from)
    size = checked_size("size", size, min(len(certain) + 1, population.size), population.size)
    numbers = unit_numbers(population, seed, "select")
    drawn = rest[smallest(numbers[rest], size - len(certain))]
    parts = [Part.certain(certain), Part.equal(REST if len(certain) else WHOLE, rest, drawn)]
    return selected(
        population,
        parts,
        seed=seed,
        double_share=double_share,
        method="simple:permanent_random_numbers" + ("+certainty" if len(certain) else ""),
        source="Cochran (1977), ch. 2; Ohlsson (1995)",
        threshold=UNKNOWN if certainty_from is None else float(certainty_from),
        caveats=() if len(rest) else (whole_certain(),),
    )


def stratified_sample(
    population: SamplingFrame,
    *,
    size: int,
    seed: int,
    rule: Rule = "proportional",
    spread: Mapping[str, float] | None = None,
    least: int = 2,
    certainty_from: float | None = None,
    double_share: float = DOUBLE_SHARE,
) -> SelectionResult:
    """Return a stratified random sample 分层抽样名单: simple within the strata of the frame, beside a certainty stratum.

    Parameters
    ----------
    population : the frame, made with a stratum column.
    size : units to select in all, the certain ones included.
    seed : a whole number, best drawn in public.
    rule, spread, least : how the sample is shared out, see ``stratum_allocation``; units that are certain have left
        their stratum.
    certainty_from : units with at least this much money are certain; ``None``: none are.
    double_share : fraction of the selected units that a second rater scores blind.

    Returns
    -------
    SelectionResult
        The list; column ``part`` names the stratum, or ``"certainty"``.

    Raises
    ------
    MethodError
        Where the frame has no strata, one of them is called ``"certainty"`` beside certain units, or the size does not
        reach the least numbers or exceeds the frame.

    Notes
    -----
    π = n_h/N_h. Weights differ between strata unless the allocation is proportional: an unweighted mean of such a
    sample is biased. Source: Cochran (1977), ch. 5. Verified in tests/reliability/test_sampling_selection.py.

    Examples
    --------
    >>> import pandas as pd
    >>> from perfkit.reliability.sampling import sampling_frame
    >>> table = pd.DataFrame({"project": range(40), "sector": ["roads"] * 30 + ["schools"] * 10})
    >>> frame = sampling_frame(table, unit="project", stratum="sector")
    >>> stratified_sample(frame, size=8, seed=7).units.groupby("part").size().to_dict()
    {'roads': 6, 'schools': 2}
    """
    checked_draw(seed, double_share)
    if not population.stratified:
        raise MethodError(_no_strata())
    certain, rest = apart(population, certainty_from)
    if len(certain) and CERTAINTY in population.strata:
        raise MethodError(_taken_name())
    size = checked_size("size", size, min(len(certain) + 1, population.size), population.size)
    codes = population.codes[rest]
    units = np.bincount(codes, minlength=len(population.strata))
    kept = [place for place in range(len(units)) if units[place]]
    parts = [Part.certain(certain)]
    if kept:
        counts = {population.strata[place]: int(units[place]) for place in kept}
        sizes = stratum_allocation(counts, size=size - len(certain), rule=rule, spread=spread, least=least).sizes
        numbers = unit_numbers(population, seed, "select")
        for place in kept:
            name = population.strata[place]
            members = rest[codes == place]
            parts.append(Part.equal(name, members, members[smallest(numbers[members], sizes[name])]))
    return selected(
        population,
        parts,
        seed=seed,
        double_share=double_share,
        method=f"stratified:{rule}" + ("+certainty" if len(certain) else ""),
        source="Cochran (1977), ch. 5; Neyman (1934), JRSS 97, 558-625",
        threshold=UNKNOWN if certainty_from is None else float(certainty_from),
        caveats=() if kept else (whole_certain(),),
    )


def purposive_sample(
    population: SamplingFrame, units: Iterable[str | int], *, by: Literal["purposive", "risk"] = "purposive"
) -> SelectionResult:
    """Return a list picked by hand or by risk 判断抽样或按风险挑选的名单, so marked that no estimator takes it.

    Parameters
    ----------
    population : the frame.
    units : the names of the picked units.
    by : why they were picked.

    Returns
    -------
    SelectionResult
        The list with inclusion probabilities NaN and the caveat ``NOT_A_PROBABILITY_SAMPLE``; nobody is double scored.

    Raises
    ------
    DataError
        Where a unit is not in the frame or named twice.

    Notes
    -----
    Such a sample is described, never extrapolated: six departments picked for a reason tell nothing of the others.
    Where picked units are to stand beside an estimate, let them be certain (``certainty_from``) and draw the rest.
    Verified in tests/reliability/test_sampling_selection.py.

    Examples
    --------
    >>> import pandas as pd
    >>> from perfkit.reliability.sampling import sampling_frame
    >>> frame = sampling_frame(pd.DataFrame({"project": ["A", "B", "C"]}), unit="project")
    >>> found = purposive_sample(frame, ["B"], by="risk")
    >>> found.design.name, [caveat.code for caveat in found.caveats]
    ('risk', ['NOT_A_PROBABILITY_SAMPLE'])
    """
    design = picked(population.size, by=by)
    names = [str(unit) for unit in units]
    places = {str(unit): place for place, unit in enumerate(population.ids)}
    problems = [_not_there(name) for name in dict.fromkeys(names) if name not in places]
    problems += [_picked_twice(name) for name in dict.fromkeys(names) if names.count(name) > 1]
    if problems or not names:
        raise DataError(problems or [_nothing_picked()])
    drawn = np.array([places[name] for name in sorted(names)], dtype=np.intp)
    part = Part.equal(WHOLE, np.arange(population.size), drawn)
    found = selected(
        population,
        [part],
        seed=0,
        double_share=0.0,
        method=f"picked:{by}",
        source="none",
        caveats=(Caveat("NOT_A_PROBABILITY_SAMPLE", "名单由人挑选，抽中机会无从得知：只作描述，不推断其余单位"),),
    )
    unknown = dict.fromkeys(("inclusion_probability", "expected_hits", "weight"), UNKNOWN)
    return replace(found, units=found.units.assign(**unknown), design=design, seed=None)


def _no_strata() -> Problem:
    return Problem(
        code="SF-NO-STRATA",
        where="抽样框",
        expected="分层列",
        found="没有",
        mend="建立抽样框时指定 stratum 列，或改用 simple_sample",
    )


def _taken_name() -> Problem:
    return Problem(
        code="SF-STRATUM-NAME",
        where="分层",
        expected=f"{CERTAINTY} 以外的层名（该名留给必选层）",
        found=CERTAINTY,
        mend="改层名",
    )


def _not_there(name: str) -> Problem:
    return Problem(
        code="SF-NOT-THERE", where="units", expected="抽样框中的单位", found=repr(name), mend="改正编号，或先补入抽样框"
    )


def _picked_twice(name: str) -> Problem:
    return Problem(
        code="SF-REPEATED", where="units", expected="每个单位一次", found=f"{name!r} 多于一次", mend="只留一次"
    )


def _nothing_picked() -> Problem:
    return Problem(code="SF-EMPTY", where="units", expected="至少一个单位", found="没有", mend="列出挑选的单位")
