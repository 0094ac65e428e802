"""Documents beside the draft on disk 随附单据: safe names, one writer for thousands, masked as what leaves the house."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from perfkit.run.cover import REPORT
from perfkit.show.draft.docx_sheets import SheetWriter
from perfkit.show.draft.meta import DraftMeta
from perfkit.show.draft.privacy import Mask
from perfkit.show.draft.sheets import SheetDocument

SHEETS = "sheets"
SUFFIX = ".docx"
ENCLOSED = "随附单据"
# what a file system forbids or a shell reads, anywhere in a name; names of devices that Windows keeps for itself
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_DEVICES = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
# a Chinese character takes three of the 255 bytes of a file name
LONGEST_NAME = 60
UNNAMED = "未命名"


def write_sheets(
    sheets: Iterable[SheetDocument], names: Iterable[str], meta: DraftMeta, folder: Path, template: Path | None
) -> tuple[Path, ...]:
    """Write each document as a Word file below ``sheets`` 写出单据.

    Parameters
    ----------
    sheets : documents as the notebook published them; they go to departments, so their texts are masked.
    names : of persons whom nothing that leaves the house names, unless a document does so on purpose.
    meta : of the report: date, secrecy and marks; 演示数据 stands on every page where the data is fictional.
    folder : version folder.
    template : Word template whose page, header and styles are used, or None for the one of the house.

    Returns
    -------
    The files in order. Names that become equal on a file system that does not tell capitals apart are numbered.
    """
    header = f"{meta.title.removesuffix(REPORT)}·{ENCLOSED}" if meta.title else ENCLOSED
    writer = SheetWriter(dataclasses.replace(meta, header=header, cover_lines=()), template)
    hidden = frozenset(names)
    masks: dict[frozenset[str], Mask] = {}
    taken: set[str] = set()
    written = []
    for sheet in sheets:
        open_names = hidden & set(sheet.named)
        mask = masks.setdefault(open_names, Mask(hidden - open_names))
        place = folder.joinpath(SHEETS, *(safe_name(part) for part in sheet.folder))
        path = _free(place, safe_name(mask.text(sheet.name)), taken)
        path.parent.mkdir(parents=True, exist_ok=True)
        masked = dataclasses.replace(sheet, title=mask.text(sheet.title), blocks=tuple(mask.blocks(sheet.blocks)))
        path.write_bytes(writer.document(masked))
        written.append(path)
    return tuple(written)


def safe_name(text: str) -> str:
    r"""Return words of the data as the name of a file or folder 安全文件名.

    Examples
    --------
    >>> safe_name("../a:b"), safe_name(" . "), safe_name("CON"), safe_name("水务局\n供水项目")
    ('_a_b', '未命名', '_CON', '水务局_供水项目')
    """
    plain = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Cs", "Co", "Cn"))
    name = _FORBIDDEN.sub("_", plain).strip(" .")[:LONGEST_NAME].rstrip(" .")
    name = re.sub(r"\s+", " ", name)
    return f"_{name}" if _DEVICES.fullmatch(name) else name or UNNAMED


def _free(folder: Path, name: str, taken: set[str]) -> Path:
    """Return a path that no earlier document of this run has."""
    path, number = folder / f"{name}{SUFFIX}", 1
    while str(path).casefold() in taken:
        number += 1
        path = folder / f"{name}-{number}{SUFFIX}"
    taken.add(str(path).casefold())
    return path
