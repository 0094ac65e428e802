"""Short ways to write items in tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perfkit.scoring.grades import Band
from perfkit.scoring.items import Checkpoint, ScoringItem
from perfkit.terms import ScoringFunction
from perfkit.trace import Quantity

BANDS: tuple[Band, ...] = (("优", 90, 100), ("良", 80, 90), ("中", 60, 80), ("差", 0, 60))


def quantity(name: str, value: float) -> Quantity:
    return Quantity(name=name, value=float(value))


def item(function: ScoringFunction, full: float = 10.0, code: str = "A1", **more: Any) -> ScoringItem:
    """Make an item; words that are no field of an item are inputs."""
    fields = ScoringItem.__dataclass_fields__
    inputs = {name: quantity(name, value) for name, value in more.items() if name not in fields}
    rest = {name: value for name, value in more.items() if name in fields}
    return ScoringItem(code=code, function=function, full_score=full, inputs=inputs, **rest)


def points(factors: Sequence[float], **more: Any) -> tuple[Checkpoint, ...]:
    return tuple(
        Checkpoint(number=place, factor=float(factor), **more) for place, factor in enumerate(factors, start=1)
    )


def case_item(row: Mapping[str, Any], *, by_rule_text: bool = False) -> ScoringItem:
    """Make an item of a real table; ``by_rule_text`` takes what the printed rule would give."""
    given = {**row["params"], **(row.get("by_rule_text", {}) if by_rule_text else {})}
    full, code, kind = float(row["weight"]), row["code"], row["rule_type"]
    if kind.startswith("points"):
        raw = given.get("raw", {})
        shares = given.get("point_weights", [None] * len(given["factors"]))
        made = []
        for place, (factor, share) in enumerate(zip(given["factors"], shares, strict=True)):
            if "plan" in raw:
                actual, plan = (quantity(name, raw[name][place]) for name in ("actual", "plan"))
                made.append(Checkpoint(number=place + 1, share=share, actual=actual, plan=plan))
            else:
                made.append(Checkpoint(number=place + 1, share=share, factor=float(factor)))
        return item(ScoringFunction.CHECKPOINTS, full, code, checkpoints=tuple(made))
    if kind == "linear_deduct":
        words = {"full_at": given["full_at"], "deduct_share_per_unit": given["deduct_share_per_unit"]}
        parameters = {**words, "unit": given["unit"], "zero_at": given["zero_at"]}
        if by_rule_text:
            inputs = {"actual": given["value"]}
        else:
            inputs = {"numerator": given["raw"]["executed"], "denominator": given["raw"]["budget"]}
        return item(ScoringFunction.LINEAR_DEDUCTION, full, code, unit="%", parameters=parameters, **inputs)
    answers = sum(given["counts"])
    value = sum(count * worth for count, worth in zip(given["counts"], given["scale"], strict=True)) / answers
    parameters = {key: given[key] for key in ("full_at", "deduct_share_per_unit")}
    return item(ScoringFunction.THRESHOLD_DEDUCTION, full, code, unit="%", parameters=parameters, actual=value)
