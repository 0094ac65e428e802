"""What holds for every statistic of the wing alike: found by walking its modules, so that none can be left out."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import pkgutil
import re
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import perfkit.reliability
from perfkit.errors import DataError, MethodError, PerfkitError
from perfkit.reliability.anomaly import honest_null, stepped_item
from perfkit.reliability.bootstrap import FEWEST_REPLICATES
from perfkit.reliability.estimate import EstimateResult
from perfkit.reliability.sampling.design import monetary_unit, pps, simple_random
from perfkit.result import Result
from perfkit.terms import Statistic
from tests.tolerances import SAME_FORMULA

Function = Callable[..., Any]
Arguments = tuple[Any, ...]

# The chooser over the others has tests of its own.
CHOOSER = "reliability_report"
# What is made of another result or of plain numbers has tests of its own.
ELSEWHERE = frozenset({"attribute_upper_bound", "d_study", "d_study_curve", "needed_conditions"})
# The names under which a statistic takes its data; what takes anything else is a part of a statistic.
DATA = frozenset({"ratings", "x", "y", "frame", "before", "after"})
N = 30


def _returned(function: Function) -> type[Result] | None:
    found = typing.get_type_hints(function).get("return")
    return found if isinstance(found, type) and issubclass(found, Result) else None


def _statistics() -> Iterator[tuple[str, Function]]:
    """Yield every public function of the wing that returns a Result of its own kind."""
    for module in pkgutil.walk_packages(perfkit.reliability.__path__, "perfkit.reliability."):
        for name, function in vars(importlib.import_module(module.name)).items():
            own = inspect.isfunction(function) and function.__module__ == module.name and not name.startswith("_")
            if own and name != CHOOSER and set(_data(function)) <= DATA and _returned(function):
                yield name, function


def _data(function: Function) -> list[str]:
    """Return the names of the arguments that are no options."""
    parameters = inspect.signature(function).parameters.values()
    return [one.name for one in parameters if one.kind is not inspect.Parameter.KEYWORD_ONLY]


STATISTICS: Mapping[str, Function] = dict(sorted(_statistics()))
TWO_RATERS = frozenset({"cohen_kappa", "scott_pi"})
SAMPLED = {"design": simple_random(3 * N, book_total=7200.0), "value": "score", "book": "x"}
AUDITED = {"book": "x", "audit": "score"}
# What has no default because nobody can choose it for the caller.
NEEDED: Mapping[str, Mapping[str, Any]] = {
    **dict.fromkeys(("difference_estimator", "ratio_estimator", "regression_estimator"), SAMPLED),
    "describe_sample": {**SAMPLED, "tolerance": 3.0},
    "mean_per_unit": {"design": simple_random(3 * N), "value": "score"},
    "hansen_hurwitz": {**SAMPLED, "design": pps(7200.0)},
    "horvitz_thompson": {**SAMPLED, "design": pps(7200.0)},
    "audit_total_error": {**AUDITED, "design": SAMPLED["design"]},
    "monetary_unit_bound": {**AUDITED, "design": monetary_unit(7200.0)},
    "cutoff_binomial": {"cutoff": 80.0, "window": 2.0},
    "edge_profile": {"cutoff": 80.0, "window": 2.0},
    "density_jump": {"cutoff": 80.0, "least_distinct": 0, "least_effective": 0},
    "mccrary": {"cutoff": 80.0, "binsize": 1.0, "bandwidth": 6.0, "least_distinct": 0, "least_effective": 0},
    "heaping": {"null": honest_null([stepped_item(100, 0.1)])},
    "digit_profile": {"null": honest_null([stepped_item(100, 0.1)])},
    "flat_marks": {"full": 90.0, "step": 0.1, "target": 80.0},
    "affiliated_bias": {
        **{column: column for column in ("evaluand", "score", "affiliated")},
        "rater": "replicate",
    },
    "equivalence": {"margin": 2.0},
    "mcnemar": {"categories": (0.0, 1.0)},
    "mixed_limits": {
        **{column: column for column in ("evaluand", "method", "replicate", "score")},
        **{"x_method": "x", "y_method": "y"},
    },
}


def _scores() -> NDArray[np.float64]:
    rng = np.random.default_rng(7)
    scores = 80 + 6 * rng.standard_normal((N, 1)) + np.array([0.0, 0.5, -1.0]) + 2 * rng.standard_normal((N, 3))
    return np.asarray(np.round(scores, 1), dtype=np.float64)


def _grades() -> NDArray[np.float64]:
    return np.asarray(np.digitize(_scores(), [74, 80, 86]), dtype=np.float64)


def _long(columns: typing.Sequence[str]) -> pd.DataFrame:
    """Return replicates: 10 evaluands × 3 replicates, in the columns that a statistic asks for."""
    scores = _scores()
    if "design" in columns:
        return pd.DataFrame({"evaluand": np.arange(N), "x": scores[:, 0], "score": scores[:, 1]})
    wide = pd.DataFrame({"evaluand": np.repeat(np.arange(10), 3), "replicate": np.tile(np.arange(3), 10)})
    if "affiliated" in columns:
        return wide.assign(score=scores[:, 0], affiliated=wide["evaluand"] % 3 == wide["replicate"])
    if "x" in columns:
        return wide.assign(x=scores[:, 0], y=scores[:, 1])
    parts = [wide.assign(method=name, score=scores[:, place]) for place, name in enumerate("xy")]
    return pd.concat(parts, ignore_index=True)


def _is_grade(name: str) -> bool:
    first = next(iter(inspect.signature(STATISTICS[name]).parameters.values()))
    module = STATISTICS[name].__module__
    return "Grade" in str(first.annotation) or ".agreement" in module or ".migration" in module


def _sample(name: str) -> Arguments:
    """Return fresh data of the shape that a statistic takes."""
    table = _grades() if _is_grade(name) else _scores()
    if name == "mcnemar":
        table = (table > 1).astype(np.float64)
    names = _data(STATISTICS[name])
    if names == ["frame"]:
        return (_long(list(inspect.signature(STATISTICS[name]).parameters)),)
    if names == ["x"]:
        return (table[:, 0],)
    if len(names) == 1:
        return (table[:, :2] if name in TWO_RATERS else table,)
    return tuple(table[:, place] for place in range(len(names)))


def _rows(arguments: Arguments, rows: Any) -> Arguments:
    return tuple(one.iloc[rows] if isinstance(one, pd.DataFrame) else one[rows] for one in arguments)


def _mapped(arguments: Arguments, change: Callable[[Any], Any]) -> Arguments:
    """Return the data with ``change`` applied to every array, and to the score columns of a frame."""
    changed = []
    for one in arguments:
        if isinstance(one, pd.DataFrame):
            scores = [column for column in ("x", "y", "score") if column in one]
            changed.append(one.assign(**{column: change(one[column].to_numpy()) for column in scores}))
        else:
            changed.append(change(one))
    return tuple(changed)


def _numbers(result: EstimateResult) -> Arguments:
    return result.value, result.interval.low, result.interval.high, result.se, result.p


def _kind(name: str) -> str:
    return str((_returned(STATISTICS[name]) or Result).kind)


def _call(name: str, arguments: Arguments, **options: Any) -> Any:
    return STATISTICS[name](*arguments, **{**NEEDED.get(name, {}), **options})


every = pytest.mark.parametrize("name", STATISTICS)
numeric = pytest.mark.parametrize("name", [name for name in STATISTICS if not _is_grade(name)])
estimates = pytest.mark.parametrize(
    "name", [name for name, one in STATISTICS.items() if issubclass(_returned(one) or Result, EstimateResult)]
)


def test_every_statistic_of_the_terms_is_there() -> None:
    kinds = {kind.kind for kind in map(_returned, STATISTICS.values()) if kind}
    assert kinds == {str(one) for one in Statistic} - {CHOOSER} - ELSEWHERE


@every
def test_options_are_keywords_and_data_is_not(name: str) -> None:
    for one in inspect.signature(STATISTICS[name]).parameters.values():
        assert (one.kind is inspect.Parameter.KEYWORD_ONLY) == (one.name not in _data(STATISTICS[name]))
        if one.kind is not inspect.Parameter.KEYWORD_ONLY:
            assert one.default is inspect.Parameter.empty


@every
def test_docstring_is_complete(name: str) -> None:
    text = inspect.getdoc(STATISTICS[name]) or ""
    first = text.split("\n\n")[0]
    label = {str(one): one.label for one in Statistic}[_kind(name)]
    assert label in first or re.search(r"[\u3400-\u9fff]", first), "no term of the field in the first sentence"
    for section in ("Parameters", "Returns", "Raises", "Notes", "Examples"):
        assert f"\n{section}\n---" in text, section
    assert re.search(r"[Vv]erified against|tests/reliability/", text), "says neither software nor test"


@every
def test_result_is_frozen_and_has_its_kind(name: str) -> None:
    result = _call(name, _sample(name))
    assert isinstance(result, Result)
    assert type(result).kind in set(Statistic)
    assert not hasattr(result, "__dict__")
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, "method", "another")  # noqa: B010 - the type checker knows that it cannot be set
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        setattr(result, "another", 1)  # noqa: B010
    assert result.method
    assert result.source
    assert result.n_used == N or name.endswith("limits")


@every
def test_result_shows_itself(name: str) -> None:
    result = _call(name, _sample(name))
    assert len(result.to_frame()) >= 1
    assert json.loads(json.dumps(result.to_record(), allow_nan=False))["kind"] == result.kind
    assert "\n" not in str(result)
    assert str(result).startswith(result.kind)
    assert "<table" in result._repr_html_()


@every
@pytest.mark.parametrize("level", [0, 1, 95, -0.5, float("nan")])
def test_level_must_lie_between_0_and_1(name: str, level: float) -> None:
    if "level" not in inspect.signature(STATISTICS[name]).parameters:
        interval = getattr(_call(name, _sample(name)), "interval", None)
        assert interval is None or not interval.known
        return
    with pytest.raises(MethodError):
        _call(name, _sample(name), level=level)


@every
def test_level_is_used(name: str) -> None:
    result = _call(name, _sample(name))
    if not isinstance(result, EstimateResult) or not result.interval.known:
        return
    wide, narrow = (_call(name, _sample(name), level=level).interval for level in (0.99, 0.6))
    assert wide.level > result.interval.level > narrow.level
    assert wide.high - wide.low > narrow.high - narrow.low


@every
def test_unknown_choices_are_refused(name: str) -> None:
    for option, one in inspect.signature(STATISTICS[name]).parameters.items():
        if isinstance(one.default, str):
            with pytest.raises(PerfkitError):
                _call(name, _sample(name), **{option: "no such choice"})


@numeric
def test_text_is_refused(name: str) -> None:
    words = _mapped(_sample(name), lambda scores: np.where(scores == scores.flat[0], "good", scores.astype(str)))
    with pytest.raises(DataError) as caught:
        _call(name, words)
    assert caught.value.problems


@numeric
def test_infinity_is_refused(name: str) -> None:
    with pytest.raises(DataError):
        _call(name, _mapped(_sample(name), lambda scores: np.where(scores == scores.flat[0], np.inf, scores)))


@every
def test_a_number_is_no_table(name: str) -> None:
    with pytest.raises(PerfkitError):
        _call(name, tuple(3.0 for _ in _data(STATISTICS[name])))


def _rates(arguments: Arguments) -> Any:
    """Return the first array of scores in the data."""
    first = arguments[0]
    return first.filter(["x", "score"]).to_numpy() if isinstance(first, pd.DataFrame) else first


def _degenerate(name: str) -> Iterator[tuple[str, Arguments]]:
    sample = _sample(name)
    usual = float(_rates(sample).flat[0])
    for n in (0, 1, 2, 3):
        # Of a long table the evaluands are taken; without any, it names no method, and that is malformed.
        if not isinstance(sample[0], pd.DataFrame):
            yield f"{n} rows", _rows(sample, slice(0, n))
        elif n:
            yield f"{n} evaluands", (sample[0][sample[0]["evaluand"] < n],)
    yield "all missing", _mapped(sample, lambda scores: np.full_like(scores, np.nan))
    yield "all one value", _mapped(sample, lambda scores: np.full_like(scores, usual))
    yield "all but one missing", _mapped(sample, lambda scores: np.where(scores == scores.max(), scores, np.nan))
    if len(sample) == 1 and not isinstance(sample[0], pd.DataFrame) and sample[0].ndim == 2:
        constant = sample[0].copy()
        constant[:, 0] = constant[0, 0]
        yield "a constant rater", (constant,)
        yield "identical raters", (np.repeat(sample[0][:, :1], sample[0].shape[1], axis=1),)
        unrated = sample[0].copy()
        unrated[:, 0] = np.nan
        yield "a rater without ratings", (unrated,)
    elif len(sample) == 2:
        yield "a constant side", (np.full_like(sample[0], usual), sample[1])
        yield "identical sides", (sample[0], sample[0].copy())
        yield "a constant difference", (sample[0] if _is_grade(name) else sample[0] + 2.5, sample[0])


def _choices() -> Iterator[Any]:
    """Yield every statistic with each value of each option that has a few: words and truth values, one at a time."""
    for name, function in STATISTICS.items():
        yield pytest.param(name, {}, id=name)
        for option, kind in typing.get_type_hints(function).items():
            # The values of a Literal, also where it is one side of a union.
            sides = (kind, *typing.get_args(kind))
            words = [word for side in sides if typing.get_origin(side) is typing.Literal for word in side.__args__]
            for choice in (True, False) if kind is bool else words:
                yield pytest.param(name, {option: choice}, id=f"{name}-{option}-{choice}")


@pytest.mark.parametrize(("name", "options"), list(_choices()))
def test_nothing_is_unknown_without_a_caveat(name: str, options: dict[str, Any]) -> None:
    if "replicates" in inspect.signature(STATISTICS[name]).parameters:
        options = {"replicates": FEWEST_REPLICATES, **options}
    try:
        usual = _call(name, _sample(name), **options)
    except MethodError:
        # A choice that goes with another one only.
        return
    for what, arguments in _degenerate(name):
        result = _call(name, arguments, **options)
        str(result), result.to_frame(), result.to_record()
        if not isinstance(result, EstimateResult):
            continue
        silent = not result.caveats
        assert not (silent and np.isnan(result.value)), what
        assert not (silent and usual.interval.known and not result.interval.known), what
        assert not (silent and not np.isnan(usual.p) and np.isnan(result.p)), what
        assert not (np.isnan(result.value) and result.interval.known), what
        if result.interval.known:
            assert result.interval.low <= result.interval.high, what


@every
def test_inputs_are_not_written_to(name: str) -> None:
    arguments = _sample(name)
    for one in arguments:
        if isinstance(one, np.ndarray):
            one.flags.writeable = False
    _call(name, arguments)
    for one, fresh in zip(arguments, _sample(name), strict=True):
        assert one.equals(fresh) if isinstance(one, pd.DataFrame) else np.array_equal(one, fresh)


@every
def test_same_answer_whatever_the_global_state(name: str) -> None:
    first = _call(name, _sample(name)).to_record()
    before = np.random.get_state()  # noqa: NPY002 - it is moved on purpose, and put back
    np.random.seed(1)  # noqa: NPY002
    with pd.option_context("mode.string_storage", "python", "display.precision", 2):
        second = _call(name, _sample(name)).to_record()
    np.random.set_state(before)  # noqa: NPY002
    assert first == second


@estimates
def test_order_of_evaluands_does_not_matter(name: str) -> None:
    order = np.random.default_rng(3).permutation(len(_sample(name)[0]))
    first, second = _call(name, _sample(name)), _call(name, _rows(_sample(name), order))
    assert second.value == pytest.approx(first.value, rel=SAME_FORMULA)
    if not first.replicates:
        assert second.interval.low == pytest.approx(first.interval.low, rel=SAME_FORMULA, nan_ok=True)


@estimates
def test_an_evaluand_without_ratings_is_dropped_and_counted(name: str) -> None:
    sample = _sample(name)
    if isinstance(sample[0], pd.DataFrame):
        return
    more = tuple(np.concatenate([one, np.full_like(one[:1], np.nan)]) for one in sample)
    first, second = _call(name, sample), _call(name, more)
    assert second.value == pytest.approx(first.value, rel=SAME_FORMULA)
    assert (second.n_used, second.n_dropped) == (first.n_used, first.n_dropped + 1)


@every
def test_frame_and_array_give_the_same_numbers(name: str) -> None:
    sample = _sample(name)
    if isinstance(sample[0], pd.DataFrame):
        return
    framed = tuple(pd.DataFrame(one) if one.ndim == 2 else pd.Series(one, index=range(5, 5 + N)) for one in sample)
    first, second = _call(name, sample), _call(name, framed)
    assert len(first.to_frame()) == len(second.to_frame())
    if isinstance(first, EstimateResult):
        for mine, other in zip(_numbers(first), _numbers(second), strict=True):
            assert mine == pytest.approx(other, rel=SAME_FORMULA, nan_ok=True)
