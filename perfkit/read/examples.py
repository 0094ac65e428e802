"""The example tables of the methods notebooks 示例数据: small published or constructed tables beside the demo city."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from perfkit.errors import DataError, Problem
from perfkit.read.rules import find_root


def example_table(name: str, *, start: Path | None = None) -> pd.DataFrame:
    """Return an example table 示例表.

    Parameters
    ----------
    name : name of the table without ending, e.g. ``shrout_fleiss_1979``.
    start : folder from which the checkout is searched upward; the current one by default.

    Raises
    ------
    DataError
        Where there is no such table; those there are, are listed.
    """
    folder = find_root(start or Path.cwd()) / "data" / "examples"
    known = sorted(path.stem for path in folder.glob("*.csv"))
    if name not in known:
        raise DataError(
            Problem(
                code="EX-NAME",
                where="示例数据",
                expected="、".join(known) or "data/examples 下的表",
                found=name,
                mend="改正示例名称",
            )
        )
    return pd.read_csv(folder / f"{name}.csv")
