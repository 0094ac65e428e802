"""Items 指标计分: what an item is, all items scored at once by function, the trace of each built when asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd

from perfkit.errors import DataError
from perfkit.result import Caveat, Result
from perfkit.scoring.batches import Batch, Row, score_rows
from perfkit.scoring.choices import SILENT_RULE_OF, SilentChoices
from perfkit.scoring.flags import ERRORS, caveats_of, rules_of
from perfkit.scoring.functions.points import Flag, FlagArray, FloatArray
from perfkit.scoring.functions.ragged import Offsets
from perfkit.scoring.reading import item_rows
from perfkit.scoring.rounding import round_half_up, snap
from perfkit.scoring.shapes import Checkpoint, ScoringItem, UnitValue, Veto
from perfkit.scoring.steps import steps_of, tail_steps, unit_steps
from perfkit.scoring.used import as_scored, own_fields
from perfkit.scoring.vetoes import drawn_vetoes
from perfkit.terms import Absence, ScoringFunction
from perfkit.trace import Quantity, Step, Trace

__all__ = ["Checkpoint", "ItemScores", "ScoringItem", "UnitValue", "Veto", "score_items"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemScores(Result):
    """Scores of all items 指标得分; arrays in the order of ``codes``.

    ``rate`` is the share of the full score (NaN: absent or undefined, ``absence`` and ``item_caveats`` say why),
    ``exact`` = rate × full score, ``score`` the rounded points. Points that an absence moves are the business of
    ``total.roll_up``.
    """

    kind: ClassVar[str] = "item_scores"

    codes: tuple[str, ...]
    full_score: FloatArray
    rate: FloatArray
    exact: FloatArray
    score: FloatArray
    absence: tuple[Absence | None, ...]
    flags: FlagArray
    vetoes: tuple[Veto, ...]
    choices: SilentChoices
    items: tuple[ScoringItem, ...] = field(repr=False)
    batches: tuple[Batch, ...] = field(repr=False)
    rows: tuple[tuple[int, ...], ...] = field(repr=False)

    def position(self, code: str) -> int:
        """Return the place of an item; ``ValueError`` where there is none."""
        return self.codes.index(code)

    def item_caveats(self, code: str) -> tuple[Caveat, ...]:
        """Return the caveats of one item 指标保留说明."""
        place = self.position(code)
        absence = self.absence[place]
        if absence is not None:
            return (Caveat(f"ABSENT_{absence.name}", f"{absence.label}，未计分"), *self.items[place].caveats)
        return (*self.items[place].caveats, *caveats_of(int(self.flags[place])))

    def errors(self) -> tuple[tuple[str, Caveat], ...]:
        """Return the items whose points break the rule (outside the band, outside 0 … full) 计分错误."""
        found = ((code, caveat) for code in self.codes for caveat in self.item_caveats(code))
        return tuple((code, caveat) for code, caveat in found if caveat.code in ERRORS)

    def silent_rules(self) -> tuple[str, ...]:
        """Return the codes of the silent rules that any item really used, sorted 实际用到的规则空白."""
        return tuple(sorted({rule for code in self.codes for rule in self._silent(self.position(code))}))

    def own_choices(self) -> Mapping[str, tuple[str, ...]]:
        """Return where items have a choice of their own 另有约定.

        Returns
        -------
        Code of a silent rule (sorted) → codes of the items that really used it and whose own parameters say
        something else than the run; what they say stands in ``trace(code).silent``.
        """
        found: dict[str, list[str]] = {}
        for place, code in enumerate(self.codes):
            if self.absence[place] is not None:
                continue
            own = own_fields(self._reading(self.rows[place][0])[0])
            differing = {SILENT_RULE_OF[name] for name, value in own.items() if value != getattr(self.choices, name)}
            for rule in differing.intersection(self._silent(place)):
                found.setdefault(rule, []).append(code)
        return {rule: tuple(found[rule]) for rule in sorted(found)}

    def to_frame(self) -> pd.DataFrame:
        """Return one row per item: code, function, full score, rate, exact, score, absence, caveat codes."""
        return pd.DataFrame(
            {
                "code": list(self.codes),
                "function": [item.function.value for item in self.items],
                "full_score": self.full_score,
                "rate": self.rate,
                "exact": self.exact,
                "score": self.score,
                "absence": [absence.value if absence is not None else "" for absence in self.absence],
                "caveats": [";".join(caveat.code for caveat in self.item_caveats(code)) for code in self.codes],
            }
        )

    def to_record(self) -> dict[str, object]:
        """Return the frame as JSON-able rows with the method and the counts."""
        frame = self.to_frame().astype(object)
        rows = frame.where(frame.notna(), None).to_dict(orient="records")
        head = {"kind": self.kind, "method": self.method, "n_used": self.n_used, "n_dropped": self.n_dropped}
        return {**head, "caveats": [dataclasses.asdict(caveat) for caveat in self.caveats], "items": rows}

    def trace(self, code: str, *, effective_full: float | None = None) -> Trace:
        """Return the arithmetic of one item, built now 计分轨迹.

        Parameters
        ----------
        code : item code.
        effective_full : points the item counts for after absences moved some (``NodeScore.effective_full``).
        """
        place = self.position(code)
        item = self.items[place]
        full = item.full_score if effective_full is None else effective_full
        rate = float(self.rate[place])
        exact = rate * full
        decimals = self.choices.item_decimals
        score = float(round_half_up(exact, decimals))
        steps: tuple[Step, ...] = ()
        parameters: Mapping[str, object] = {}
        if item.absence is None:
            readings = [self._reading(row) for row in self.rows[place]]
            parameters = _plain(readings[0][0])
            steps = unit_steps(item, readings, rate) if item.units else steps_of(*readings[0][:2], readings[0][2])
        tail = tail_steps(item, rate, full, exact, score, decimals, self.choices)
        return Trace(
            item=code,
            function=item.function.value,
            full_score=item.full_score,
            inputs=_quantities(item),
            parameters=parameters,
            steps=(*steps, *tail),
            exact=exact,
            score=score,
            rule=item.rule,
            clause=item.clause,
            silent=self._silent(place),
            notes=tuple(caveat.code for caveat in self.item_caveats(code)),
        )

    def _reading(self, row: int) -> tuple[Row, Mapping[str, object], int]:
        """Return one evaluated row with its intermediate values and flags."""
        for batch in self.batches:
            place = int(np.searchsorted(batch.rows, row))
            if place < len(batch.rows) and batch.rows[place] == row:
                return batch.inputs[place], batch.values(place), int(batch.points.flags[place])
        raise KeyError(row)

    def _silent(self, place: int) -> dict[str, str]:
        """Return the silent rules that mattered for one item, with the choice it really had (``used.as_scored``)."""
        item = self.items[place]
        if item.absence is not None:
            return {
                "X07": f"{item.absence.value}={self.choices.policy(item.absence)}; na_scope={self.choices.na_scope}"
            }
        rules = set(rules_of(int(self.flags[place])))
        if item.function in (ScoringFunction.EXECUTION_LINEAR, ScoringFunction.EXECUTION_INTERVAL_2021):
            rules.add("X05")
        if item.function is ScoringFunction.SATISFACTION_STEPS:
            rules.add("X10")
        exact, score = self.exact[place], self.score[place]
        if not np.isnan(exact) and snap(exact) != snap(score):
            rules.add("X04")
        used = as_scored(self.choices, self._reading(self.rows[place][0])[0])
        return {rule: used.wording(rule) for rule in sorted(rules)}


def _plain(row: Row) -> dict[str, object]:
    """Return the parameters of a row by code, enum words as codes, without those the rule does not have."""
    found = {key.value: value for key, value in row.parameters.items() if value is not None and value != ()}
    return {key: str(value) if isinstance(value, str) else value for key, value in found.items()}


def _quantities(item: ScoringItem) -> tuple[Quantity, ...]:
    """Return every number that went into an item, with its cell; a judged point by the cell of its judgement."""
    points = [quantity for point in item.checkpoints for quantity in (point.actual, point.plan) if quantity is not None]
    judged = [
        Quantity(name=f"checkpoint{point.number}", value=point.factor, cell=point.cell)
        for point in item.checkpoints
        if point.cell is not None and point.actual is None and point.plan is None
    ]
    units = [quantity for unit in item.units for quantity in (*unit.inputs.values(), unit.money, unit.count)]
    known = [quantity for quantity in units if quantity is not None]
    return (*item.inputs.values(), *item.variables, *points, *judged, *known)


def score_items(items: Sequence[ScoringItem], choices: SilentChoices | None = None) -> ItemScores:
    """Return the scores of all items, each scoring function called once on arrays 指标计分.

    Parameters
    ----------
    items : items with unique codes; absent ones are kept with NaN.
    choices : what is done where the rules are silent; ``None`` for the defaults.

    Returns
    -------
    ItemScores in the order of ``items``.

    Raises
    ------
    DataError
        With every problem of every item: missing input or parameter, unknown parameter, value out of range,
        contradictory direction and operator, faulty formula, bad checkpoint, duplicate code.

    Notes
    -----
    rate by function (``scoring.functions``); per-unit items: weighted mean of the units' rates; exact = rate × full
    score; score = exact rounded half-up to ``item_decimals`` after a snap to 1e-9. Source: that of each function.
    Verified against golden ``cn_selfeval_100`` and the real 28-item case.
    """
    chosen = SilentChoices() if choices is None else choices
    read = item_rows(items, chosen)
    if read.problems:
        raise DataError(read.problems)
    rate, flags, batches = score_rows(read.rows)
    offsets = Offsets.of(len(rows) for rows in read.rows_of_item)
    weights = np.array([row.weight for row in read.rows])
    item_rate, item_flags = _per_item(rate, flags, weights, offsets)
    full = np.array([item.full_score for item in items], dtype=np.float64)
    exact = item_rate * full
    scored = ~np.isnan(item_rate)
    scores = ItemScores(
        method="scoring_functions",
        n_used=int(scored.sum()),
        n_dropped=int((~scored).sum()),
        codes=tuple(item.code for item in items),
        full_score=full,
        rate=item_rate,
        exact=exact,
        score=round_half_up(exact, chosen.item_decimals),
        absence=tuple(item.absence for item in items),
        flags=item_flags,
        vetoes=drawn_vetoes(batches, [item.code for item in items]),
        choices=chosen,
        items=read.items,
        batches=batches,
        rows=read.rows_of_item,
    )
    every = (Caveat(item.code, f"{code}：{item.text}") for code in scores.codes for item in scores.item_caveats(code))
    return dataclasses.replace(scores, caveats=tuple(every))


def _per_item(
    rate: FloatArray, flags: FlagArray, weights: FloatArray, offsets: Offsets
) -> tuple[FloatArray, FlagArray]:
    """Join the rows of each item: the rate of a single row, else the weighted mean of the units that have one."""
    counts = offsets.lengths
    known = ~np.isnan(rate)
    total = offsets.sums(np.where(known, weights, 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = offsets.sums(np.where(known, rate * weights, 0.0)) / total
    single = counts == 1
    first = np.minimum(offsets.starts[:-1], max(rate.size - 1, 0))
    result = np.where(single, rate[first], mean) if rate.size else np.full(counts.size, np.nan)
    joined = np.zeros(counts.size, dtype=np.uint32)
    filled = counts > 0
    if filled.any():
        joined[filled] = np.bitwise_or.reduceat(flags, offsets.starts[:-1][filled])
    left_out = (counts > 1) & offsets.any(~known) & (total > 0)
    joined[left_out] |= np.uint32(Flag.UNITS_LEFT_OUT)
    joined[left_out] &= ~np.uint32(Flag.UNDEFINED)
    return np.asarray(np.where(filled, np.clip(result, 0.0, 1.0), np.nan)), joined
