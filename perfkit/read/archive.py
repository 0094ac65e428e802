"""Save a workbook so that the same content gives the same bytes: fixed zip times, order kept, fixed dates inside."""

from __future__ import annotations

import io
import os
import re
import zipfile
from pathlib import Path

from openpyxl import Workbook

from perfkit.errors import DataError, Problem, reason

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_CORE_TIME = b"2000-01-01T00:00:00Z"
_CORE_DATES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def save_reproducibly(book: Workbook, path: Path) -> None:
    """Save a workbook under ``path`` 可重现保存; written beside it and renamed when whole.

    Raises
    ------
    DataError
        Where the file cannot be written.
    """
    book.properties.creator = "perfkit"
    first = io.BytesIO()
    book.save(first)
    second = io.BytesIO()
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _CORE_DATES.sub(rb"\g<1>" + _CORE_TIME + rb"\g<3>", data)
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            target.writestr(entry, data)
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(second.getvalue())
        os.replace(beside, path)
    except OSError as error:
        found = reason(error)
        mend = "关闭已打开的该文件，检查文件夹是否存在、能否写入"
        raise DataError(
            Problem(code="WB-WRITE", where=path.name, expected="可写入的位置", found=found, mend=mend)
        ) from error
