"""Sampling designs 抽样设计: strata, how each was selected, and which of them can speak for what was not looked at."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from perfkit.errors import MethodError, Problem
from perfkit.terms.reliability import Selection

WHOLE = "all"
CERTAINTY = "certainty"
REST = "rest"
PICKED = frozenset({Selection.PURPOSIVE, Selection.RISK})
BY_SIZE = frozenset({Selection.PPS, Selection.MONETARY_UNIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One stratum of a population 层: ``units`` in it (N), its ``book_total`` (X), and how its sample was selected.

    ``units`` or ``book_total`` is ``None`` where it is not known; an estimator that needs it then refuses.
    """

    name: Hashable
    selection: Selection = Selection.SIMPLE
    units: int | None = None
    book_total: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A sampling design 抽样设计: the strata of the whole population, sampled or not.

    Made by ``simple_random``, ``stratified``, ``pps``, ``monetary_unit``, ``census`` or ``picked``. ``column`` names the
    column of the sample that says which stratum a unit lies in ("" where there is one stratum). ``total`` is the book
    total of the whole population.
    """

    strata: tuple[Stratum, ...]
    column: str = ""
    total: float | None = None

    def __post_init__(self) -> None:
        """Refuse a design that contradicts itself."""
        problems = list(_problems(self))
        if problems:
            raise MethodError(problems)

    @property
    def units(self) -> int | None:
        """Return the units of the population, ``None`` where a stratum does not say."""
        known = [stratum.units for stratum in self.strata if stratum.units is not None]
        return sum(known) if len(known) == len(self.strata) else None

    @property
    def book_total(self) -> float | None:
        """Return the book total of the population: the one given, else the sum over the strata."""
        known = [stratum.book_total for stratum in self.strata if stratum.book_total is not None]
        return self.total if self.total is not None else float(sum(known)) if len(known) == len(self.strata) else None

    @property
    def name(self) -> str:
        """Return the design in one stable word per selection, e.g. ``"census+simple"``; strata are counted apart."""
        return "+".join(sorted({stratum.selection.value for stratum in self.strata}))


def _problems(design: Design) -> Iterator[Problem]:
    """Yield what is wrong with a design."""
    names = [stratum.name for stratum in design.strata]
    if not names or len(set(names)) < len(names):
        yield Problem(
            code="SP-STRATA",
            where="抽样设计",
            expected="至少一层，层名各不相同",
            found="、".join(map(str, names)) or "没有层",
            mend="逐层列出总体，每层一次",
        )
    if len(names) > 1 and not design.column:
        yield Problem(
            code="SP-COLUMN",
            where="抽样设计 column",
            expected="样本中写明层名的列",
            found="空",
            mend="给出该列的列名",
        )
    for stratum in design.strata:
        units, book = stratum.units, stratum.book_total
        if units is not None and (units < 0 or units != int(units)):
            yield _no_size(f"层 {stratum.name} 的单位数", "不小于 0 的整数", units)
        if book is not None and not (np.isfinite(book) and book >= 0):
            yield _no_size(f"层 {stratum.name} 的账面总额", "不小于 0 的数", book)
    if design.total is not None and not np.isfinite(design.total):
        yield _no_size("总体的账面总额", "有限的数", design.total)


def _no_size(where: str, expected: str, found: float) -> Problem:
    """Return what is wrong with the size of a stratum."""
    return Problem(code="SP-SIZE", where=where, expected=expected, found=f"{found:g}", mend="按抽样框重新统计")


def simple_random(units: int, *, book_total: float | None = None) -> Design:
    """Return the design of one equal-probability sample without replacement 简单随机抽样.

    Parameters
    ----------
    units : units in the population (N).
    book_total : book total of the population (X), which difference, ratio and regression estimators of a total need.

    Examples
    --------
    >>> simple_random(120).name
    'simple'
    """
    return Design(strata=(Stratum(name=WHOLE, units=units, book_total=book_total),))


def stratified(
    column: str,
    units: Mapping[Hashable, int],
    *,
    book_totals: Mapping[Hashable, float] | None = None,
    book_total: float | None = None,
    certainty: Iterable[Hashable] = (),
    picked: Iterable[Hashable] = (),
) -> Design:
    """Return a stratified design 分层抽样: simple random sampling within strata, beside strata taken in full.

    Parameters
    ----------
    column : column of the sample that names the stratum.
    units : units of every stratum of the population (N_h), by its name as it stands in ``column``.
    book_totals : book total of each stratum (X_h); the separate ratio and regression estimators need it.
    book_total : book total of the population, where those of the strata are not known.
    certainty : strata of which every unit was looked at 必审层; they are counted exactly.
    picked : strata whose units were picked by hand; they can be described only, unless all their units were picked.

    Examples
    --------
    >>> stratified("size", {"large": 6, "small": 114}, certainty=["large"]).name
    'census+simple'
    """
    exact, chosen = set(certainty), set(picked)
    absent = (exact | chosen | set(book_totals or {})) - set(units)
    if absent:
        raise MethodError(
            Problem(
                code="SP-STRATA",
                where="抽样设计",
                expected="units 中列出的层",
                found="、".join(sorted(map(str, absent))),
                mend="在 units 中补上该层的单位数，或改正层名",
            )
        )
    books = book_totals or {}
    return Design(
        strata=tuple(
            Stratum(
                name=name,
                selection=Selection.CENSUS
                if name in exact
                else Selection.PURPOSIVE
                if name in chosen
                else Selection.SIMPLE,
                units=count,
                book_total=books.get(name),
            )
            for name, count in units.items()
        ),
        column=column,
        total=book_total,
    )


def monetary_unit(
    book_total: float | None = None, *, units: int | None = None, column: str = "", certainty: Stratum | None = None
) -> Design:
    """Return the design of a monetary-unit sample 货币单元抽样: each unit of money has one chance.

    Parameters
    ----------
    book_total : book total of what was drawn from (X); without it bounds are fractions only.
    units : items in what was drawn from (N), where a method needs it.
    column, certainty : the column that names strata, and the stratum of items taken in full because they exceed the
        sampling interval; rows of the drawn part carry ``"rest"`` in that column.

    Examples
    --------
    >>> monetary_unit(1_000_000.0).book_total
    1000000.0
    """
    return _by_size(Selection.MONETARY_UNIT, book_total, units, column, certainty)


def pps(
    book_total: float | None = None, *, units: int | None = None, column: str = "", certainty: Stratum | None = None
) -> Design:
    """Return the design of a sample with probability proportional to size 按规模成比例概率抽样.

    Parameters
    ----------
    book_total : total of the size measure of what was drawn from (X).
    units : units in what was drawn from (N), where a mean per unit is wanted.
    column, certainty : as ``monetary_unit``.

    Examples
    --------
    >>> pps(5000.0, units=40).units
    40
    """
    return _by_size(Selection.PPS, book_total, units, column, certainty)


def _by_size(
    selection: Selection, book_total: float | None, units: int | None, column: str, certainty: Stratum | None
) -> Design:
    """Return one stratum drawn by size, beside a certainty stratum where there is one."""
    if certainty is None:
        one = Stratum(name=WHOLE, selection=selection, units=units, book_total=book_total)
        return Design(strata=(one,), total=book_total)
    exact = Stratum(
        name=certainty.name, selection=Selection.CENSUS, units=certainty.units, book_total=certainty.book_total
    )
    drawn = Stratum(name=REST, selection=selection, units=units, book_total=book_total)
    return Design(strata=(exact, drawn), column=column)


def census(units: int, *, book_total: float | None = None) -> Design:
    """Return the design in which every unit was looked at 全部审核.

    Examples
    --------
    >>> census(12).name
    'census'
    """
    return Design(strata=(Stratum(name=WHOLE, selection=Selection.CENSUS, units=units, book_total=book_total),))


def picked(units: int | None = None, *, by: Literal["purposive", "risk"] = "purposive") -> Design:
    """Return the design that is none: units picked by hand or by risk 判断抽样或按风险挑选.

    Parameters
    ----------
    units : units of the population, where known.
    by : why they were picked.

    Notes
    -----
    No estimator takes it: such a sample is described (``describe_sample``), never extrapolated. Where the picked units
    are a stratum of their own, all of it looked at, beside a probability sample of the rest, say so with
    ``stratified(…, certainty=…)``.

    Examples
    --------
    >>> picked(60, by="risk").name
    'risk'
    """
    selection = Selection.read(by)
    if selection not in PICKED:
        raise MethodError(
            Problem(
                code="RL-CHOICE",
                where="by",
                expected="purposive、risk",
                found=repr(by),
                mend="从列出的写法中选一种",
            )
        )
    return Design(strata=(Stratum(name=WHOLE, selection=selection, units=units),))


def not_extrapolated(names: str, selection: Selection) -> MethodError:
    """Return the refusal to estimate from units that nobody drew by chance 不得推断总体."""
    return MethodError(
        Problem(
            code="SP-NOT-EXTRAPOLATED",
            where=f"层 {names}",
            expected="概率抽样（简单随机、分层、按规模、货币单元）或全部审核",
            found=f"{selection.label}：抽中的机会无从得知",
            mend="只作描述（describe_sample），不推断未审核部分；或把挑选的单位列为必审层，其余另行随机抽取",
        )
    )


def wrong_design(found: Selection, wanted: Iterable[Selection]) -> MethodError:
    """Return the refusal of an estimator made for another design 抽样设计与估计方法不符."""
    return MethodError(
        Problem(
            code="SP-DESIGN",
            where="design",
            expected="、".join(sorted(one.label for one in wanted)),
            found=found.label,
            mend="换用与抽样设计相符的估计方法",
        )
    )


def unknown_size(what: Literal["units", "stratum_units", "book_total", "stratum_books"]) -> MethodError:
    """Return the refusal to estimate without a size of the population 缺少总体信息."""
    return MethodError(_unknown(what))


def _unknown(what: str) -> Problem:
    """Return which size of the population is not known."""
    words = {
        "units": "总体单位数",
        "stratum_units": "各层单位数",
        "book_total": "总体的账面总额",
        "stratum_books": "各层的账面总额",
    }
    return Problem(
        code="SP-POPULATION", where="design", expected=words[what], found="没有给出", mend="按抽样框统计后写入抽样设计"
    )
