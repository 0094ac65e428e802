"""The shape of a recommendation: a statistic, what to do with it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from perfkit.reliability.difference.shift.change import ChangeResult
from perfkit.reliability.estimate import UNKNOWN
from perfkit.result import Caveat, Interval, Result
from perfkit.terms import Measure, Roles, Statistic, Use

# in the order of report
SHARES = ("changed", "lowered", "raised", "same")
DIFFERENCES = ("mean_difference", "median_difference")
TESTED = "lowered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One line of a report 选用建议: what to do with a statistic and why.

    ``result`` is ``None`` where the statistic is not to be reported: it is not computed either. ``variant`` tells
    one form of a statistic from another (``"ICC(A,1)"``, ``"quadratic"``). ``reason`` carries a stable code.
    """

    use: Use
    statistic: Statistic
    reason: Caveat
    result: Result | None = None
    variant: str = ""


def reported(use: Use, result: Result, reason: Caveat, variant: str = "") -> Recommendation:
    """Return the line of a statistic that is reported 报告的统计量."""
    statistic = Statistic[result.kind.upper()]
    return Recommendation(use=use, statistic=statistic, result=result, reason=reason, variant=variant)


def avoided(statistic: Statistic, reason: Caveat, variant: str = "") -> Recommendation:
    """Return the line of a statistic that is not reported, nor computed 不报告的统计量."""
    return Recommendation(use=Use.AVOID, statistic=statistic, reason=reason, variant=variant)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityReport(Result):
    """What applies to these ratings, in the order of report 信度与一致程度汇总.

    ``called_reliability`` says whether the word 信度 may be used at all: only for peers who recorded their scores
    before discussion. ``measure`` is the kind of ratings, given or taken for; ``on_rates`` whether scores were
    divided by full scores. ``items`` are in the order in which a report prints them.
    """

    kind: ClassVar[str] = "reliability_report"

    roles: Roles
    measure: Measure
    called_reliability: bool
    on_rates: bool
    n_raters: int
    items: tuple[Recommendation, ...]

    def of(self, use: Use) -> tuple[Recommendation, ...]:
        """Return the recommendations of one use, in order."""
        return tuple(item for item in self.items if item.use is use)

    def result(self, statistic: Statistic | str, variant: str = "") -> Result | None:
        """Return the first computed result of a statistic (and variant), or ``None`` where it is not reported."""
        for item in self.items:
            if item.statistic == statistic and item.result is not None and variant in ("", item.variant):
                return item.result
        return None

    @property
    def results(self) -> tuple[Result, ...]:
        """Return every computed result, in order."""
        return tuple(item.result for item in self.items if item.result is not None)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per recommendation: use, statistic, variant, numbers, reason code and reason.

        A summary of changes gives one row for each of its measures, in the order of report: share changed, lowered,
        raised, same, and for scores the mean and the median difference.
        """
        scores = self.measure is Measure.SCORE
        return pd.DataFrame([row for item in self.items for row in _rows(item, scores)])


def _rows(item: Recommendation, scores: bool) -> list[dict[str, Any]]:
    """Return the rows of one recommendation."""
    row = _row(item)
    if not isinstance(item.result, ChangeResult):
        return [row]
    measures = item.result.to_frame().set_index("measure")[["value", "low", "high"]].to_dict(orient="index")
    parts = (*SHARES, *DIFFERENCES) if scores else SHARES
    # p asks whether the changed ones were lowered as often as raised: it belongs to the direction, not to the change
    return [row | {"variant": part, "p": row["p"] if part == TESTED else UNKNOWN} | measures[part] for part in parts]


def _row(item: Recommendation) -> dict[str, Any]:
    found = getattr(item.result, "interval", None)
    interval = found if isinstance(found, Interval) else Interval(UNKNOWN, UNKNOWN, UNKNOWN)
    return {
        "use": item.use.value,
        "statistic": item.statistic.value,
        "variant": item.variant,
        "value": getattr(item.result, "value", UNKNOWN),
        "low": interval.low,
        "high": interval.high,
        "level": interval.level,
        "lower": getattr(item.result, "lower", UNKNOWN),
        "upper": getattr(item.result, "upper", UNKNOWN),
        "interval_method": getattr(item.result, "interval_method", "none"),
        "p": getattr(item.result, "p", UNKNOWN),
        "n_used": item.result.n_used if item.result is not None else 0,
        "n_dropped": item.result.n_dropped if item.result is not None else 0,
        "caveats": " ".join(caveat.code for caveat in item.result.caveats) if item.result is not None else "",
        "reason_code": item.reason.code,
        "reason": item.reason.text,
    }
