"""Build our own Word template: ``python -m perfkit.show.draft.template``; edit the result in Word or build it anew."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from perfkit.show.draft.docx_package import CONTENT_TYPES, package_bytes
from perfkit.show.draft.docx_text import NAMESPACES, field_xml, paragraph_xml, run_xml
from perfkit.show.draft.template_styles import fonts_xml, numbering_xml, styles_xml

TEMPLATE = Path(str(files("perfkit.show") / "assets" / "template.docx"))

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PACKAGE_TYPE = "application/vnd.openxmlformats-package"

# A4 with the margins of GB/T 9704 in twips: 37 above, 35 below, 28 left, 26 right (mm)
PAGE = '<w:pgSz w:w="11906" w:h="16838"/>'
MARGINS = (
    '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="1134" w:footer="1417" w:gutter="0"/>'
)
GRID = '<w:docGrid w:type="lines" w:linePitch="579"/>'

# relationship id → (part, type)
PARTS = {
    "rId1": ("styles", "styles"),
    "rId2": ("numbering", "numbering"),
    "rId3": ("settings", "settings"),
    "rId4": ("fontTable", "fontTable"),
    "rId5": ("header1", "header"),
    "rId6": ("header2", "header"),
    "rId7": ("header3", "header"),
    "rId8": ("header4", "header"),
    "rId9": ("footer1", "footer"),
    "rId10": ("footer2", "footer"),
}


def _control(field: str, style: str, text: str = "") -> str:
    """Return a named content control with the placeholder of a field."""
    content = paragraph_xml(style, run_xml(text or f"{{{field}}}"))
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="perfkit:{field}"/><w:tag w:val="perfkit:{field}"/></w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def _document_xml() -> str:
    """Return cover, contents and body as places to fill."""
    plain = '<w:headerReference w:type="default" r:id="rId5"/><w:headerReference w:type="even" r:id="rId6"/>'
    bound = (
        '<w:headerReference w:type="default" r:id="rId7"/><w:headerReference w:type="even" r:id="rId8"/>'
        '<w:footerReference w:type="default" r:id="rId9"/><w:footerReference w:type="even" r:id="rId10"/>'
    )
    front = f"<w:sectPr>{plain}{PAGE}{MARGINS}{GRID}</w:sectPr>"
    body = f'<w:sectPr>{bound}<w:type w:val="nextPage"/>{PAGE}{MARGINS}<w:pgNumType w:start="1"/>{GRID}</w:sectPr>'
    cover = "".join(
        (
            _control("secrecy", "CoverMark"),
            _control("demo", "CoverMark"),
            _control("title", "CoverTitle"),
            _control("subtitle", "CoverSubtitle"),
            _control("status", "CoverSubtitle", "（{status}）"),
            _control("cover", "CoverLine"),
            _control("date", "CoverDate"),
        )
    )
    return (
        f"<w:document {NAMESPACES}><w:body>{cover}"
        + paragraph_xml("ContentsTitle", run_xml("目　录"))
        + paragraph_xml("TOC1", run_xml("{contents}"))
        + paragraph_xml("Gap", "", front)
        + paragraph_xml("ReportBody", run_xml("{body}"))
        + f"{body}</w:body></w:document>"
    )


def _header_xml(text: str) -> str:
    return f"<w:hdr {NAMESPACES}>{paragraph_xml('Header', run_xml(text) if text else '')}</w:hdr>"


def _footer_xml(side: str) -> str:
    """Return the footer ``— 1 —`` one character in from the outer edge."""
    content = run_xml("— ") + field_xml("PAGE", "1") + run_xml(" —")
    margin = f'<w:ind w:{side}="320" w:{side}Chars="100" w:firstLineChars="0" w:firstLine="0"/>'
    return f"<w:ftr {NAMESPACES}>" + paragraph_xml("Footer", content, margin + f'<w:jc w:val="{side}"/>') + "</w:ftr>"


def _settings_xml() -> str:
    """Return the settings: odd and even pages differ; nothing asks to update fields."""
    return (
        f'<w:settings {NAMESPACES}><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/>'
        '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
        ' w:val="15"/></w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )


def _content_types() -> str:
    overrides = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{WORD_TYPE}.{kind}+xml"/>' for part, kind in PARTS.values()
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{PACKAGE_TYPE}.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f'<Override PartName="/word/document.xml" ContentType="{WORD_TYPE}.document.main+xml"/>{overrides}'
        f'<Override PartName="/docProps/core.xml" ContentType="{PACKAGE_TYPE}.core-properties+xml"/></Types>'
    )


def _relationships(entries: str) -> str:
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{entries}</Relationships>'
    )


def template_parts() -> dict[str, bytes]:
    """Return the parts of the template 模板各部分, by name in the zip."""
    core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    texts = {
        CONTENT_TYPES: _content_types(),
        "_rels/.rels": _relationships(
            f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
            f'<Relationship Id="rId2" Type="{core}" Target="docProps/core.xml"/>'
        ),
        "docProps/core.xml": (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>perfkit</dc:title></cp:coreProperties>'
        ),
        "word/_rels/document.xml.rels": _relationships(
            "".join(
                f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{part}.xml"/>'
                for key, (part, kind) in PARTS.items()
            )
        ),
        "word/document.xml": _document_xml(),
        "word/styles.xml": styles_xml(),
        "word/numbering.xml": numbering_xml(),
        "word/settings.xml": _settings_xml(),
        "word/fontTable.xml": fonts_xml(),
        "word/header1.xml": _header_xml(""),
        "word/header2.xml": _header_xml(""),
        "word/header3.xml": _header_xml("{header}"),
        "word/header4.xml": _header_xml("{header}"),
        "word/footer1.xml": _footer_xml("right"),
        "word/footer2.xml": _footer_xml("left"),
    }
    return {name: (DECLARATION + text).encode() for name, text in texts.items()}


def build_template(path: Path = TEMPLATE) -> None:
    """Write the template 生成 Word 模板; the same bytes every time."""
    path.write_bytes(package_bytes(template_parts()))


if __name__ == "__main__":
    build_template()
