"""The plan 运行计划: files and folders named on the command line → checked runs, all problems in one error."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from perfkit.errors import Problem, RuleError
from perfkit.read.rules import load_run
from perfkit.rulebook import Run

RUNS = Path("params/runs")
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run and the file that orders it 已列入计划的运行."""

    file: Path
    run: Run


def plan(targets: Iterable[str | Path], root: Path) -> tuple[PlannedRun, ...]:
    """Return the runs of files and folders, in order, each once 列出要运行的项目.

    Parameters
    ----------
    targets : run files, or folders such as ``params/runs/<batch>``; relative to the working directory or to ``root``.
    root : checkout.

    Raises
    ------
    RuleError
        All problems of all files: unknown file (with near names), malformed run file, a run id used twice in a batch.
    """
    problems: list[Problem] = []
    files: dict[Path, None] = {}
    for target in targets:
        found = tuple(_files(Path(target), root))
        if not found:
            problems.append(_unknown(Path(target), root))
        files.update(dict.fromkeys(found))
    planned: list[PlannedRun] = []
    for file in files:
        try:
            planned.append(PlannedRun(file, load_run(file, root)))
        except RuleError as error:
            problems.extend(error.problems)
    problems.extend(_doubled(planned, root))
    if problems:
        raise RuleError(problems)
    return tuple(planned)


def _files(target: Path, root: Path) -> Iterator[Path]:
    """Yield the run files a target names."""
    # a relative name means what the shell shows, unless that belongs to another project than ``root``
    here = Path.cwd() / target
    places = (here, root / target) if here.resolve().is_relative_to(root.resolve()) else (root / target, here)
    for place in places:
        if place.is_file() and place.suffix in _SUFFIXES:
            yield place.resolve()
            return
        if place.is_dir():
            yield from (path.resolve() for path in sorted(place.rglob("*")) if path.suffix in _SUFFIXES)
            return


def _unknown(target: Path, root: Path) -> Problem:
    """Say that a target names no run file, with the names that come near."""
    known = {path.relative_to(root).as_posix(): path for path in sorted((root / RUNS).rglob("*.y*ml"))}
    names = {**{path.stem: name for name, path in known.items()}, **{name: name for name in known}}
    near = dict.fromkeys(
        names[match]
        for word in (target.as_posix(), target.stem)
        for match in difflib.get_close_matches(word, names, n=3, cutoff=0.6)
    )
    if near:
        mend = f"相近的有：{'、'.join(near)}"
    else:
        mend = f"现有运行文件：{'、'.join(known)}" if known else f"先在 {RUNS.as_posix()}/<批次>/ 下写运行文件"
    return Problem(
        code="RUN-FILE",
        where=str(target),
        expected="运行文件（.yaml）或含有运行文件的目录",
        found="目录中没有运行文件" if target.is_dir() or (root / target).is_dir() else "没有这样的运行文件",
        mend=mend,
    )


def _doubled(planned: Iterable[PlannedRun], root: Path) -> Iterator[Problem]:
    """Yield a problem for each run id that was used before in its batch."""
    first: dict[tuple[str, str], Path] = {}
    for item in planned:
        # some file systems do not tell capitals from small letters, and two runs must never share a folder
        key = (item.run.batch.casefold(), item.run.id.casefold())
        if key in first:
            yield Problem(
                code="RUN-TWICE",
                where=f"{item.file.name} › id",
                expected=f"批次 {item.run.batch} 内不重复的编号",
                found=f"{item.run.id} 已用于 {first[key].name}",
                mend="改其中一个 id",
            )
        first.setdefault(key, item.file)
