"""SHA-256 of what was read 文件校验值, and paths that never leave the engagement folder."""

from __future__ import annotations

import hashlib
from pathlib import Path, PureWindowsPath

from perfkit.errors import DataError, Problem, reason


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text 文件校验值.

    Raises
    ------
    DataError
        Where the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        found = reason(error)
        mend = "检查文件是否存在、是否有读取权限"
        raise DataError(
            Problem(code="EN-FILE", where=path.name, expected="可读取的文件", found=found, mend=mend)
        ) from error


def lies_in(path: Path, folder: Path) -> bool:
    """Return whether a path, its links followed, lies in a folder 在文件夹内; a link that leads round in a circle does not.

    >>> lies_in(Path("a/../b"), Path("b")), lies_in(Path("a/../b"), Path("a"))
    (True, False)
    """
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def inside(folder: Path, name: str, where: str) -> Path:
    r"""Return the path of a named file below a folder 文件夹内路径.

    Parameters
    ----------
    folder : the folder that must not be left, also not by a link.
    name : relative name as the workbook gives it; ``/`` and ``\`` both separate.
    where : the cell that names it, for the message.

    Raises
    ------
    DataError
        Where the name is absolute or leads out of the folder.
    """
    parts = PureWindowsPath(name.strip())
    relative = not (parts.drive or parts.root or "\0" in name)
    path = folder.joinpath(*parts.parts) if relative else folder
    if not relative or not lies_in(path, folder):
        raise DataError(
            Problem(
                code="EN-PATH",
                where=where,
                expected=f"“{folder.name}”文件夹内的文件名",
                found=f"「{name}」",
                mend="把文件复制到该文件夹内，只填写文件名",
            )
        )
    return path
