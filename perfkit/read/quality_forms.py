"""Quality forms in 自评工作质量表读入: YAML below ``params/rules/quality-forms``, every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perfkit.errors import Problem, RuleError
from perfkit.read.rule_sets import load_sources
from perfkit.read.shapes import shaped, with_bases
from perfkit.read.yaml_file import read_yaml
from perfkit.rulebook import Source
from perfkit.rulebook.quality_form import QualityForm
from perfkit.rulebook.shape import near_names

QUALITY_FORMS = "params/rules/quality-forms"


def quality_form_path(root: Path, form_id: str) -> Path:
    """Return where a quality form is 自评工作质量表文件."""
    return root / QUALITY_FORMS / f"{form_id}.yaml"


def load_quality_form(root: Path, form_id: str, sources: Mapping[str, Source] | None = None) -> QualityForm:
    """Return a quality form by its id 自评工作质量表.

    A criterion without its own ``basis`` takes the form's.

    Parameters
    ----------
    root : the project root. form_id : name of a file in ``params/rules/quality-forms``.
    sources : from ``load_sources`` where they are already read.

    Raises
    ------
    RuleError
        For an unknown id (with the nearest ones) and for every problem of the file.
    """
    known = sorted(path.stem for path in (root / QUALITY_FORMS).glob("*.yaml"))
    if form_id not in known:
        raise RuleError(
            Problem(
                code="RULE-NAME",
                where=QUALITY_FORMS,
                expected="已有的自评工作质量表",
                found=form_id or "空",
                mend=near_names(form_id, known),
            )
        )
    file = read_yaml(quality_form_path(root, form_id), root)
    own = file.value.get("basis")
    inherited = own if isinstance(own, dict) else {}
    value = dict(file.value) | {"parts": _with_own_bases(file.value.get("parts"))}
    form = shaped(QualityForm, file, with_bases(value, sources or load_sources(root), file, inherited))
    if form.id != form_id:
        mend = f"把 id 改为 {form_id}，或改文件名"
        raise RuleError(Problem(code="RULE-ID", where=file.where(("id",)), expected=form_id, found=form.id, mend=mend))
    return form


def _with_own_bases(parts: Any) -> Any:
    """Give every criterion a basis to be filled from the form's; what is misshaped is left for the shape to refuse."""
    if not isinstance(parts, tuple):
        return parts
    return tuple(
        part | {"criteria": tuple({"basis": {}} | one if isinstance(one, dict) else one for one in part["criteria"])}
        if isinstance(part, dict) and isinstance(part.get("criteria"), tuple)
        else part
        for part in parts
    )
