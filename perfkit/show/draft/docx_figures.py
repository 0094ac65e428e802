"""Pictures in a Word document: the figure above its caption, never apart from it."""

from __future__ import annotations

import io
from collections.abc import Callable

from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
from docx.image.image import Image

from perfkit.errors import DataError, Problem
from perfkit.show.draft.docx_text import Desk, bookmark_name, bookmark_xml, caption_xml, escape, paragraph_xml
from perfkit.show.draft.shapes import FigureBlock

EMU_PER_CM = 360_000
EMU_PER_TWIP = 635
# caption, its spacing and a line of text must find room on the page of the picture
SHARE_OF_PAGE = 0.8


def figure_xml(
    desk: Desk, figure: FigureBlock, add_image: Callable[[io.BytesIO], str], text_width: int, text_height: int
) -> str:
    """Return picture and caption of a figure block inside its bookmark.

    Parameters
    ----------
    desk : the document's styles, labels and ids.
    figure : the block; a picture wider than the text or too tall for a page is made smaller.
    add_image : stores a PNG in the document and returns its relationship id.
    text_width, text_height : of the page, in twips.

    Raises
    ------
    DataError
        Where the bytes are no picture.
    """
    stream = io.BytesIO(figure.png)
    try:
        picture = Image.from_blob(figure.png)
    except (InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError) as error:
        raise DataError(
            Problem(
                code="DRAFT-FIGURE",
                where=f"图“{figure.name}”",
                expected="PNG 图像",
                found=f"无法识别的图像数据（{len(figure.png)} 字节）",
                mend="重新运行笔记本",
            )
        ) from error
    width = min(figure.width_cm * EMU_PER_CM, text_width * EMU_PER_TWIP)
    height = width * picture.px_height / picture.px_width
    shrink = min(1.0, SHARE_OF_PAGE * text_height * EMU_PER_TWIP / height)
    drawing = _drawing(desk, figure, add_image(stream), int(width * shrink), int(height * shrink))
    content = paragraph_xml(desk.styles["figure"], f"<w:r>{drawing}</w:r>", "<w:keepNext/>") + caption_xml(
        desk, "图", figure.name, figure.caption, keep_next=False
    )
    return bookmark_xml(desk, bookmark_name("figure", figure.name), content)


def _drawing(desk: Desk, figure: FigureBlock, relation: str, width: int, height: int) -> str:
    """Return the inline drawing of a stored picture."""
    number = desk.next_id("drawing")
    extent = f'cx="{width}" cy="{height}"'
    return (
        f'<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
        f'<wp:docPr id="{number}" name="{escape(figure.name)}" descr="{escape(figure.alt)}"/>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name="{escape(figure.name)}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
