"""Chinese in figures on any machine: coverage of the subset, the way to other fonts, never a box."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import pytest

from perfkit.show import fonts
from perfkit.show.assets import make_font
from perfkit.show.fonts import BUILT_IN, SUBSET, FontCoverageWarning, coverage, full_font, typeface_for

SYMBOLS = "①⑩⑳%÷×±≥≤〔〕【】（）《》“”—～…·℃㎡㎏→√□■○●＜＞＝"
RARE = "镕堃"


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the full font and the system's fonts away."""
    monkeypatch.setattr(fonts, "full_font", lambda: None)
    monkeypatch.setattr(fonts, "system_fonts", lambda: ())


def test_subset_covers_gb2312_ascii_and_common_symbols() -> None:
    wanted = make_font.gb2312() | {ord(sign) for sign in SYMBOLS} | set(range(0x20, 0x7F))
    hanzi = [point for point in make_font.gb2312() if 0x4E00 <= point <= 0x9FFF]
    assert len(hanzi) == 6763
    assert wanted <= coverage(SUBSET)


def test_subset_is_small_and_comes_with_its_licence() -> None:
    assert SUBSET.stat().st_size < 2_000_000
    licence = SUBSET.with_name("OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert licence.startswith("©")


def test_common_text_takes_the_subset_alone(alone: None) -> None:
    assert typeface_for(["决策（15分）", "①≥93.35%\n单位：万元"]).path == SUBSET


def test_rare_characters_take_the_full_font() -> None:
    if full_font() is None:
        pytest.skip("needs pylopdf-fonts-zh-cn")
    face = typeface_for([f"朱{RARE}"])
    assert face.path == full_font()
    assert face.printable(RARE) == RARE


def test_without_full_font_a_system_font_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    other = full_font()
    if other is None:
        pytest.skip("needs pylopdf-fonts-zh-cn as a stand-in for a system font")
    monkeypatch.setattr(fonts, "full_font", lambda: None)
    monkeypatch.setattr(fonts, "system_fonts", lambda: (BUILT_IN, other))
    assert typeface_for([RARE]).path == other


def test_without_any_font_the_code_point_is_printed_and_named(alone: None) -> None:
    with pytest.warns(FontCoverageWarning, match=r"堃（U\+5803）、镕（U\+9555）"):
        face = typeface_for([f"朱{RARE}"])
    assert face.path == SUBSET
    assert face.printable("朱镕堃") == "朱〔U+9555〕〔U+5803〕"
    assert all(ord(sign) in coverage(face.path) for sign in face.printable("朱镕堃"))


def test_without_the_subset_nothing_becomes_a_box(alone: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "SUBSET", tmp_path / "gone.otf")
    with pytest.warns(FontCoverageWarning):
        face = typeface_for(["决策"])
    assert face.path == BUILT_IN
    assert all(ord(sign) in coverage(BUILT_IN) for sign in face.printable("决策"))


def test_system_fonts_are_sorted_chinese_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["/x/wqy-microhei.ttc", "/x/DejaVuSans.ttf", "/x/NotoSansCJK-Regular.ttc"]
    monkeypatch.setattr(fonts, "findSystemFonts", lambda: names)
    fonts.system_fonts.cache_clear()
    assert [path.name for path in fonts.system_fonts()] == ["NotoSansCJK-Regular.ttc", "wqy-microhei.ttc"]
    fonts.system_fonts.cache_clear()


def test_script_makes_the_shipped_bytes(tmp_path: Path) -> None:
    if importlib.util.find_spec("pylopdf_fonts_zh_cn") is None:
        pytest.skip("needs pylopdf-fonts-zh-cn")
    made = make_font.make_font(tmp_path / "font.otf")
    assert hashlib.sha256(made.read_bytes()).digest() == hashlib.sha256(SUBSET.read_bytes()).digest()
