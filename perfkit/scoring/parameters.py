"""Parameters and inputs of every scoring function 计分参数: kind, range, default; read from typed values or texts.

Kinds: ``share`` a fraction of 1 (texts: ``5%`` or ``0.05``), ``value`` a number in the unit of the indicator (texts:
``90%`` is 90), ``ratio`` a quotient (texts: ``120%`` is 1.2), ``flag``, ``term`` an enum word, ``shares`` a
list, ``steps`` pairs limit:share, ``bands`` pairs upper limit:share (``*`` = no limit), ``words``, ``text``. Lists are
written with ``/``: ``90:100%/80:80%/60:50%``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from perfkit.errors import Problem
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.functions.bands import QUALITATIVE_BANDS, SATISFACTION_STEPS_2021
from perfkit.scoring.rounding import round_half_up, snap
from perfkit.terms import INPUTS as INPUTS
from perfkit.terms import RATE as RATE
from perfkit.terms import (
    Direction,
    OvershootReduction,
    ParameterKind,
    ReverseRule,
    ScoringFunction,
    ScoringParameter,
    StepRounding,
    Term,
    VetoEffect,
    YesNo,
    ZeroBudgetRule,
    ZeroTargetRule,
)

K = ParameterKind
NUMERIC: Final = (K.SHARE, K.VALUE, K.RATIO)
REQUIRED: Final = object()
Resolved = Mapping[ScoringParameter, object]

P = ScoringParameter
F = ScoringFunction


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """What a scoring function takes as one parameter 参数说明.

    ``default`` is ``REQUIRED``, a value, or ``None`` (no such rule); ``choice`` names the field of ``SilentChoices``
    that gives the default instead; ``instead`` names an input that stands in (``"target"`` for ``full_at``).
    """

    code: ScoringParameter
    kind: ParameterKind
    default: object = REQUIRED
    choice: str = ""
    instead: str = ""
    words: type[Term] | None = None
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False


def _share(code: ScoringParameter, default: object = REQUIRED, choice: str = "") -> ParameterSpec:
    """Return the spec of a share of the full score."""
    return ParameterSpec(code, K.SHARE, default, choice, low=0.0, high=1.0)


_REVERSE: Final = ParameterSpec(P.REVERSE_RULE, K.TERM, choice="reverse_rule", words=ReverseRule)
_ZERO_TARGET: Final = ParameterSpec(P.ZERO_TARGET_RULE, K.TERM, choice="zero_target_rule", words=ZeroTargetRule)
_ZERO_BUDGET: Final = ParameterSpec(P.ZERO_BUDGET_RULE, K.TERM, choice="zero_budget_rule", words=ZeroBudgetRule)
_ROUNDING: Final = ParameterSpec(P.STEP_ROUNDING, K.TERM, StepRounding.CONTINUOUS, words=StepRounding)
_UNIT: Final = ParameterSpec(P.UNIT, K.VALUE, 1.0, low=0.0, open_low=True)
_ZERO_AT: Final = ParameterSpec(P.ZERO_AT, K.VALUE, None)
_FULL_AT: Final = ParameterSpec(P.FULL_AT, K.VALUE, instead="target")
# Here in percent, as a workbook writes them; the kernel takes fractions.
_EXECUTION_STEPS: Final = ((80.0, 0.7), (60.0, 0.5), (0.0, 0.0))
_DEDUCTION: Final = (_FULL_AT, _share(P.SHARE_PER_UNIT), _UNIT, _ZERO_AT, _ROUNDING)

PARAMETERS: Final[Mapping[ScoringFunction, tuple[ParameterSpec, ...]]] = {
    F.CHECKPOINTS: (ParameterSpec(P.PART_CREDIT_SCALE, K.SHARES, choice="part_credit_scale"),),
    F.PRO_RATA: (
        _REVERSE,
        _ZERO_TARGET,
        ParameterSpec(P.OVERSHOOT_THRESHOLD, K.RATIO, choice="overshoot_threshold", low=1.0),
        ParameterSpec(P.OVERSHOOT_REDUCTION, K.TERM, choice="overshoot_reduction", words=OvershootReduction),
        ParameterSpec(P.OVERSHOOT_BANDS, K.BANDS, choice="overshoot_bands"),
        _share(P.CAP, 1.0),
    ),
    F.PASS_LINE: (
        ParameterSpec(P.PASS_LINE, K.SHARE, 0.6, low=0.0, high=1.0 - 1e-9),
        _REVERSE,
        _ZERO_TARGET,
    ),
    F.INTERVAL_STEPS: (ParameterSpec(P.STEPS, K.STEPS),),
    F.LINEAR_DEDUCTION: _DEDUCTION,
    F.THRESHOLD_DEDUCTION: _DEDUCTION,
    F.TWO_SIDED_DEVIATION: (
        _share(P.SHARE_PER_UNIT),
        _UNIT,
        ParameterSpec(P.TOLERANCE, K.VALUE, 0.0, low=0.0),
        ParameterSpec(P.ZERO_AT, K.VALUE, None, low=0.0),
        ParameterSpec(P.RELATIVE, K.FLAG, False),
        _ROUNDING,
    ),
    F.COUNT_THRESHOLD: (
        _share(P.SHARE_PER_UNIT),
        ParameterSpec(P.ZERO_AT, K.VALUE, None, low=0.0),
        ParameterSpec(P.ALLOWED, K.VALUE, 0.0, low=0.0),
    ),
    F.BASE_STEP: (
        ParameterSpec(P.BASE_VALUE, K.VALUE, instead="target"),
        _share(P.BASE_SHARE),
        _share(P.STEP_SHARE),
        _UNIT,
        _share(P.CAP, 1.0),
        _share(P.FLOOR, 0.0),
        _ROUNDING,
    ),
    F.YES_NO: (_share(P.DEDUCTION_SHARE, 1.0),),
    F.QUALITATIVE_BANDS: (
        ParameterSpec(P.LABELS, K.WORDS),
        ParameterSpec(P.BANDS, K.SHARES, QUALITATIVE_BANDS),
        ParameterSpec(P.BAND_VALUES, K.SHARES, choice="band_values"),
    ),
    F.SATISFACTION_STEPS: (ParameterSpec(P.STEPS, K.STEPS, SATISFACTION_STEPS_2021),),
    F.EXECUTION_LINEAR: (_share(P.CAP, choice="exec_cap"), _ZERO_BUDGET),
    F.EXECUTION_INTERVAL_2021: (ParameterSpec(P.STEPS, K.STEPS, _EXECUTION_STEPS), _ZERO_BUDGET),
    F.GIVEN: (),
    F.VETO: (
        ParameterSpec(P.EFFECT, K.TERM, VetoEffect.ITEM_ZERO, words=VetoEffect),
        ParameterSpec(P.TOTAL_CAP, K.VALUE, None, low=0.0),
        ParameterSpec(P.GRADE_CAP, K.TEXT, None),
    ),
}


def resolved_parameters(
    function: ScoringFunction,
    parameters: Mapping[str, object],
    choices: SilentChoices,
    inputs: Mapping[str, float],
    where: str,
    direction: Direction = Direction.HIGHER,
) -> tuple[dict[ScoringParameter, object], list[Problem]]:
    """Return the typed parameters of one item with their defaults, and everything wrong with them 参数核对.

    Parameters
    ----------
    function : scoring function. parameters : by ``ScoringParameter`` member, code or Chinese label; values typed or
        as texts of the workbook.
    choices : defaults where the rules are silent. inputs : values that may stand in. where : words for the user.
    direction : way of the item, which some parameters must fit.
    """
    problems: list[Problem] = []
    named: dict[ScoringParameter, object] = {}
    specs = {spec.code: spec for spec in PARAMETERS[function]}
    for key, value in parameters.items():
        code = ScoringParameter.read(str(key))
        if code is None or code not in specs:
            expected = "、".join(known.label for known in specs) or "（该方法没有参数）"
            problems.append(_problem(where, f"{function.label}的参数 {expected}", str(key)))
        elif code in named:
            problems.append(_problem(where, f"参数 {code.label} 只出现一次", "重复"))
        else:
            named[code] = value
    typed: dict[ScoringParameter, object] = {}
    unread: set[ScoringParameter] = set()
    for code, spec in specs.items():
        if code in named and named[code] not in (None, ""):
            typed[code], expected = read_parameter(spec, named[code])
            if expected:
                problems.append(_problem(where, f"{code.label}：{expected}", str(named[code])))
                unread.add(code)
        elif spec.choice:
            typed[code] = getattr(choices, spec.choice)
        elif spec.instead and spec.instead in inputs:
            typed[code] = inputs[spec.instead]
        elif spec.default is REQUIRED:
            problems.append(_problem(where, f"参数 {code.label}", "空缺"))
        else:
            typed[code] = spec.default
    read = {code: value for code, value in typed.items() if code not in unread}
    problems.extend(_conflicts(function, read, where, direction, choices.item_decimals))
    return typed, problems


def read_parameter(spec: ParameterSpec, value: object) -> tuple[object, str]:
    """Return a typed value, and in Chinese what was expected where it cannot be read 读取参数."""
    result = _READERS[spec.kind](spec, value)
    if result is not None:
        return result, ""
    names = "、".join(spec.words.labels()) if spec.words else spec.kind.label
    return value, names


def _number(value: object, percent: float) -> float | None:
    """Return a number; ``percent`` is what one percent sign stands for."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, (int, float)):
        return float(value) if math.isfinite(value) else None
    found = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)\s*([%％]?)", value.strip())
    if found is None:
        return None
    number = float(found[1])
    return (number / 100.0 if percent != 1.0 else number) if found[2] else number


def _read_number(spec: ParameterSpec, value: object) -> float | None:
    """Read a share, value or ratio within its range."""
    number = _number(value, 1.0 if spec.kind is K.VALUE else 0.01)
    if number is None or not spec.low <= number <= spec.high or (spec.open_low and number <= spec.low):
        return None
    return number


def _read_flag(_: ParameterSpec, value: object) -> bool | None:
    """Read a yes or no."""
    if isinstance(value, (bool, int, float)):
        return bool(value) if value in (0, 1) else None
    word = YesNo.read(str(value))
    return word is YesNo.YES if word is not None else None


def _read_term(spec: ParameterSpec, value: object) -> Term | None:
    """Read a word of an enum."""
    return spec.words.read(str(value)) if spec.words is not None else None


def _entries(value: object) -> list[object] | None:
    """Return the entries of a list or of a text written with ``/`` or ``、``."""
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[/、|]", value) if part.strip()]
    if isinstance(value, (list, tuple)):
        return list(value)
    # One share alone, "0.5", reaches us as a number: a list of one.
    return [value] if isinstance(value, float) else None


def _read_shares(_: ParameterSpec, value: object) -> tuple[float, ...] | None:
    """Read a list of shares."""
    entries = _entries(value)
    if not entries:
        return None
    numbers = [_number(entry, 0.01) for entry in entries]
    if any(number is None or not 0.0 <= number <= 1.0 for number in numbers):
        return None
    return tuple(number for number in numbers if number is not None)


def _read_pairs(spec: ParameterSpec, value: object) -> tuple[tuple[float | None, float], ...] | None:
    """Read pairs limit:share; only bands may leave the last limit open."""
    entries = _entries(value)
    if not entries:
        return None
    pairs: list[tuple[float | None, float]] = []
    for entry in entries:
        pair = re.split(r"[:：]", entry) if isinstance(entry, str) else entry
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            return None
        is_open = pair[0] is None or (isinstance(pair[0], str) and pair[0].strip() == "*")
        limit = None if is_open else _number(pair[0], 1.0 if spec.kind is K.STEPS else 0.01)
        share = _number(pair[1], 0.01)
        if (limit is None and not (is_open and spec.kind is K.BANDS)) or share is None or not 0.0 <= share <= 1.0:
            return None
        pairs.append((limit, share))
    return tuple(pairs)


def _read_words(_: ParameterSpec, value: object) -> tuple[str, ...] | None:
    """Read a list of words."""
    entries = _entries(value)
    return tuple(str(entry) for entry in entries) if entries else None


def _read_text(_: ParameterSpec, value: object) -> str | None:
    """Read a word that is not empty."""
    return str(value).strip() or None


_READERS: Final[Mapping[ParameterKind, Callable[[ParameterSpec, object], object]]] = {
    **dict.fromkeys(NUMERIC, _read_number),
    K.FLAG: _read_flag,
    K.TERM: _read_term,
    K.SHARES: _read_shares,
    K.STEPS: _read_pairs,
    K.BANDS: _read_pairs,
    K.WORDS: _read_words,
    K.TEXT: _read_text,
}


def _conflicts(
    function: ScoringFunction, typed: Resolved, where: str, direction: Direction, decimals: int
) -> list[Problem]:
    """Return what is wrong between the parameters of one item, its direction and the decimals of the form."""
    if P.STEPS in typed:
        return _step_conflicts(function, typed, where, direction)
    if function is F.QUALITATIVE_BANDS:
        return _label_conflicts(typed, where)
    if function is F.VETO:
        return _veto_conflicts(typed, where, decimals)
    if function is F.PRO_RATA:
        return _overshoot_conflicts(typed, where)
    if function in (F.LINEAR_DEDUCTION, F.THRESHOLD_DEDUCTION):
        full, zero = typed.get(P.FULL_AT), typed.get(P.ZERO_AT)
        is_lower = direction is Direction.LOWER
        if isinstance(full, float) and isinstance(zero, float) and (zero <= full if is_lower else zero >= full):
            side = "高于" if is_lower else "低于"
            return [_problem(where, f"{direction.label}的零分点{side}满分点", f"零分点 {zero:g}，满分点 {full:g}")]
    if function is F.BASE_STEP:
        low, high = typed.get(P.FLOOR), typed.get(P.CAP)
        if isinstance(low, float) and isinstance(high, float) and low > high:
            return [_problem(where, "得分率下限不高于上限", f"{low:g} > {high:g}")]
    return []


def _step_conflicts(function: ScoringFunction, typed: Resolved, where: str, direction: Direction) -> list[Problem]:
    """Hold the steps of one item against each other and its direction; satisfaction and execution are higher-is-better."""
    steps = typed[P.STEPS]
    found: list[Problem] = []
    way = direction if function is F.INTERVAL_STEPS else Direction.HIGHER
    if way not in (Direction.HIGHER, Direction.LOWER):
        found.append(
            _problem(where, f"{function.label}的方向为{Direction.HIGHER.label}或{Direction.LOWER.label}", way.label)
        )
    if not isinstance(steps, tuple):
        return found
    ordered = sorted(steps, reverse=way is not Direction.LOWER)
    for (better, more), (worse, less) in pairwise(ordered):
        if better == worse:
            found.append(_problem(where, "各档界限互不相同", f"{better:g} 出现两次"))
        elif less > more:
            found.append(
                _problem(
                    where, "较差一档的得分率不高于较好一档", f"{better:g} 得 {more:.10g}，{worse:g} 得 {less:.10g}"
                )
            )
    return found


def _overshoot_conflicts(typed: Resolved, where: str) -> list[Problem]:
    """Hold the way of reduction against its bands, and the bands against each other."""
    bands = typed.get(P.OVERSHOOT_BANDS)
    if not isinstance(bands, tuple) or typed.get(P.OVERSHOOT_REDUCTION) is not OvershootReduction.BANDS:
        return []
    limits = [limit for limit, _ in bands]
    if not limits:
        return [_problem(where, f"{OvershootReduction.BANDS.label}时填写参数 {P.OVERSHOOT_BANDS.label}", "空缺")]
    return [_problem(where, "各档上限互不相同", "重复的上限")] if len(set(limits)) < len(limits) else []


def _veto_conflicts(typed: Resolved, where: str, decimals: int) -> list[Problem]:
    """Hold the effect of a veto against its cap, and the cap against the decimals in which a total is printed."""
    needed = {VetoEffect.CAP_TOTAL: P.TOTAL_CAP, VetoEffect.CAP_GRADE: P.GRADE_CAP}
    effect, cap = typed.get(P.EFFECT), typed.get(P.TOTAL_CAP)
    found: list[Problem] = []
    missing = needed.get(effect) if isinstance(effect, VetoEffect) else None
    if missing is not None and missing in typed and typed[missing] is None:
        found.append(_problem(where, f"参数 {missing.label}", "空缺"))
    if isinstance(cap, float) and snap(cap) != round_half_up(cap, decimals):
        found.append(_problem(where, f"{P.TOTAL_CAP.label}的小数不超过 {decimals} 位", f"{cap:.12g}"))
    return found


def _label_conflicts(typed: Resolved, where: str) -> list[Problem]:
    """Hold labels, bands and declared values of a qualitative indicator against each other."""
    labels, lows, declared = (typed.get(code) or () for code in (P.LABELS, P.BANDS, P.BAND_VALUES))
    if not labels or not (isinstance(labels, tuple) and isinstance(lows, tuple) and isinstance(declared, tuple)):
        return []
    found: list[Problem] = []
    if lows and len(labels) != len(lows):
        found.append(_problem(where, "档次名称与档次下限个数相同", f"{len(labels)} 个与 {len(lows)} 个"))
    if list(lows) != sorted(lows, reverse=True) or len(set(lows)) != len(lows):
        found.append(_problem(where, "档次下限由高到低", "顺序不对"))
    if lows and declared and len(declared) != len(lows):
        found.append(_problem(where, "档次取值与档次个数相同", f"{len(declared)} 个"))
    return found


def _problem(where: str, expected: str, found: str) -> Problem:
    """Return one problem of a parameter."""
    return Problem(code="SC-PARAMETER", where=where, expected=expected, found=found, mend="按计分方法说明填写计分参数")
