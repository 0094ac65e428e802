from __future__ import annotations

from pathlib import Path

from perfkit.show.draft.docx_package import package_parts
from perfkit.show.draft.template import TEMPLATE, build_template, template_parts
from tests.show.draft.word import Word


def test_the_stored_template_is_the_built_one() -> None:
    """Compare parts, not bytes: another zlib may pack them otherwise."""
    assert package_parts(TEMPLATE) == template_parts()


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    build_template(tmp_path / "a.docx")
    build_template(tmp_path / "b.docx")
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


def test_fonts_are_named_and_never_shipped() -> None:
    word = Word(TEMPLATE)
    assert not any(name.lower().endswith((".ttf", ".otf", ".odttf")) for name in word.names)
    assert word.find("//w:docDefaults//w:rFonts/@w:eastAsia", "word/styles.xml") == ["仿宋_GB2312"]
    for style, font in (("Heading1", "黑体"), ("Heading2", "楷体_GB2312"), ("CoverTitle", "方正小标宋简体")):
        assert word.find(f"//w:style[@w:styleId='{style}']//w:rFonts/@w:eastAsia", "word/styles.xml") == [font]
    assert set(word.find("//w:rFonts/@w:ascii", "word/styles.xml")) == {"Times New Roman"}


def test_body_is_set_in_22_lines_with_two_characters_indent() -> None:
    word = Word(TEMPLATE)
    body = "//w:style[@w:styleId='ReportBody']/w:pPr"
    assert word.find(f"{body}/w:spacing/@w:line", "word/styles.xml") == ["579"]
    assert word.find(f"{body}/w:ind/@w:firstLineChars", "word/styles.xml") == ["200"]
