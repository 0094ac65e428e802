"""The one family of errors and the shape of a message: what was expected, what was found, where, how to mend."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass

from perfkit.terms import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with an input 输入问题.

    Parameters
    ----------
    code : stable English code, e.g. ``"WB-NUMBER"``.
    where : file, sheet and cell, or file and key, in the words of the user.
    expected, found, mend : Chinese texts: what should stand there, what stands there, how to mend it.
    severity : an error stops the work; a warning or info (for instance a value that was normalised) does not.
    """

    code: str
    where: str
    expected: str
    found: str
    mend: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return the message of one line."""
        return f"[{self.code}] {self.severity.label} {self.where}：应为{self.expected}；实为{self.found}。改法：{self.mend}"


_REASONS = {
    errno.ENOSPC: "磁盘空间不足",
    errno.EROFS: "只读的磁盘或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOENT: "没有这个文件或目录",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.EISDIR: "是目录，不是文件",
    errno.EEXIST: "已有同名文件",
    errno.ENAMETOOLONG: "文件名过长",
}


def reason(error: OSError) -> str:
    """Return why a file could not be read or written 文件错误原因; a rare reason in the system's own words.

    Examples
    --------
    >>> reason(OSError(28, "No space left on device"))
    '磁盘空间不足'
    """
    return _REASONS.get(error.errno or 0, error.strerror or type(error).__name__)


class PerfkitError(Exception):
    """Base of all errors that reach a user 面向用户的错误; carries every problem found, not the first only."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        """Keep the problems in order."""
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DataError(PerfkitError):
    """Malformed input data 数据问题: a workbook, a table, an array."""


class RuleError(PerfkitError):
    """Malformed or inapplicable rule, framework or run 规则问题."""


class MethodError(PerfkitError):
    """A method that must not be used on this data 方法不适用."""
