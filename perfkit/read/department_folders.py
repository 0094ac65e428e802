"""Department folders of a re-evaluation 部门资料夹: found by their list of projects, without reading it."""

from __future__ import annotations

from pathlib import Path

from perfkit.errors import DataError, Problem, reason
from perfkit.read.provenance import lies_in
from perfkit.read.schema_re_evaluation import LIST_NAME


def department_folders(path: Path) -> tuple[Path, ...]:
    """Return the department folders of a re-evaluation: the folder itself, or those in it 部门资料夹.

    Raises
    ------
    DataError
        Where there is no list of projects, one beside others below it, or the folder cannot be read.
    """
    where = path.name or str(path)
    try:
        inner = sorted(item for item in path.iterdir() if visible(item) and item.is_dir())
        below = tuple(item for item in inner if (item / LIST_NAME).is_file())
    except OSError as error:
        found = f"无法读取（{reason(error)}）"
        raise DataError(_problem("RF-FOLDER", where, "可读取的文件夹", found, "检查路径和读取权限")) from error
    here = (path / LIST_NAME).is_file()
    if here and below:
        found = f"本文件夹和 {'、'.join(item.name for item in below[:5])} 都有"
        raise DataError(
            _problem("RF-LIST", where, f"《{LIST_NAME}》只在一层", found, "单部门放本层，多部门放各子文件夹")
        )
    if not here and not below:
        mend = f"放入《{LIST_NAME}》；多部门时每个子文件夹各放一份"
        raise DataError(_problem("RF-LIST", where, f"《{LIST_NAME}》", "没有这个文件", mend))
    outside = [item for item in below if not lies_in(item, path)]
    if outside:
        raise DataError(leads_out(item.name) for item in outside)
    return (path,) if here else below


def visible(path: Path) -> bool:
    """Return whether a file is no hidden file 可见文件, and no lock file that Excel leaves open."""
    return not path.name.startswith(("~$", "."))


def leads_out(where: str) -> Problem:
    """Return the problem of a link that leads out of the folder 链接越界."""
    mend = "把文件复制到资料夹内"
    return _problem("RF-PATH", where, "资料夹内的文件", "链接指向资料夹之外", mend)


def _problem(code: str, where: str, expected: str, found: str, mend: str) -> Problem:
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend)
