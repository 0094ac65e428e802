"""Folders of a run 结果目录: ``reports/<batch>/<run-id>/v<n>``, written aside, renamed when whole.

``current.json`` names the valid version. A process killed at any moment leaves at most a folder of our own naming
pattern, which the next start sweeps once its writer is gone.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path

import psutil

from perfkit.errors import Problem, RuleError

_NAME = re.compile(r"\w[\w.\-]{0,99}")
_VERSION = re.compile(r"v([1-9]\d*)")
_STAGING = re.compile(r"\.making-(?:v\d+|current)-(?P<host>[0-9a-f]{8})-(?P<pid>\d+)")
CURRENT = "current.json"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Folder of all versions of one run 一次运行的结果目录."""

    path: Path

    @classmethod
    def inside(cls, reports: Path, batch: str, run_id: str) -> RunFolder:
        """Return the folder of a run; a name or link that leads out of ``reports`` is a RuleError 路径越界."""
        problems = [
            Problem(
                code="RUN-NAME",
                where=f"{key}: {name!r}",
                expected="文字、数字、下划线、连字符或点，不以点开头或结尾，至多 100 字",
                found="含路径分隔符或其他字符",
                mend=f"改运行文件中的 {key}",
            )
            for key, name in (("batch", batch), ("id", run_id))
            if not _NAME.fullmatch(name) or ".." in name or name.endswith(".")
        ]
        if problems:
            raise RuleError(problems)
        path = reports / batch / run_id
        if not path.resolve().is_relative_to(reports.resolve()):
            raise RuleError(
                Problem(
                    code="RUN-ESCAPE",
                    where=str(path),
                    expected="结果目录在 reports 之内",
                    found=f"链接指向 {path.resolve()}",
                    mend="删去此链接，或用 --reports 指定结果目录",
                )
            )
        return cls(path)

    def versions(self) -> list[int]:
        """Return the version numbers that exist, ascending."""
        if not self.path.is_dir():
            return []
        found = (_VERSION.fullmatch(entry.name) for entry in self.path.iterdir() if entry.is_dir())
        return sorted(int(match.group(1)) for match in found if match)

    def current(self) -> Path | None:
        """Return the valid version that ``current.json`` names, or None."""
        try:
            named = json.loads((self.path / CURRENT).read_text(encoding="utf-8"))["version"]
        except (OSError, ValueError, KeyError, TypeError):
            # absent or no file of ours: the next version is made, and names itself
            return None
        if not (isinstance(named, str) and _VERSION.fullmatch(named)):
            return None
        version = self.path / named
        return version if version.is_dir() else None

    def sweep(self) -> int:
        """Remove what killed writers left here 清扫残留; a folder whose writer still lives stays."""
        if not self.path.is_dir():
            return 0
        leftovers = [entry for entry in self.path.iterdir() if _abandoned(entry)]
        for entry in leftovers:
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        return len(leftovers)

    def stage(self) -> Path:
        """Make the hidden folder in which the next version is written aside."""
        self.path.mkdir(parents=True, exist_ok=True)
        staging = self.path / _staging_name(f"v{self._next()}")
        staging.mkdir()
        return staging

    def publish(self, staging: Path) -> Path:
        """Rename a whole folder to the next free version and return it."""
        while True:
            version = self.path / f"v{self._next()}"
            try:
                return staging.rename(version)
            except OSError:
                # another batch took this number between the look and the rename
                if not version.exists():
                    raise

    def point(self, version: Path) -> None:
        """Let ``current.json`` name this version, in one step."""
        aside = self.path / _staging_name("current")
        aside.write_text(json.dumps({"version": version.name}) + "\n", encoding="utf-8")
        os.replace(aside, self.path / CURRENT)

    def _next(self) -> int:
        return max(self.versions(), default=0) + 1


def _host() -> str:
    """Return the mark of this machine: on a shared disk the process numbers of another one say nothing."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _staging_name(what: str) -> str:
    return f".making-{what}-{_host()}-{os.getpid()}"


def _abandoned(entry: Path) -> bool:
    """Whether an entry has our pattern and its writer is gone."""
    match = _STAGING.fullmatch(entry.name)
    if match is None or match["host"] != _host() or entry.is_symlink():
        return False
    pid = int(match["pid"])
    if pid == os.getpid():
        # nothing of this process is on disk when it sweeps: the number was used before, as happens in containers
        return True
    try:
        # a process younger than the folder's last change has inherited the number
        return psutil.Process(pid).create_time() > entry.stat().st_mtime + 1
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return not psutil.pid_exists(pid)
