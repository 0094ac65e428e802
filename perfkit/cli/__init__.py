"""The command line 命令行: options → read, stages, run; nothing else.

Heavy imports stand inside the commands, so that ``perfkit --help`` answers at once; help is plain text for the same
reason (rich help costs three times as much). Exit status: 0 done, 1 problems found or runs failed, 2 refused.
"""

from __future__ import annotations

import io
import sys
from types import TracebackType

import typer

from perfkit.cli import commands, re_evaluation
from perfkit.cli.application import REFUSED, app, problem_of
from perfkit.errors import PerfkitError, reason

__all__ = ["app", "commands", "main", "re_evaluation"]


def _unexpected(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    """Word an exception that nobody foresaw in one line; ``--debug`` restores Python's own hook."""
    if issubclass(kind, KeyboardInterrupt):
        typer.echo("已中断。", err=True)
        return
    if isinstance(error, OSError):
        where, mend = str(error.filename or "文件"), "检查路径、权限和磁盘空间"
        typer.echo(str(problem_of("PK-FILE", where, "可读写的文件或目录", reason(error), mend)), err=True)
        return
    typer.echo(f"[PK-UNEXPECTED] 程序出错（{kind.__name__}：{error}）。加 --debug 重试，把调用栈一起反馈。", err=True)


def main() -> None:
    """Run the command line 命令行入口: no traceback reaches a user."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a console of another code page must not turn a message into an error
            stream.reconfigure(errors="backslashreplace")
    sys.excepthook = _unexpected
    try:
        # typer's own call would put its hook in the place of ours
        typer.main.get_command(app)(prog_name="perfkit")
    except PerfkitError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        sys.exit(REFUSED)
