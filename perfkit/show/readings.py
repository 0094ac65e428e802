"""Results as named numbers 结果数值簿: a sentence about a statistic takes its numbers from the result itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from perfkit.errors import DataError, Problem
from perfkit.result import Interval, Result
from perfkit.show.record import RecordBook
from perfkit.show.tables.statistics import DECIMALS, limits, probability
from perfkit.trace import Record

# fields that are printed as what they are, not as coefficients
COUNTS = ("n_used", "n_dropped", "replicates")
SHORT = {"n_used": "n", "n_dropped": "dropped"}


def readings(**results: Result | float | int) -> RecordBook:
    """Return the numbers of results under names for sentences 结果数值簿.

    Parameters
    ----------
    results : by name. A result gives ``name`` (its value), ``name.interval``, ``name.p``, ``name.n``,
        ``name.dropped`` and every further number, interval or short text of its own by its field name; a bare number
        gives ``name``.

    Returns
    -------
    RecordBook
        Coefficients with three decimals, p-values with ``<0.001``, counts whole; undefined ones print 无法估计.

    Raises
    ------
    DataError
        Where something is neither a result nor a number.
    """
    return RecordBook(record for name, result in results.items() for record in _records(name, result))


def _records(name: str, result: Any) -> Iterator[Record]:
    if isinstance(result, bool) or not isinstance(result, (Result, int, float)):
        found = type(result).__name__
        raise DataError(
            Problem(code="READING", where=name, expected="统计结果或一个数", found=found, mend="传入统计量返回的结果")
        )
    if isinstance(result, int):
        yield Record(name=name, value=result, kind="count")
    elif isinstance(result, float):
        yield _number(name, result)
    else:
        names = [field.name for field in dataclasses.fields(result)]
        # A result that has an n of its own says what it counts; the one of every result would take the same name.
        kept = [field for field in names if SHORT.get(field, field) == field or SHORT[field] not in names]
        for field in kept:
            yield from _field(name, field, getattr(result, field))


def _number(name: str, value: float) -> Record:
    return Record(name=name, value=value, kind="number", decimals=DECIMALS)


def _field(name: str, field: str, value: Any) -> Iterator[Record]:
    own = name if field == "value" else f"{name}.{SHORT.get(field, field)}"
    if isinstance(value, Interval):
        yield Record(name=own, value=limits(value), kind="text")
    elif field == "p" or field.startswith("p_"):
        yield Record(name=own, value=probability(value), kind="text")
    elif field in COUNTS or (isinstance(value, int) and not isinstance(value, bool)):
        yield Record(name=own, value=int(value or 0), kind="count")
    elif isinstance(value, float):
        yield _number(own, value)
    elif isinstance(value, str):
        yield Record(name=own, value=value, kind="text")
    elif dataclasses.is_dataclass(value) and not isinstance(value, (type, Result)):
        for part in dataclasses.fields(value):
            yield from _field(own, part.name, getattr(value, part.name))
