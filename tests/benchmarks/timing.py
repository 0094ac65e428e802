"""Time a task against its floor, taking turns, so that both meet the same load of the machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the benchmark table.

    Parameters
    ----------
    name : what was timed, with its size.
    seconds : best wall time of one call.
    floor : what the floor is; empty where a task has none.
    floor_seconds : best wall time of the floor.
    goal : the goal in words, e.g. ``"≤ 3 × floor"``; a goal missed is printed, never a failure.
    met : whether the goal was met; ``None`` where there is none.
    """

    name: str
    seconds: float
    floor: str = ""
    floor_seconds: float | None = None
    goal: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        """Return time over floor, or ``None`` without a floor."""
        return self.seconds / self.floor_seconds if self.floor_seconds else None


def _once(task: Callable[[], object]) -> float:
    start = perf_counter()
    task()
    return perf_counter() - start


def against_floor(
    name: str,
    task: Callable[[], object],
    *,
    floor: str,
    floor_task: Callable[[], object],
    goal_ratio: float | None = None,
    rounds: int = 5,
) -> Row:
    """Time ``task`` and ``floor_task`` in turns, ``rounds`` times after one warm call each, and keep the best."""
    _once(task)
    _once(floor_task)
    pairs = [(_once(task), _once(floor_task)) for _ in range(rounds)]
    seconds = min(pair[0] for pair in pairs)
    floor_seconds = min(pair[1] for pair in pairs)
    return Row(
        name=name,
        seconds=seconds,
        floor=floor,
        floor_seconds=floor_seconds,
        goal=f"≤ {goal_ratio:g} × floor" if goal_ratio is not None else "",
        met=seconds <= goal_ratio * floor_seconds if goal_ratio is not None else None,
    )


def alone(name: str, task: Callable[[], object], *, goal_seconds: float | None = None, rounds: int = 5) -> Row:
    """Time ``task`` without a floor, ``rounds`` times after one warm call, and keep the best."""
    _once(task)
    seconds = min(_once(task) for _ in range(rounds))
    return Row(
        name=name,
        seconds=seconds,
        goal=f"≤ {goal_seconds:g} s warm" if goal_seconds is not None else "",
        met=seconds <= goal_seconds if goal_seconds is not None else None,
    )
