"""Fonts of figures 图表字体: Chinese on a machine without fonts, and never a box in place of a character."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, findSystemFonts
from matplotlib.ft2font import FT2Font

SUBSET = Path(__file__).parent / "assets" / "NotoSansSC-GB2312.otf"
INCH_CM = 2.54
# fine enough that the rounding of glyphs to whole dots does not show
MEASURE_DPI = 720
BUILT_IN = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
FULL_PACKAGE = "pylopdf_fonts_zh_cn"
FULL_FILE = "NotoSansSC-Regular.otf"
# parts of file names of the Chinese fonts that systems carry; only their first face is used
SYSTEM_NAMES = (
    *("notosanscjk", "notosanssc", "notoserifcjk", "sourcehansans", "wqy", "droidsansfallback", "uming", "ukai"),
    *("msyh", "simhei", "simsun", "deng", "pingfang", "hiragino", "stheiti", "arialunicode"),
)


class FontCoverageWarning(UserWarning):
    """No font at hand has a character 字体缺字; its code point is printed in its place, e.g. 〔U+9555〕."""


@dataclass(frozen=True, slots=True)
class Typeface:
    """The font of one figure 字体: its file and the characters that it lacks."""

    path: Path
    lacking: frozenset[str] = frozenset()

    def properties(self, size: float) -> FontProperties:
        """Return what a text of matplotlib takes; by file, so that no global font list is touched."""
        return FontProperties(fname=self.path, size=size)

    def width_cm(self, lines: Iterable[str], size: float) -> float:
        """Return how wide the widest line prints at ``size`` points."""
        font = FT2Font(str(self.path))
        font.set_size(size, MEASURE_DPI)
        widest = 0
        for line in lines:
            font.set_text(self.printable(line))
            widest = max(widest, font.get_width_height()[0])
        return widest / 64 / MEASURE_DPI * INCH_CM

    def printable(self, text: str) -> str:
        """Return the text with each character that the font lacks written as its code point."""
        opening, closing = "〔〕" if ord("〔") in coverage(self.path) else "<>"
        return "".join(f"{opening}U+{ord(sign):04X}{closing}" if sign in self.lacking else sign for sign in text)


@lru_cache(maxsize=32)
def coverage(path: Path) -> frozenset[int]:
    """Return the code points for which a font file has a glyph 字体覆盖的字符."""
    return frozenset(FT2Font(str(path)).get_charmap())


def typeface_for(texts: Iterable[str]) -> Typeface:
    """Return the font for all texts of a figure 选择字体.

    Parameters
    ----------
    texts : everything that the figure prints.

    Returns
    -------
    The shipped GB2312 subset if it has every character, else the full font where the package
    pylopdf-fonts-zh-cn is installed, else a Chinese font of the system, else whichever of them lacks least.

    Warns
    -----
    FontCoverageWarning
        Where no font has a character; the warning names each of them.
    """
    needed = {sign for text in texts for sign in text if not sign.isspace()}
    tried: list[Typeface] = []
    for path in _candidates():
        known = coverage(path)
        lacking = frozenset(sign for sign in needed if ord(sign) not in known)
        if not lacking:
            return Typeface(path)
        tried.append(Typeface(path, lacking))
    best = min(tried, key=lambda face: len(face.lacking))
    named = "、".join(f"{sign}（U+{ord(sign):04X}）" for sign in sorted(best.lacking))
    warnings.warn(
        f"图表字体缺字：{named}，已改印为码位；安装 pylopdf-fonts-zh-cn 可补齐多数生僻字",
        FontCoverageWarning,
        stacklevel=2,
    )
    return best


def _candidates() -> Iterator[Path]:
    """Yield the fonts in the order in which they are tried; the system is searched only when it comes to that."""
    if SUBSET.exists():
        yield SUBSET
    if (full := full_font()) is not None:
        yield full
    yield from system_fonts()
    yield BUILT_IN


def full_font() -> Path | None:
    """Return the full font where its package is installed 完整字体."""
    found = importlib.util.find_spec(FULL_PACKAGE)
    path = Path(found.origin).with_name(FULL_FILE) if found is not None and found.origin else None
    return path if path is not None and path.exists() else None


@lru_cache(maxsize=1)
def system_fonts() -> tuple[Path, ...]:
    """Return the Chinese fonts of the system, sorted by their names 系统中文字体."""
    files = (Path(name) for name in findSystemFonts())
    named = [(path.name.lower().replace("-", "").replace("_", "").replace(" ", ""), path) for path in files]
    return tuple(path for name, path in sorted(named) if any(part in name for part in SYSTEM_NAMES))
