"""Words of a demo engagement from YAML, filled with its figures, so that no number is typed twice."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Figures = Mapping[str, float | str]

CONTENT = Path(__file__).resolve().parent / "content"
CIRCLED = "①②③④⑤⑥⑦⑧"
_BARE = re.compile(r"=([a-z][a-z0-9_]*)")
_DECIMALS = {"money": 2, "dec2": 2, "dec1": 1, "count": 0}


def half_up(value: float, decimals: int) -> Decimal:
    """Return a value rounded half-up 四舍五入, after a snap to 1e-9 as the scoring does."""
    return Decimal(repr(round(value, 9))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def points_of(full_score: float, rate: float) -> float:
    """Return the points of an item, two decimals half-up."""
    return float(half_up(full_score * rate, 2))


class Wording(string.Formatter):
    """Formats figures by name: ``money``, ``dec2``, ``dec1``, ``count`` and ``rate`` (a fraction as a percentage)."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one figure as the reports print it; a figure without a spec must be a word."""
        if format_spec == "rate":
            return f"{half_up(value * 100, 2)}%"
        if format_spec in _DECIMALS:
            return f"{half_up(value, _DECIMALS[format_spec]):,}"
        if format_spec or not isinstance(value, str):
            raise ValueError(f"no wording {format_spec!r} for {value!r}")
        return value


def load_content(name: str, figures: Figures) -> dict[str, Any]:
    """Return the words of one engagement with every slot filled.

    Parameters
    ----------
    name : file below ``content`` without suffix.
    figures : figures by name; ``{name:spec}`` in a text takes one formatted, ``=name`` alone takes it bare.

    Raises
    ------
    KeyError
        For a slot without a figure.
    """
    text = (CONTENT / f"{name}.yaml").read_text(encoding="utf-8")
    filled: dict[str, Any] = _filled(YAML(typ="safe", pure=True).load(text), figures)
    return filled


def _filled(part: Any, figures: Figures) -> Any:
    """Return a part of the words with its slots filled."""
    if isinstance(part, dict):
        return {key: _filled(item, figures) for key, item in part.items()}
    if isinstance(part, list):
        return tuple(_filled(item, figures) for item in part)
    if not isinstance(part, str):
        return part
    bare = _BARE.fullmatch(part)
    return figures[bare[1]] if bare else Wording().vformat(part, (), figures)


def split_points(rows: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return indicator rows and checkpoint rows; the rule text of a point list is written from its points."""
    indicators, checkpoints = [], []
    for row in rows:
        points = row.get("points", ())
        indicator = {key: value for key, value in row.items() if key != "points"}
        if points:
            indicator["rule_text"] = points_rule(points)
        indicators.append(indicator)
        checkpoints += [{"code": row["code"], "number": k, **point} for k, point in enumerate(points, start=1)]
    return indicators, checkpoints


def points_rule(points: Sequence[Mapping[str, Any]]) -> str:
    """Return the printed rule of a point list: the points, their shares, and how each earns its share."""
    listed = "；".join(f"{CIRCLED[k]}{point['text']}" for k, point in enumerate(points))
    shares = [point.get("share") for point in points]
    if all(share is not None for share in shares):
        sharing = f"各要点依次占分值的{'、'.join(f'{half_up(share * 100, 0)}%' for share in shares)}。"
    else:
        sharing = "各要点平均分配分值。"
    outcomes = {point["outcome"] for point in points}
    earning = "符合的得该要点全部分值，不符合的不得分"
    if "按比例" in outcomes:
        earning = "各要点按实际数÷计划数计分，超过计划的按计划计"
    if "部分符合" in outcomes:
        earning += "，部分符合的按声明的系数计分"
    if "无法判定不扣分" in outcomes:
        earning += "，资料不足无法判定的不扣分并说明"
    return f"评价要点：{listed}。{sharing}{earning}。"
