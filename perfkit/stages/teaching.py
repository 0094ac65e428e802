"""What the methods notebooks work with 方法笔记本: the example tables, and the statistics of the reliability wing.

A notebook may enter the hall and the show room only; the hall hands it the public functions of the wing unchanged.
"""

from __future__ import annotations

import pandas as pd

from perfkit.read.examples import example_table


def example(name: str) -> pd.DataFrame:
    """Return an example table 示例表 of ``data/examples``; what it is and whence, its README says."""
    return example_table(name)


def expanded(counts: pd.DataFrame, *, table: str = "") -> pd.DataFrame:
    """Return one row per evaluand from a table of counts 由频数表展开.

    Parameters
    ----------
    counts : ``first``, ``second`` (grades of the two raters), ``count``; ``table`` where it holds several.
    table : which of several tables.

    Returns
    -------
    DataFrame
        ``first`` and ``second``, shape (sum of counts, 2).
    """
    chosen = counts[counts["table"] == table] if table else counts
    return chosen.loc[chosen.index.repeat(chosen["count"]), ["first", "second"]].reset_index(drop=True)
