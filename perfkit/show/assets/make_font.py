"""Make the font subset of the figures 图表字体子集: every GB2312 character and common symbols of Noto Sans SC (OFL).

Run ``python perfkit/show/assets/make_font.py`` in the development environment (package pylopdf-fonts-zh-cn). The same
source font and fontTools version give the same bytes.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

SOURCE_PACKAGE = "pylopdf-fonts-zh-cn"
SOURCE_FONT = "pylopdf_fonts_zh_cn/NotoSansSC-Regular.otf"
TARGET = Path(__file__).with_name("NotoSansSC-GB2312.otf")
LICENCE = Path(__file__).with_name("OFL.txt")

# circled numbers, signs of reports and units, full-width forms: what drafts use beside GB2312
SYMBOLS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳%÷×±≥≤≠≈＜＞＝〔〕【】《》〈〉「」『』—–～…·“”‘’℃㎡㎏㎞㎜‰→←↑↓△▲▽▼□■○●◎◇◆★☆√✓✗￥¥€£§¶†"
FULL_WIDTH = range(0xFF01, 0xFF5F)
LATIN = range(0x20, 0x180)
DROPPED = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]


def gb2312() -> set[int]:
    """Return the code points of all GB2312 characters, hanzi and symbols."""
    rows = (bytes((high, low)) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    return {ord(text) for row in rows if (text := row.decode("gb2312", errors="ignore"))}


def make_font(target: Path = TARGET) -> Path:
    """Write the subset without layout tables, hints and time stamps; return its path."""
    source = Path(str(metadata.distribution(SOURCE_PACKAGE).locate_file(SOURCE_FONT)))
    with TTFont(source, recalcTimestamp=False) as font:
        options = Options(layout_features=[], hinting=False, notdef_outline=True, name_IDs=["*"], glyph_names=False)
        options.drop_tables += DROPPED
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=gb2312() | {ord(mark) for mark in SYMBOLS} | set(FULL_WIDTH) | set(LATIN))
        subsetter.subset(font)
        font.save(target, reorderTables=True)
    return target


def copy_licence(target: Path = LICENCE) -> Path:
    """Write the licence text that the font was received with, headed by its copyright line; return its path."""
    distribution = metadata.distribution(SOURCE_PACKAGE)
    received = Path(
        str(distribution.locate_file(f"{distribution.name.replace('-', '_')}-{distribution.version}.dist-info"))
    )
    licence = (received / "licenses" / "LICENSE").read_text(encoding="utf-8")
    font = TTFont(Path(str(distribution.locate_file(SOURCE_FONT))), lazy=True)
    target.write_text(f"{font['name'].getDebugName(0)}\n\n{licence}", encoding="utf-8", newline="\n")
    return target


if __name__ == "__main__":
    make_font()
    copy_licence()
