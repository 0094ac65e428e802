"""Columns looked up by key, typed even where nothing is found: an empty frame has no types of its own."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def _by_key(table: pd.DataFrame, key: str, column: str) -> Mapping[Hashable, Any]:
    """Return a column by key; of rows with one key the first counts."""
    once = table.drop_duplicates(key)
    return dict(zip(once[key], once[column], strict=True))


def numbers(keys: Iterable[Any], known: Mapping[Any, Any]) -> NDArray[np.float64]:
    """Return a number for every key 按键取数; NaN where there is none."""
    found = [known.get(key) for key in keys]
    return np.array([np.nan if one is None or one is pd.NA else one for one in found], dtype=np.float64)


def texts(keys: Iterable[Any], known: Mapping[Any, Any]) -> NDArray[np.object_]:
    """Return a text for every key 按键取文; ``""`` where there is none."""
    found = [known.get(key) for key in keys]
    return np.array([str(one) if isinstance(one, str) else "" for one in found], dtype=object)


def number_column(table: pd.DataFrame, key: str, column: str, keys: Iterable[Hashable]) -> NDArray[np.float64]:
    """Return the numbers that a table has for some keys 按键取数."""
    return numbers(keys, _by_key(table.assign(_v=pd.to_numeric(table[column], errors="coerce")), key, "_v"))


def text_column(table: pd.DataFrame, key: str, column: str, keys: Iterable[Hashable]) -> NDArray[np.object_]:
    """Return the texts that a table has for some keys 按键取文."""
    return texts(keys, _by_key(table, key, column))


def flag_column(
    table: pd.DataFrame, key: str, column: str, keys: Iterable[Hashable], otherwise: Iterable[object]
) -> NDArray[np.bool_]:
    """Return the flags that a table has for some keys 按键取标记, else those given."""
    known = _by_key(table, key, column)
    found = [known.get(name, other) for name, other in zip(keys, otherwise, strict=True)]
    return np.array([isinstance(one, (bool, np.bool_)) and bool(one) for one in found], dtype=bool)


def counts(keys: Iterable[Hashable], listed: pd.Series) -> NDArray[np.int64]:
    """Return how often every key is listed 按键计数."""
    known = listed.value_counts().to_dict()
    return np.array([known.get(key, 0) for key in keys], dtype=np.int64)


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame by column name 按行取值."""
    names = [str(name) for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.itertuples(index=False, name=None)]
