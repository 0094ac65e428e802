"""Streams of an OLE compound file 复合文档: read with every chain bounded, for .xls and to know an encrypted file."""

from __future__ import annotations

import struct

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_LAST = 0xFFFFFFFA  # from here on a sector number is a mark, not a place
_ENTRY = 128
_STREAM, _ROOT = 2, 5


class CompoundFileError(ValueError):
    """A compound file whose inner structure is broken; the text says what."""


class CompoundFile:
    """Directory and streams of a compound file 复合文档读取器."""

    def __init__(self, data: bytes) -> None:
        """Read header, allocation table and directory.

        Raises
        ------
        CompoundFileError
            Where the structure is broken.
        """
        if len(data) < _HEADER or not data.startswith(MAGIC):
            raise CompoundFileError("文件头")
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise CompoundFileError("扇区大小")
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        self._sectors = -(-len(data) // self._size) - 1
        self._fat = self._allocation()
        first_directory, _, self._cutoff, first_mini, _ = struct.unpack_from("<IIIII", data, 48)
        self._entries = self._directory(self._chain(first_directory))
        self._mini_fat = _numbers(self._chain(first_mini)) if first_mini < _LAST else ()
        root = self._entries.get("Root Entry")
        self._mini = self._chain(root[0])[: root[1]] if root is not None and root[0] < _LAST else b""

    @property
    def names(self) -> frozenset[str]:
        """Names of the streams and storages."""
        return frozenset(self._entries)

    def stream(self, name: str) -> bytes:
        """Return the bytes of a stream.

        Raises
        ------
        CompoundFileError
            Where there is none or its chain is broken.
        """
        if name not in self._entries:
            raise CompoundFileError(f"没有 {name}")
        start, size = self._entries[name]
        if size >= self._cutoff:
            return self._chain(start)[:size]
        return self._mini_chain(start, size)

    def _sector(self, number: int) -> bytes:
        """Return one sector; the header fills as much room as a sector does."""
        start = (number + 1) * self._size
        if number >= self._sectors or start >= len(self._data):
            raise CompoundFileError("扇区编号越界")
        return self._data[start : start + self._size]

    def _allocation(self) -> tuple[int, ...]:
        """Return the table that links sectors, gathered through its own list."""
        listed = list(struct.unpack_from("<109I", self._data, 76))
        following, count = struct.unpack_from("<II", self._data, 68)
        seen: set[int] = set()
        while following < _LAST and len(seen) <= count:
            if following in seen:
                raise CompoundFileError("分配表循环")
            seen.add(following)
            numbers = _numbers(self._sector(following))
            listed += numbers[:-1]
            following = numbers[-1]
        return tuple(number for sector in listed if sector < _LAST for number in _numbers(self._sector(sector)))

    def _chain(self, first: int) -> bytes:
        """Return the sectors of a chain; a loop or a number outside the file is refused."""
        parts: list[bytes] = []
        number = first
        while number < _LAST:
            if len(parts) > self._sectors or number >= len(self._fat):
                raise CompoundFileError("扇区链循环或越界")
            parts.append(self._sector(number))
            number = self._fat[number]
        return b"".join(parts)

    def _mini_chain(self, first: int, size: int) -> bytes:
        """Return a stream kept in the small sectors of the root."""
        parts: list[bytes] = []
        number = first
        while number < _LAST and len(parts) * self._mini_size < size:
            if number >= len(self._mini_fat):
                raise CompoundFileError("小扇区链越界")
            start = number * self._mini_size
            parts.append(self._mini[start : start + self._mini_size])
            number = self._mini_fat[number]
        return b"".join(parts)[:size]

    @staticmethod
    def _directory(data: bytes) -> dict[str, tuple[int, int]]:
        """Return first sector and size of every entry by its name; the first of a name counts."""
        entries: dict[str, tuple[int, int]] = {}
        for offset in range(0, len(data) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", data, offset + 64)
            if not kind or length > 64 or length < 2:
                continue
            name = data[offset : offset + length - 2].decode("utf-16-le", errors="replace")
            start, size = struct.unpack_from("<II", data, offset + 116)
            if kind == _ROOT:
                name = "Root Entry"
            entries.setdefault(name, (start, size if kind in (_STREAM, _ROOT) else 0))
        return entries


def _numbers(data: bytes) -> tuple[int, ...]:
    """Return a sector as 32-bit numbers."""
    count = len(data) // 4
    return struct.unpack_from(f"<{count}I", data)
