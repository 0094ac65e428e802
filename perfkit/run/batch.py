"""The batch 批量运行: one process per run, resume, publication of whole folders; a dead worker stops nobody else.

A pool of processes breaks as a whole when one worker dies, so every run gets a process of its own. The parent alone
renames folders, so nothing that outlives it can publish.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import psutil

from perfkit.errors import PerfkitError, Problem, reason
from perfkit.run.folders import RunFolder
from perfkit.run.manifest import Manifest
from perfkit.run.order import Order, order_of
from perfkit.run.plan import PlannedRun

State = Literal["drafted", "skipped", "failed"]
POLL_SECONDS = 0.05
LOG = "worker.log"
_WORKER_ENVIRONMENT = {
    # one thread per run: the runs themselves are what is parallel, and sums keep one order
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # the order of sets of strings must not change from run to run
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "PYTHONNOUSERSITE": "1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to run a batch 批量选项.

    Parameters
    ----------
    root, reports : checkout, and the folder below which all output stays.
    jobs : runs at a time.
    force : run even what has not changed.
    template : Word template that goes before the run file's own.
    """

    root: Path
    reports: Path
    jobs: int = 1
    force: bool = False
    template: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one run 运行结果: ``edited`` names files of the earlier version that a person had changed."""

    planned: PlannedRun
    state: State
    folder: Path
    messages: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


class Listener(Protocol):
    """Whoever shows progress 进度接收者."""

    def started(self, planned: PlannedRun) -> None:
        """Take note that a run has begun."""

    def ended(self, outcome: Outcome) -> None:
        """Take note that a run is over, or was skipped."""


@dataclass(slots=True, kw_only=True)
class _Worker:
    """A run under way."""

    planned: PlannedRun
    order: Order
    folder: RunFolder
    staging: Path
    edited: tuple[str, ...]
    process: subprocess.Popen[str]
    scratch: tempfile.TemporaryDirectory[str]
    begun: float


def default_jobs() -> int:
    """Return how many runs at a time suit this machine: two, as far as it has two cores."""
    return min(2, os.cpu_count() or 1)


def run_batch(planned: Iterable[PlannedRun], options: Options, listener: Listener) -> tuple[Outcome, ...]:
    """Run what has changed and skip what has not 批量运行.

    Returns
    -------
    One outcome per run, in the order of the plan. A failed run is an outcome, not an exception.

    Raises
    ------
    RuleError
        Where a run would write outside ``reports``; checked for all runs before the first begins.
    KeyboardInterrupt
        After the processes were stopped and their folders removed.
    """
    runs = tuple(planned)
    folders = [RunFolder.inside(options.reports, item.run.batch, item.run.id) for item in runs]
    outcomes: dict[int, Outcome] = {}
    working: dict[int, _Worker] = {}
    waiting = iter(enumerate(zip(runs, folders, strict=True)))
    try:
        while len(outcomes) < len(runs):
            for place, outcome in _ended(working):
                outcomes[place] = outcome
                listener.ended(outcome)
            if len(working) >= max(1, options.jobs) or (started := next(waiting, None)) is None:
                time.sleep(POLL_SECONDS)
                continue
            place, (item, folder) = started
            begun = _begin(item, folder, options)
            if isinstance(begun, Outcome):
                outcomes[place] = begun
                listener.ended(begun)
            else:
                working[place] = begun
                listener.started(item)
    finally:
        for worker in working.values():
            _stop(worker)
    return tuple(outcomes[place] for place in range(len(runs)))


def _begin(planned: PlannedRun, folder: RunFolder, options: Options) -> Outcome | _Worker:
    """Skip a run that is up to date, or start its process."""
    try:
        return _prepared(planned, folder, options)
    except PerfkitError as error:
        # an input that vanished or cannot be read since the plan was made stops this run only
        messages = tuple(str(problem) for problem in error.problems)
        return Outcome(planned=planned, state="failed", folder=folder.path, messages=messages)
    except OSError as error:
        return _unwritten(planned, folder, error)


def _unwritten(planned: PlannedRun, folder: RunFolder, error: OSError) -> Outcome:
    """Say that the results of a run found no place: full disk, read-only folder, a file in the way."""
    problem = Problem(
        code="RUN-WRITE",
        where=str(error.filename or folder.path),
        expected="可写入的结果目录，空间足够",
        found=reason(error),
        mend="腾出空间、检查权限，或用 --reports 指定别的目录",
    )
    return Outcome(planned=planned, state="failed", folder=folder.path, messages=(str(problem),))


def _prepared(planned: PlannedRun, folder: RunFolder, options: Options) -> Outcome | _Worker:
    folder.sweep()
    order = order_of(planned, options.root, options.template)
    current = folder.current()
    manifest = Manifest.read(current) if current else None
    edited: tuple[str, ...] = ()
    if current is not None and manifest is not None:
        edited = tuple(f"{current.name}/{name}" for name in manifest.touched(current))
        if not (options.force or edited or manifest.differences(order.made_from)):
            return Outcome(planned=planned, state="skipped", folder=current, figures=manifest.figures)
    staging = folder.stage()
    scratch = tempfile.TemporaryDirectory(prefix="perfkit-", ignore_cleanup_errors=True)
    process = _start(order, staging, Path(scratch.name))
    return _Worker(
        planned=planned,
        order=order,
        folder=folder,
        staging=staging,
        edited=edited,
        process=process,
        scratch=scratch,
        begun=time.perf_counter(),
    )


def _start(order: Order, staging: Path, scratch: Path) -> subprocess.Popen[str]:
    """Start a worker and hand it its order; its standard input stays open and tells it that we live."""
    with (scratch / LOG).open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            # -P: no module in the working folder goes before the installed ones, nor before this very perfkit
            [sys.executable, "-P", "-m", "perfkit.run.job"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(scratch),
            text=True,
            encoding="utf-8",
            # Ctrl-C of a terminal reaches the parent only, which then stops its workers in order
            start_new_session=True,
        )
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(order.to_json(staging, scratch)) + "\n")
            process.stdin.flush()
    return process


def _environment(scratch: Path) -> dict[str, str]:
    """Return the environment of a worker and its kernel: no profile of the user's, no display, fixed hashing."""
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH", ""))))
    return {
        **os.environ,
        **_WORKER_ENVIRONMENT,
        "PYTHONPATH": path,
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(scratch),
        # so that whatever a notebook leaves behind goes with the scratch folder
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch)),
    }


def _ended(working: dict[int, _Worker]) -> Iterator[tuple[int, Outcome]]:
    """Yield and drop the workers whose process is over."""
    for place, worker in list(working.items()):
        if worker.process.poll() is not None:
            try:
                outcome = _finish(worker)
            except OSError as error:
                _stop(worker)
                outcome = _unwritten(worker.planned, worker.folder, error)
            yield place, outcome
            del working[place]


def _finish(worker: _Worker) -> Outcome:
    """Publish what a finished process wrote; a process that died without a word leaves a failed version."""
    manifest = Manifest.read(worker.staging)
    if manifest is None:
        manifest = Manifest(
            run=worker.planned.run.id,
            batch=worker.planned.run.batch,
            made_from=worker.order.made_from,
            status="failed",
            failure={"cell": "", "messages": _last_words(worker)},
        )
        manifest.write(worker.staging)
    _close(worker)
    version = worker.folder.publish(worker.staging)
    drafted = manifest.status == "ok"
    if drafted:
        worker.folder.point(version)
    cell = manifest.failure.get("cell", "")
    return Outcome(
        planned=worker.planned,
        state="drafted" if drafted else "failed",
        folder=version,
        messages=tuple(f"{cell} {text}".strip() for text in manifest.failure.get("messages", ())),
        edited=worker.edited,
        figures=manifest.figures,
        seconds=time.perf_counter() - worker.begun,
    )


def _last_words(worker: _Worker) -> list[str]:
    """Say how a process ended, with the last line it printed; all of them stay beside the manifest."""
    code = worker.process.returncode
    ending = f"被信号 {-code} 终止" if code < 0 else f"意外退出（状态 {code}）"
    log = (Path(worker.scratch.name) / LOG).read_text(encoding="utf-8", errors="replace")
    lines = log.strip().splitlines()
    if not lines:
        return [f"[RUN-DIED] 运行进程{ending}"]
    (worker.staging / LOG).write_text(log, encoding="utf-8")
    return [f"[RUN-DIED] 运行进程{ending}：{lines[-1]}（完整记录在 {LOG}）"]


def _stop(worker: _Worker) -> None:
    """End a worker and its kernel, and remove what they had begun."""
    try:
        family = [*psutil.Process(worker.process.pid).children(recursive=True), psutil.Process(worker.process.pid)]
    except psutil.NoSuchProcess:
        family = []
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    worker.process.wait()
    _close(worker)
    # the staging folder bears this process's number, which marks it as ours to sweep
    worker.folder.sweep()


def _close(worker: _Worker) -> None:
    if worker.process.stdin is not None:
        worker.process.stdin.close()
    worker.scratch.cleanup()
