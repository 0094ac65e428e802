"""The worker process 运行进程: one order from standard input, one folder with everything in it.

``python -m perfkit.run.job``; standard input stays open as long as the parent lives, and its end ends this process.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from perfkit.errors import PerfkitError
from perfkit.read.provenance import sha256_of
from perfkit.rulebook import Run
from perfkit.run.engine import execute
from perfkit.run.manifest import MANIFEST, Manifest
from perfkit.run.outputs import EXECUTED, Drafted, write_outputs
from perfkit.run.template import try_template


def perform(order: Mapping[str, Any]) -> Manifest:
    """Carry out one order 执行一次运行: notebook, drafts, manifest, all in the staging folder.

    Parameters
    ----------
    order : see ``run.order.Order.to_json``.

    Returns
    -------
    The manifest as written, of status ``"failed"`` where a cell, a rule or a value stopped the run.
    """
    root, staging = Path(order["root"]), Path(order["staging"])
    # JSON mode lets the strict shape read dates and lists again
    run = Run.model_validate_json(json.dumps(order["run"]))
    template = None if order["template"] is None else Path(order["template"])
    failure: dict[str, Any] = {}
    drafted = Drafted()
    durations: dict[str, float] = {}
    begun = time.perf_counter()
    try:
        try_template(template)
        execution = execute(run.notebook_path(root), staging / EXECUTED, order["parameters"], root)
        durations["notebook"] = execution.seconds
        if execution.failure is None:
            drafted = write_outputs(run, root, execution.notebook, staging, template)
            durations.update(drafted.seconds)
        else:
            failure = {"cell": execution.failure.cell, "messages": list(execution.failure.messages)}
    except PerfkitError as error:
        failure = {"cell": "", "messages": [str(problem) for problem in error.problems]}
    durations["total"] = time.perf_counter() - begun
    manifest = Manifest(
        run=run.id,
        batch=run.batch,
        made_from=order["made_from"],
        status="failed" if failure else "ok",
        outputs=_hashes(staging),
        draft_status="" if failure else drafted.status,
        watermark=drafted.watermark,
        failure=failure,
        figures=drafted.figures,
        durations={step: round(seconds, 3) for step, seconds in durations.items()},
    )
    manifest.write(staging)
    return manifest


def _hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file written so far, by its path below the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files if path.name != MANIFEST}


def _end_with_parent(stream: TextIO, scratch: Path) -> None:
    """End this process when the parent's end of the pipe closes; the kernel watches us in the same way."""
    stream.read()
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def main() -> None:
    """Read the order, watch the parent, perform."""
    order = json.loads(sys.stdin.readline())
    watch = threading.Thread(target=_end_with_parent, args=(sys.stdin, Path(order["scratch"])), daemon=True)
    watch.start()
    perform(order)


if __name__ == "__main__":
    main()
