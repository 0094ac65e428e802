"""A Result that is a list of rows 清单类结果: fixed columns, so that an empty list still has its headings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from perfkit.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Result):
    """Rows with named columns 清单; subclasses fix ``kind`` and ``columns``."""

    kind: ClassVar[str] = "listing"
    columns: ClassVar[tuple[str, ...]] = ()

    rows: tuple[Mapping[str, Any], ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per entry with the columns of this kind, in order."""
        return pd.DataFrame(list(self.rows), columns=list(self.columns))

    def column(self, name: str) -> list[object]:
        """Return the values of one column."""
        return [row.get(name) for row in self.rows]
