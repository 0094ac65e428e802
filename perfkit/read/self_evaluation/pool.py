"""Reading files with several processes 多进程读取: in batches, in order, and past a file that takes a process down."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from perfkit.errors import Problem
from perfkit.read.self_evaluation.files import SourceFile, in_batches
from perfkit.read.self_evaluation.one_file import read_file
from perfkit.read.self_evaluation.tables import FileTables

BATCH = 32


def read_with_processes(files: Sequence[SourceFile], department: str, jobs: int) -> list[FileTables]:
    """Return what every file holds, in the order given 多进程读取.

    A batch whose process died is read again by itself and halved until the file that kills is found: that one is listed
    as unreadable, all others are read.
    """
    size = max(1, min(BATCH, len(files) // (4 * jobs)))
    batches = in_batches(files, size)
    read: dict[int, list[FileTables]] = {}
    # spawn, not fork: a notebook kernel and the numeric libraries hold threads that do not survive a fork
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(max_workers=min(jobs, len(batches)), mp_context=context)
    try:
        futures = {number: pool.submit(_read_batch, batch, department) for number, batch in enumerate(batches)}
        for number, future in futures.items():
            try:
                read[number] = future.result()
            except (BrokenProcessPool, MemoryError):
                continue
    finally:
        pool.shutdown(cancel_futures=True)  # an interrupt does not wait for what was not begun
    if not read:
        # not one batch came through: processes cannot be started here at all (a script without a main guard)
        return [read_file(source, department) for source in files]
    result: list[FileTables] = []
    for number, batch in enumerate(batches):
        result.extend(read[number] if number in read else _read_apart(batch, department))
    return result


def _read_batch(batch: Sequence[SourceFile], department: str) -> list[FileTables]:
    """Read one batch in a process of its own."""
    return [read_file(source, department) for source in batch]


def _read_apart(batch: Sequence[SourceFile], department: str) -> list[FileTables]:
    """Read a batch in a fresh process; halve it where the process dies again."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        try:
            return pool.submit(_read_batch, batch, department).result()
        except (BrokenProcessPool, MemoryError):
            pass
    if len(batch) > 1:
        half = len(batch) // 2
        return _read_apart(batch[:half], department) + _read_apart(batch[half:], department)
    problem = Problem(
        code="SE-CRASH",
        where=batch[0].file,
        expected="能打开的文件",
        found="读取进程被系统中止（内存不足或文件结构异常）",
        mend="在 Excel 或 WPS 中另存为新的文件后重新导入",
    )
    return [FileTables(batch[0].file, problems=[problem])]
