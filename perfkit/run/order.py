"""The order 运行指令: all a worker process is told; the same facts decide whether the run is needed at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfkit.errors import DataError
from perfkit.read.department_folders import department_folders
from perfkit.read.engagement import BASE_TABLE_FOLDER, EVIDENCE_FOLDER, SURVEY_FOLDER
from perfkit.read.runs import FORM_FRAMEWORK
from perfkit.rulebook import Run
from perfkit.run.manifest import named, provenance
from perfkit.run.plan import PlannedRun

RULES = Path("params/rules")
FRAMEWORKS = Path("params/frameworks")
READ_FOLDERS = (BASE_TABLE_FOLDER, EVIDENCE_FOLDER, SURVEY_FOLDER)
RUN_FILE = "run_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One run as a worker needs it 运行指令: ``made_from`` is what the manifest will keep."""

    root: Path
    run: Run
    template: Path | None
    parameters: Mapping[str, object]
    made_from: Mapping[str, Any]

    def to_json(self, staging: Path, scratch: Path) -> dict[str, Any]:
        """Return the order with the folders it is to be carried out in, as JSON-able values."""
        return {
            "root": str(self.root),
            "run": self.run.model_dump(mode="json"),
            "template": None if self.template is None else str(self.template),
            "parameters": dict(self.parameters),
            "made_from": dict(self.made_from),
            "staging": str(staging),
            "scratch": str(scratch),
        }


def order_of(planned: PlannedRun, root: Path, template: Path | None) -> Order:
    """Return the order of a run 生成运行指令; ``template`` goes before the run file's own."""
    run = planned.run
    chosen = template or run.template_path(root)
    parameters = {RUN_FILE: named(planned.file, root)}
    data = run.data_path(root)
    files = [planned.file, run.notebook_path(root), *_frameworks(run, root), *((chosen,) if chosen else ())]
    files += [] if data.is_dir() else [data]
    # every rule file counts: catalogues, packs and sources refer to each other
    folders = [root / RULES, *(_data_folders(run, data) if data.is_dir() else _beside(data))]
    made_from = provenance(root, files, folders, {"parameters": parameters, "seed": run.seed})
    return Order(root=root, run=run, template=chosen, parameters=parameters, made_from=made_from)


def _frameworks(run: Run, root: Path) -> list[Path]:
    """Return the frameworks that a run reads: a re-evaluation knows every layout of the forms, not its own only."""
    own = root / FRAMEWORKS / f"{run.framework}.yaml"
    return [own] if run.re_evaluation is None else [own, *sorted((root / FRAMEWORKS).glob(f"{FORM_FRAMEWORK}*.yaml"))]


def _data_folders(run: Run, data: Path) -> list[Path]:
    """Return the folders that a run reads whole: of a re-evaluation, those of its departments and nothing beside them.

    A department may be a link within the data folder; listed by itself it is followed as the reader follows it.
    """
    if run.re_evaluation is None:
        return [data]
    try:
        return list(department_folders(data))
    except DataError:
        return [data]


def _beside(workbook: Path) -> list[Path]:
    """Return the folders of an engagement beside its workbook; the rest of that folder may be anything."""
    return [folder for name in READ_FOLDERS if (folder := workbook.parent / name).is_dir()]
