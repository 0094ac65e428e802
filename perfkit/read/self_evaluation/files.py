"""Files of a folder of forms 自评表文件: which are read, which are refused and why; nothing outside the folder is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfkit.errors import DataError, Problem, reason
from perfkit.terms import Severity

SUFFIXES = frozenset({".xlsx", ".xls", ".docx"})
CONVERTIBLE = frozenset(
    {".xlsm", ".xlsb", ".doc", ".docm", ".wps", ".et", ".ods", ".odt", ".csv", ".pdf", ".rtf", ".htm", ".html"}
)
PACKED = frozenset({".zip", ".rar", ".7z", ".gz", ".tar"})
MOST_FILES = 50_000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read 待读文件: its path, and its name relative to the folder with ``/`` as messages show it."""

    path: Path
    file: str


def source_files(folder: Path) -> tuple[list[SourceFile], list[Problem]]:
    """Return the files of a folder to read, in the order of their names, and what is left out with the reason 列出文件.

    Raises
    ------
    DataError
        Where the folder does not exist or cannot be listed.
    """
    if not folder.is_dir():
        found = "没有这个文件夹" if not folder.exists() else "不是文件夹"
        raise DataError(_problem("SE-FOLDER", str(folder), "放有自评表的文件夹", found, "检查路径"))
    files: list[SourceFile] = []
    problems: list[Problem] = []
    root = folder.resolve()
    names: set[str] = set()
    for path in _walked(folder, root, problems):
        name = _shown(path.relative_to(folder))
        while name in names:
            name += "′"
        names.add(name)
        problem = _refusal(path, name, root)
        if problem is None:
            files.append(SourceFile(path, name))
        else:
            problems.append(problem)
    if len(files) > MOST_FILES:
        found = f"{len(files):,} 个文件"
        raise DataError(_problem("SE-FOLDER", folder.name, f"不超过 {MOST_FILES:,} 个文件", found, "分文件夹导入"))
    return sorted(files, key=lambda item: item.file), problems


def _walked(folder: Path, root: Path, problems: list[Problem]) -> Iterator[Path]:
    """Yield everything below a folder that is no folder; links to folders are not followed."""

    def failed(error: OSError) -> None:
        name = _shown(Path(error.filename).relative_to(folder)) if error.filename else folder.name
        problems.append(_problem("SE-FOLDER", name, "能打开的文件夹", reason(error), "检查权限后重试"))

    for base, folders, names in os.walk(folder, onerror=failed, followlinks=False):
        folders.sort()
        for name in list(folders):
            path = Path(base, name)
            if path.is_symlink():
                folders.remove(name)
                problems.append(_link_problem(path, _shown(path.relative_to(folder)), root))
        for name in sorted(names):
            yield Path(base, name)


def _shown(path: Path) -> str:
    """Return a relative path as text; a name that is no UTF-8 is read as GB18030, as old archives unpack it."""
    text = path.as_posix()
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text).decode("gb18030", errors="replace")
    return text


def _refusal(path: Path, name: str, root: Path) -> Problem | None:
    """Return why a file is not read, ``None`` where it is."""
    base = path.name
    if base.startswith((".", "~$")) or base.lower() in ("thumbs.db", "desktop.ini"):
        return _problem("SE-SKIPPED", name, "自评表文件", "隐藏文件或临时文件", "没有读取", Severity.INFO)
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return _problem("SE-FILE", name, "能打开的文件", reason(error), "检查文件后重试")
    if stat.S_ISLNK(mode):
        return _link_problem(path, name, root)
    if not stat.S_ISREG(mode):
        return _problem("SE-FILE", name, "普通文件", "设备、管道或其他特殊文件", "移出文件夹")
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return None
    found = f"「{suffix or '没有扩展名'}」"
    if suffix in CONVERTIBLE:
        return _problem(
            "SE-SUFFIX", name, ".xlsx、.xls 或 .docx", found, "在 Office 或 WPS 中另存为 .xlsx 或 .docx 后重新导入"
        )
    if suffix in PACKED:
        return _problem("SE-SUFFIX", name, ".xlsx、.xls 或 .docx", f"压缩包{found}", "解压后重新导入")
    mend = "不是自评表的不必处理；是自评表的，另存为 .xlsx 或 .docx"
    return _problem("SE-SUFFIX", name, ".xlsx、.xls 或 .docx", found, mend, Severity.WARNING)


def _link_problem(path: Path, name: str, root: Path) -> Problem:
    """Return the problem of a link: what it leads to is read where it stands, and never outside the folder."""
    try:
        within = path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        within = False
    if within:
        return _problem("SE-LINK", name, "文件本身", "指向本文件夹内的链接", "已在原处读取，不重复读取", Severity.INFO)
    return _problem("SE-LINK", name, "文件夹内的文件", "指向文件夹以外的链接", "把文件复制到文件夹内")


def _problem(
    code: str, where: str, expected: str, found: str, mend: str, severity: Severity = Severity.ERROR
) -> Problem:
    """Return a problem."""
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend, severity=severity)


def in_batches(files: Sequence[SourceFile], size: int) -> list[list[SourceFile]]:
    """Return the files in batches of a size, in order."""
    return [list(files[start : start + size]) for start in range(0, len(files), size)]
