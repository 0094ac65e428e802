"""What an adapter gets and gives: the table of a golden record, its arguments, and the numbers perfkit computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from perfkit.reliability.estimate import EstimateResult

UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """The inputs of one record: its table (empty where the record needs none), its arguments and the data folder."""

    frame: pd.DataFrame
    arguments: Mapping[str, Any]
    data: Path

    @property
    def columns(self) -> pd.DataFrame:
        """Return the rater columns that the record names, in order."""
        return self.frame[list(self.arguments["columns"])]

    @property
    def level(self) -> float:
        """Return the confidence level; records without an interval name none."""
        return float(self.arguments.get("level") or 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """What perfkit gives for one record, under the names of the golden README."""

    value: float
    low: float = UNKNOWN
    high: float = UNKNOWN
    p: float = UNKNOWN
    se: float = UNKNOWN
    extra: Mapping[str, Any] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()

    @classmethod
    def of(cls, result: EstimateResult, **extra: Any) -> Computed:
        """Return the numbers of a result, with further fields by their golden names."""
        return cls(
            value=result.value,
            low=result.interval.low,
            high=result.interval.high,
            p=result.p,
            se=result.se,
            extra=extra,
            caveats=tuple(caveat.code for caveat in result.caveats),
        )

    @property
    def undefined(self) -> bool:
        """Return whether the value could not be estimated."""
        return math.isnan(self.value)


Call = Callable[[Golden], Computed]


class Unsupported(Exception):  # noqa: N818 - not an error of the program: a record no call answers
    """A record whose arguments perfkit offers no call for; counted as failed."""
