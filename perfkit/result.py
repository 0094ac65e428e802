"""The Result convention: value, interval, counts, method, source and caveats travel together, unrounded."""

from __future__ import annotations

import dataclasses
import html
import math
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval 置信区间: ``low``, ``high`` and ``level`` (share, e.g. 0.95)."""

    low: float
    high: float
    level: float

    @property
    def known(self) -> bool:
        """Whether both limits are numbers."""
        return not (math.isnan(self.low) or math.isnan(self.high))


@dataclass(frozen=True, slots=True)
class Caveat:
    """A reservation that the draft cannot drop 保留说明: a stable ``code`` and its text."""

    code: str
    text: str


def _plain(value: Any) -> Any:
    """Turn nested shapes into what json can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, pd.DataFrame):
        return [_plain(row) for row in value.to_dict(orient="records")]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist") and not isinstance(value, str):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Base of every public result 结果基类.

    ``kind`` is the stable word that ``show`` dispatches on. Subclasses add ``value`` and ``interval`` where the
    statistic is one number. Nothing in a Result is rounded; NaN always comes with a caveat that says why.
    """

    kind: ClassVar[str] = "result"

    method: str
    n_used: int
    n_dropped: int = 0
    caveats: tuple[Caveat, ...] = ()
    source: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return the result as a tidy frame with stable English column names; one row unless a subclass says more."""
        record = {key: value for key, value in self.to_record().items() if not isinstance(value, (list, dict))}
        return pd.DataFrame([record])

    def to_record(self) -> dict[str, Any]:
        """Return the result as JSON-able values; NaN and infinities become ``None``."""
        plain = _plain(self)
        return {"kind": self.kind, **plain}

    def __str__(self) -> str:
        """Return one line: kind, value, interval, n and caveat codes."""
        parts = [self.kind]
        value = getattr(self, "value", None)
        if isinstance(value, float):
            parts.append("无法估计" if math.isnan(value) else f"{value:.6g}")
        interval = getattr(self, "interval", None)
        if isinstance(interval, Interval) and interval.known:
            parts.append(f"[{interval.low:.6g}, {interval.high:.6g}] ({interval.level:.0%})")
        parts.append(f"n={self.n_used}" + (f" (dropped {self.n_dropped})" if self.n_dropped else ""))
        parts.append(self.method)
        parts.extend(caveat.code for caveat in self.caveats)
        return " · ".join(parts)

    def _repr_html_(self) -> str:
        """Return the one-line summary and the frame for a notebook."""
        frame = self.to_frame()
        return f"<p>{html.escape(str(self))}</p>{frame.to_html(index=False, escape=True, max_rows=50)}"
