"""Records of an old workbook stream 旧版工作簿记录 (BIFF5, BIFF8): framing, strings that go on, numbers, formats."""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

BOF, EOF, CONTINUE, FILEPASS = 0x0809, 0x000A, 0x003C, 0x002F
BOUNDSHEET, SST, FORMAT, XF, DATEMODE = 0x0085, 0x00FC, 0x041E, 0x00E0, 0x0022
NUMBER, RK, MULRK, FORMULA, LABELSST, LABEL, RSTRING, BOOLERR = (
    0x0203,
    0x027E,
    0x00BD,
    0x0006,
    0x00FD,
    0x0204,
    0x00D6,
    0x0205,
)
STRING, MERGEDCELLS = 0x0207, 0x00E5
BIFF8 = 0x0600
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_PERCENTS = frozenset({9, 10})
_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_CONDENSED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class RecordError(ValueError):
    """A record whose content contradicts its length; the text says which."""


@dataclass(slots=True)
class Formats:
    """Number formats of a workbook 数字格式: what each cell style shows."""

    codes: dict[int, str] = field(default_factory=dict)
    styles: list[int] = field(default_factory=list)
    from_1904: bool = False

    def _number(self, style: int) -> int:
        return self.styles[style] if style < len(self.styles) else 0

    def percent(self, style: int) -> bool:
        """Whether a style shows percent."""
        number = self._number(style)
        return number in _PERCENTS or "%" in _CONDENSED.sub("", self.codes.get(number, ""))

    def zeros(self, style: int) -> int:
        """Return the width to which a style pads with zeros, 0 for none."""
        code = _CONDENSED.sub("", self.codes.get(self._number(style), ""))
        return len(code) if re.fullmatch(r"0{2,20}", code) else 0

    def value(self, number: float, style: int) -> object:
        """Return a number as its style means it: a date where the format is one."""
        code = _CONDENSED.sub("", self.codes.get(self._number(style), "")).lower()
        dated = self._number(style) in _DATES or (bool(re.search(r"[ymd年月日]", code)) and "general" not in code)
        if not dated or not 1 <= number < 2_900_000:
            return number
        start = dt.datetime(1904, 1, 1) if self.from_1904 else dt.datetime(1899, 12, 30)
        moment = start + dt.timedelta(days=int(number), seconds=round(number % 1 * 86400))
        return moment.date() if moment.time() == dt.time() else moment


def records(data: bytes, start: int = 0) -> Iterator[tuple[int, list[bytes]]]:
    """Yield kind and content of every record from ``start``; what goes on in CONTINUE records is joined as a list."""
    place, end = start, len(data)
    kind, parts = -1, list[bytes]()
    while place + 4 <= end:
        following, length = struct.unpack_from("<HH", data, place)
        body = data[place + 4 : place + 4 + length]
        if len(body) < length:
            raise RecordError("记录不完整")
        place += 4 + length
        if following == CONTINUE and kind >= 0:
            parts.append(body)
            continue
        if kind >= 0:
            yield kind, parts
        kind, parts = following, [body]
    if kind >= 0:
        yield kind, parts


def rk_number(code: int) -> float:
    """Return the number that four bytes pack: an integer or the high half of a float, perhaps in hundredths."""
    if code & 2:
        number = float((code >> 2) - (1 << 30 if code & 0x80000000 else 0))
    else:
        number = struct.unpack("<d", struct.pack("<Q", (code & 0xFFFFFFFC) << 32))[0]
    return number / 100 if code & 1 else number


def short_text(data: bytes, place: int, count: int, biff8: bool) -> str:
    """Return a text of ``count`` characters that lies in one record."""
    if not biff8:
        return _old(data[place : place + count])
    if place >= len(data):
        return ""
    wide = data[place] & 1
    place += 1 + (2 if data[place] & 8 else 0) + (4 if data[place] & 4 else 0)
    return _decoded(data[place : place + count * (2 if wide else 1)], bool(wide))


def _decoded(data: bytes, wide: bool) -> str:
    """Return characters of one or two bytes."""
    return data.decode("utf-16-le", errors="replace") if wide else data.decode("latin-1")


def _old(data: bytes) -> str:
    """Return a text of a file before 1997, Chinese as the code page has it."""
    return data.decode("gb18030", errors="replace")


class SharedTexts:
    """The table of texts that cells share 共享字符串, over the seams of its CONTINUE records."""

    def __init__(self, parts: list[bytes]) -> None:
        """Begin behind the two counts."""
        self._parts, self._part, self._place = parts, 0, 8
        self._count = struct.unpack_from("<I", parts[0], 4)[0] if len(parts[0]) >= 8 else 0

    def read(self) -> list[str]:
        """Return the texts; a table cut short gives those that are whole."""
        texts: list[str] = []
        while len(texts) < self._count and self._more():
            texts.append(self._text())
        return texts

    def _more(self) -> bool:
        """Whether bytes are left, stepping over a seam."""
        while self._part < len(self._parts) and self._place >= len(self._parts[self._part]):
            self._part, self._place = self._part + 1, 0
        return self._part < len(self._parts)

    def _take(self, count: int) -> bytes:
        """Return raw bytes, over seams where need be."""
        taken = b""
        while len(taken) < count and self._more():
            part = self._parts[self._part]
            step = part[self._place : self._place + count - len(taken)]
            self._place += len(step)
            taken += step
        if len(taken) < count:
            raise RecordError("共享字符串不完整")
        return taken

    def _text(self) -> str:
        """Return one text: characters may change their width at a seam, runs and phonetics follow."""
        count, flags = struct.unpack("<HB", self._take(3))
        runs = struct.unpack("<H", self._take(2))[0] if flags & 8 else 0
        phonetic = struct.unpack("<I", self._take(4))[0] if flags & 4 else 0
        wide, pieces = bool(flags & 1), list[str]()
        while count:
            if not self._more():
                raise RecordError("共享字符串不完整")
            if self._place == 0 and self._part and pieces:
                wide = bool(self._take(1)[0] & 1)
            part = self._parts[self._part]
            width = 2 if wide else 1
            step = min(count, (len(part) - self._place) // width)
            if step <= 0:
                raise RecordError("共享字符串不完整")
            pieces.append(_decoded(part[self._place : self._place + step * width], wide))
            self._place += step * width
            count -= step
        self._take(4 * runs + phonetic)
        return "".join(pieces)
