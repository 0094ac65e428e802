"""Vetoes 一票否决: which were drawn, what they cap, and whether their caps exist in the grades."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from perfkit.errors import Problem
from perfkit.scoring.batches import Batch
from perfkit.scoring.functions.points import Flag
from perfkit.scoring.grades import Band
from perfkit.scoring.shapes import Veto
from perfkit.terms import ScoringFunction, ScoringParameter, VetoEffect


def declared_vetoes(batches: Sequence[Batch]) -> Iterator[tuple[Veto, bool]]:
    """Yield every veto that was scored and whether it was drawn 一票否决指标; one per unit of a per-unit item."""
    for batch in batches:
        if batch.function is not ScoringFunction.VETO:
            continue
        for row, flags in zip(batch.inputs, batch.points.flags, strict=True):
            effect = row.parameters[ScoringParameter.EFFECT]
            cap, grade = row.parameters[ScoringParameter.TOTAL_CAP], row.parameters[ScoringParameter.GRADE_CAP]
            veto = Veto(
                code=row.item.code,
                effect=effect if isinstance(effect, VetoEffect) else VetoEffect.ITEM_ZERO,
                total_cap=float(cap) if isinstance(cap, float) else math.inf,
                grade_cap=str(grade or ""),
            )
            yield veto, bool(flags & Flag.VETOED)


def drawn_vetoes(batches: Sequence[Batch], codes: Sequence[str]) -> tuple[Veto, ...]:
    """Return the vetoes that were drawn 已触发的一票否决, one per item, in the order of the items."""
    drawn = {veto.code: veto for veto, is_drawn in declared_vetoes(batches) if is_drawn}
    return tuple(drawn[code] for code in codes if code in drawn)


def unknown_grades(batches: Sequence[Batch], bands: Sequence[Band]) -> list[Problem]:
    """Return the vetoes, drawn or not, that cap the grade at a name the bands do not have 等级上限核对."""
    names = [name for name, _, _ in bands]
    wrong = {veto.code: veto.grade_cap for veto, _ in declared_vetoes(batches) if veto.grade_cap not in ("", *names)}
    return [
        Problem(
            code="SC-VETO",
            where=f"指标 {code}",
            expected=f"等级上限为 {'、'.join(names)} 之一",
            found=cap,
            mend="按本次评价的等级名称填写等级上限",
        )
        for code, cap in wrong.items()
    ]


def best_grade(vetoes: Sequence[Veto], bands: Sequence[Band]) -> str:
    """Return the best grade that the drawn vetoes leave 等级上限: the worst of several, ``""`` for no limit."""
    lows = {name: low for name, low, _ in bands}
    caps = [veto.grade_cap for veto in vetoes if veto.effect is VetoEffect.CAP_GRADE]
    return min(caps, key=lambda name: lows[name], default="")


def total_cap(vetoes: Sequence[Veto]) -> float:
    """Return the highest total that the drawn vetoes leave 总分上限; infinity for no limit."""
    return min((veto.total_cap for veto in vetoes if veto.effect is VetoEffect.CAP_TOTAL), default=math.inf)
