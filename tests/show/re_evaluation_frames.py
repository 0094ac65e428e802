"""Frames of a re-evaluation made by hand, for any number of departments: what the stage hands to tables and figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

NAN = float("nan")
DEPARTMENTS = (
    "市水务局",
    "市教育体育局",
    "市人力资源和社会保障局（含下属事业单位）",
    "市农业农村局",
    "市卫生健康委员会",
    "市文化广电旅游局",
)
BANDS = (("优", 90.0, 100.0), ("良", 80.0, 90.0), ("中", 60.0, 80.0), ("差", 0.0, 60.0))
GRADES = tuple(band[0] for band in BANDS)


def names(count: int) -> list[str]:
    """Return so many departments, long and short names among them."""
    return [DEPARTMENTS[place] if place < len(DEPARTMENTS) else f"第{place + 1}局（测试）" for place in range(count)]


def _grade(score: float) -> str:
    return "" if score != score else next(grade for grade, low, _ in BANDS if score >= low)


def projects(count: int, each: int = 12) -> pd.DataFrame:
    """Return projects of so many departments; every third one is not re-scored."""
    random = np.random.default_rng(7)
    rows: list[dict[str, Any]] = []
    for place, department in enumerate(names(count)):
        for number in range(each):
            own = float(np.round(random.uniform(78, 100), 2))
            moved = (0.0, 4.5, -1.0, 8.25, 12.0, 0.0)[number % 6] + place
            again = NAN if number % 3 == 2 else float(np.round(min(100.0, own - (moved if number % 6 else 0.0)), 2))
            rows.append(
                {
                    "department": department, "agency": f"{department}下属单位{number % 4 + 1}",
                    "project": f"4101{place:02d}{number:03d}", "name": f"公共服务设施维护和能力提升项目（第{number + 1}期）",
                    "money": 120.5 * (number + 1), "stratum": "all", "self_total": own, "re_total": again,
                    "inflation": own - again, "direction": _way(own - again), "self_grade": _grade(own),
                    "re_grade": _grade(again), "items": 14, "items_changed": 3 if moved else 0,
                    "tier": "desk" if again != again else "re_scored", "items_checked": 14, "evidence_seen": 9,
                    "probability": 0.4, "certainty": False,
                }
            )  # fmt: skip
    columns = ["department", "agency", "project", "name", "money", "self_total", "re_total", "inflation", "direction",
               "self_grade", "re_grade", "items", "items_changed", "tier", "items_checked", "evidence_seen"]  # fmt: skip
    return pd.DataFrame(rows, columns=None if rows else columns)


def _way(inflation: float) -> str:
    if inflation != inflation:
        return ""
    return "equal" if inflation == 0 else "lowered" if inflation > 0 else "raised"


def _by_department(count: int) -> list[str]:
    return ["", *names(count)]


def headline(count: int) -> pd.DataFrame:
    """Return shares by level and direction, all departments first; none where there is no department."""
    rows = [
        {"department": department, "level": level, "direction": way, "reason": reason, "count": number, "of": of,
         "share": number / of}
        for department in (_by_department(count) if count else [])
        for level, of, numbers in (("projects", 8, (5, 2, 1)), ("items", 112, (19, 90, 3)), ("money", 5060.0, (3012.5, 1807.5, 240.0)))
        for way, number in zip(("lowered", "equal", "raised"), numbers, strict=True)
        for reason in (("",) if way == "equal" else ("", "evidence"))
    ]  # fmt: skip
    columns = ["department", "level", "direction", "reason", "count", "of", "share"]
    return pd.DataFrame(rows, columns=columns)


def inflation(count: int) -> pd.DataFrame:
    """Return mean inflation a department; the second one is too small for an interval."""
    rows = [
        {"department": department, "n": 8, "population": 12, "mean": 3.5 + place, "median": 3.0, "estimate": 3.6 + place,
         "low": NAN if place == 2 else 2.1 + place, "high": NAN if place == 2 else 5.1 + place, "method": "t",
         "scope": "population", "sentence": "UNREVIEWED_NOT_ADJUSTED"}
        for place, department in enumerate(_by_department(count) if count else [])
    ]  # fmt: skip
    columns = [
        "department",
        "n",
        "population",
        "mean",
        "median",
        "estimate",
        "low",
        "high",
        "method",
        "scope",
        "sentence",
    ]
    return pd.DataFrame(rows, columns=columns)


def migration(count: int) -> pd.DataFrame:
    """Return grade migration a department, grades best first."""
    rows = [
        {"department": department, "self_grade": before, "re_grade": after, "count": max(0, 3 - 2 * abs(x - y) + (y > x))}
        for department in (_by_department(count) if count else [])
        for x, before in enumerate(GRADES)
        for y, after in enumerate(GRADES)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["department", "self_grade", "re_grade", "count"])


def nodes(count: int) -> pd.DataFrame:
    """Return changes by indicator a department."""
    tree = (
        ("产出指标", "数量指标"),
        ("产出指标", "质量指标"),
        ("效益指标", "社会效益指标"),
        ("满意度指标", "服务对象满意度指标"),
        ("预算执行率", "预算执行率"),
    )
    rows = [
        {"department": department, "level1": level1, "level2": level2, "items": 8 + place, "lowered": 3, "equal": 4 + place,
         "raised": 1, "points_lost": 6.25, "mean_self_rate": 0.985 - 0.01 * place, "mean_re_rate": 0.9 - 0.02 * place}
        for department in (_by_department(count) if count else [])
        for place, (level1, level2) in enumerate(tree)
    ]  # fmt: skip
    columns = ["department", "level1", "level2", "items", "lowered", "equal", "raised", "points_lost", "mean_self_rate",
               "mean_re_rate"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def reasons(count: int) -> pd.DataFrame:
    """Return reasons by level-1 indicator a department."""
    found = ("evidence", "arithmetic", "definition", "not_deducted", "not_credited", "unstated")
    rows = [
        {"department": department, "level1": level1, "reason": reason, "count": max(1, 9 - 2 * place - x), "points": 4.5 - place}
        for department in (_by_department(count) if count else [])
        for place, reason in enumerate(found)
        for x, level1 in enumerate(("产出指标", "效益指标", "满意度指标", "预算执行率"))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["department", "level1", "reason", "count", "points"])


def estimates(count: int) -> pd.DataFrame:
    """Return estimates a department: an interval, a bound and a sample picked by hand."""
    kinds = (
        ("simple", "mean_difference", 3.6, 2.1, 5.1, NAN, "interval"),
        ("simple", "share_changed", 0.75, NAN, NAN, 0.91, "bound"),
        ("purposive", "money_wrong", NAN, NAN, NAN, NAN, "counts"),
    )
    rows = [
        {"department": department, "design": design, "population": 12, "n": 8, "estimand": estimand, "value": value,
         "low": low, "high": high, "one_sided_bound": bound, "method": "t", "caveats": "SMALL", "note": "小样本；区间偏窄", "said": said}
        for department in names(count)
        for design, estimand, value, low, high, bound, said in kinds
    ]  # fmt: skip
    columns = ["department", "design", "population", "n", "estimand", "value", "low", "high", "one_sided_bound", "method",
               "caveats", "said"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def designs(count: int) -> pd.DataFrame:
    """Return the designs of the plans."""
    rows = [
        {"department": department, "estimand": estimand, "design": "simple", "selection": "simple", "size": 10, "certain": 1,
         "drawn": 7, "taken": 8, "interval": NAN, "wanted": wanted, "achieved": wanted * 1.1}
        for department in names(count)
        for estimand, wanted in (("mean_difference", 2.0), ("share_changed", 0.15))
    ]  # fmt: skip
    columns = ["department", "estimand", "design", "selection", "size", "certain", "drawn", "taken", "interval", "wanted",
               "achieved"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
