"""Styles, numbering and fonts of our own Word template, after the layout of GB/T 9704: fonts by name only."""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.show.draft.docx_text import NAMESPACES

TITLE_SONG, SONG, BLACK, KAI, FANG = "方正小标宋简体", "宋体", "黑体", "楷体_GB2312", "仿宋_GB2312"
LATIN = "Times New Roman"
# names by which a machine without the licensed fonts may know them
SUBSTITUTES = {TITLE_SONG: "SimSun", SONG: "SimSun", BLACK: "SimHei", KAI: "KaiTi", FANG: "FangSong"}

# 22 lines on the 225 mm of the text: 28.95 pt
PITCH = '<w:spacing w:before="0" w:after="0" w:line="579" w:lineRule="exact"/>'
# two characters, in hundredths of a character, and in twips for readers that know no characters
INDENT = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
NO_INDENT = '<w:ind w:left="0" w:firstLineChars="0" w:firstLine="0"/>'
CENTER = '<w:jc w:val="center"/>'

HEADINGS_LIST, ANNEX_LIST, BULLET_LIST, NUMBER_LIST = (
    "perfkit-headings",
    "perfkit-annexes",
    "perfkit-bullets",
    "perfkit-numbers",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A paragraph style 段落样式: its id, the name Word shows, its parent, its XML."""

    id: str
    name: str
    parent: str = "Normal"
    following: str = ""
    paragraph: str = ""
    run: str = ""

    @property
    def xml(self) -> str:
        """The style as Word's XML."""
        following = f'<w:next w:val="{self.following}"/>' if self.following else ""
        custom = "" if self.name.isascii() else ' w:customStyle="1"'
        return (
            f'<w:style w:type="paragraph" w:styleId="{self.id}"{custom}><w:name w:val="{self.name}"/>'
            f'<w:basedOn w:val="{self.parent}"/>{following}<w:qFormat/>'
            f"<w:pPr>{self.paragraph}</w:pPr><w:rPr>{self.run}</w:rPr></w:style>"
        )


def single(before: int = 0, after: int = 0) -> str:
    """Return single spacing off the line grid, with spacing around the paragraph in twips."""
    return f'<w:snapToGrid w:val="0"/><w:spacing w:before="{before}" w:after="{after}" w:line="240" w:lineRule="auto"/>'


def font(name: str, half_points: int, *, bold: bool = False) -> str:
    """Return run properties of a font; Latin letters and digits always stand in Times New Roman."""
    weight = "" if bold else ' w:val="0"'
    return (
        f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{name}" w:cs="{LATIN}"/><w:b{weight}/>'
        f'<w:color w:val="000000"/><w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
    )


def _heading(level: int, face: str, *, bold: bool = False) -> Style:
    """Return a numbered heading style, bound to its level of the heading list."""
    number = f'<w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="1"/></w:numPr>'
    return Style(
        id=f"Heading{level}",
        name=f"heading {level}",
        following="ReportBody",
        paragraph=f'<w:keepNext/><w:keepLines/>{number}{PITCH}{INDENT}<w:outlineLvl w:val="{level - 1}"/>',
        run=font(face, 32, bold=bold),
    )


def _contents(level: int, face: str) -> Style:
    """Return a style of the table of contents with a dotted leader to the page number."""
    tab = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8844"/></w:tabs>'
    indent = f'<w:ind w:left="{420 * (level - 1)}" w:firstLineChars="0" w:firstLine="0"/>'
    spacing = '<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="350" w:lineRule="exact"/>'
    return Style(id=f"TOC{level}", name=f"toc {level}", paragraph=tab + spacing + indent, run=font(face, 28))


TABLE_TEXT = "<w:widowControl/>" + single(20, 20) + NO_INDENT

STYLES = (
    Style(id="ReportBody", name="报告正文", paragraph=PITCH + INDENT + '<w:jc w:val="both"/>', run=font(FANG, 32)),
    Style(id="ReportList", name="报告列表", parent="ReportBody"),
    _heading(1, BLACK),
    _heading(2, KAI),
    _heading(3, FANG, bold=True),
    _heading(4, FANG),
    Style(
        id="UnnumberedHeading",
        name="无编号标题",
        parent="Heading1",
        following="ReportBody",
        paragraph='<w:numPr><w:numId w:val="0"/></w:numPr>' + NO_INDENT + CENTER + '<w:outlineLvl w:val="0"/>',
    ),
    Style(
        id="AnnexHeading",
        name="附件标题",
        parent="Heading1",
        following="ReportBody",
        paragraph='<w:pageBreakBefore/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>'
        + '<w:spacing w:before="0" w:after="120" w:line="579" w:lineRule="exact"/>'
        + NO_INDENT
        + '<w:jc w:val="left"/><w:outlineLvl w:val="0"/>',
    ),
    Style(
        id="Caption",
        name="caption",
        following="ReportBody",
        paragraph="<w:keepLines/>" + single(160, 80) + NO_INDENT + CENTER,
        run=font(BLACK, 24),
    ),
    Style(id="Figure", name="插图", following="Caption", paragraph="<w:keepNext/>" + single(120) + NO_INDENT + CENTER),
    Style(id="TableText", name="表格文字", paragraph=TABLE_TEXT, run=font(SONG, 21)),
    Style(id="TableSmall", name="表格小字", paragraph=TABLE_TEXT, run=font(SONG, 18)),
    Style(id="TableNote", name="表注", paragraph=single(40) + NO_INDENT, run=font(SONG, 18)),
    Style(
        id="Gap",
        name="表后间距",
        paragraph='<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="200" w:lineRule="exact"/>'
        + NO_INDENT,
        run=font(SONG, 10),
    ),
    Style(
        id="ContentsTitle",
        name="目录标题",
        paragraph="<w:pageBreakBefore/>" + single(0, 240) + NO_INDENT + CENTER,
        run=font(TITLE_SONG, 44),
    ),
    _contents(1, BLACK),
    _contents(2, FANG),
    Style(id="Header", name="header", paragraph=single() + NO_INDENT + CENTER, run=font(SONG, 18)),
    Style(id="Footer", name="footer", paragraph=single() + NO_INDENT, run=font(SONG, 28)),
    Style(id="CoverMark", name="封面标记", paragraph=single(0, 120) + NO_INDENT, run=font(BLACK, 32)),
    Style(id="CoverTitle", name="封面标题", paragraph=single(2400, 360) + NO_INDENT + CENTER, run=font(TITLE_SONG, 44)),
    Style(id="CoverSubtitle", name="封面副标题", paragraph=single(0, 240) + NO_INDENT + CENTER, run=font(KAI, 32)),
    Style(
        id="CoverLine",
        name="封面信息",
        paragraph='<w:tabs><w:tab w:val="left" w:pos="3080"/></w:tabs>'
        + single(120, 120)
        + '<w:ind w:left="3080" w:hanging="2080" w:hangingChars="0"/>',
        run=font(FANG, 32),
    ),
    Style(id="CoverDate", name="封面日期", paragraph=single(2000, 0) + NO_INDENT + CENTER, run=font(FANG, 32)),
)


def styles_xml() -> str:
    """Return the styles part."""
    base = font(FANG, 32)
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f"<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>{base}"
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        '<w:pPr><w:widowControl w:val="0"/></w:pPr></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
        '<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
        '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        '<w:style w:type="table" w:customStyle="1" w:styleId="ReportTable"><w:name w:val="报告表格"/>'
        f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr></w:style>'
        + "".join(style.xml for style in STYLES)
        + "</w:styles>"
    )


def _level(place: int, form: str, text: str, *, style: str = "", indent: str = INDENT, after: str = "nothing") -> str:
    """Return one level of a list; a bullet stands in the Latin font, whose • is the larger."""
    look = "" if form == "bullet" else '<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>'
    bound = f'<w:pStyle w:val="{style}"/>' if style else ""
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{bound}<w:suff w:val="{after}"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr>{indent}</w:pPr>'
        f"{look}</w:lvl>"
    )


def _item_indent(depth: int) -> str:
    """Return the indent of a list item: each depth two characters further in."""
    return f'<w:ind w:left="0" w:firstLineChars="{200 * (depth + 1)}" w:firstLine="{640 * (depth + 1)}"/>'


def _list(number: int, name: str, levels: str) -> str:
    """Return a list definition, found again by its name."""
    return (
        f'<w:abstractNum w:abstractNumId="{number}"><w:nsid w:val="{0x5045_5200 + number:08X}"/>'
        f'<w:multiLevelType w:val="multilevel"/><w:name w:val="{name}"/>{levels}</w:abstractNum>'
    )


def numbering_xml() -> str:
    """Return the numbering part: headings 一、（一）1.（1）, annexes 附件1, bullets, numbered items."""
    forms = (("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3."))
    levels = [_level(place, form, text, style=f"Heading{place + 1}") for place, (form, text) in enumerate(forms)]
    levels.append(_level(3, "decimal", "（%4）", style="Heading4"))
    annex = _level(0, "decimal", "附件%1", style="AnnexHeading", indent=NO_INDENT, after="space")
    bullets = "".join(
        _level(depth, "bullet", "•–•"[depth], indent=_item_indent(depth), after="space") for depth in range(3)
    )
    items = "".join(
        _level(depth, "decimal", (f"%{depth + 1}.", f"（%{depth + 1}）", f"%{depth + 1}）")[depth],
               indent=_item_indent(depth))
        for depth in range(3)
    )  # fmt: skip
    lists = (
        _list(1, HEADINGS_LIST, "".join(levels))
        + _list(2, ANNEX_LIST, annex)
        + _list(3, BULLET_LIST, bullets)
        + _list(4, NUMBER_LIST, items)
    )
    used = "".join(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>' for number in (1, 2, 3, 4))
    return f"<w:numbering {NAMESPACES}>{lists}{used}</w:numbering>"


def fonts_xml() -> str:
    """Return the font table: names, their common substitutes, the GB2312 character set."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{substitute}"/><w:charset w:val="86"/></w:font>'
        for name, substitute in SUBSTITUTES.items()
    )
    return f'<w:fonts {NAMESPACES}><w:font w:name="{LATIN}"><w:charset w:val="00"/></w:font>{fonts}</w:fonts>'
