"""The zip of a Word document, the same bytes for the same parts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

CONTENT_TYPES = "[Content_Types].xml"
# the earliest time a zip can hold; no clock takes part in a draft
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
ALREADY_COMPRESSED = (".png", ".jpeg", ".jpg", ".gif")
UNIX = 3
PLAIN_FILE = 0o644 << 16


def package_bytes(parts: Mapping[str, bytes]) -> bytes:
    """Return parts as a zip 打包: the content types first, the rest by name, with fixed times and attributes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in sorted(parts, key=lambda name: (name != CONTENT_TYPES, name)):
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            packed = name.lower().endswith(ALREADY_COMPRESSED)
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = UNIX, PLAIN_FILE
            archive.writestr(entry, parts[name])
    return stream.getvalue()


def package_parts(source: Path | io.BytesIO) -> dict[str, bytes]:
    """Return the parts of a zip by name 拆包."""
    with zipfile.ZipFile(source) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
