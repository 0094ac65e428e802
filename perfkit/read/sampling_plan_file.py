"""The plan of a sample on disk 抽样方案文件: ``plan.json``, read through a strict shape and written reproducibly."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field, model_validator

from perfkit.errors import DataError, Problem, RuleError, reason
from perfkit.read.provenance import inside
from perfkit.read.shapes import shaped
from perfkit.read.yaml_file import KeyPath, YamlFile, key_text
from perfkit.rulebook import Shape
from perfkit.rulebook.re_evaluation import SampleChoices
from perfkit.rulebook.shape import refused, word_of
from perfkit.terms.reliability import Estimand, Selection

PLAN_FOLDER = "抽样方案"
PLAN_FILE = "plan.json"
PLAN_FORMAT = "perfkit sampling plan 1"
MAX_PLAN_BYTES = 16 * 1024 * 1024
# One row a project that could be drawn; ``stratum`` is "certainty" 必选层, the name of a stratum or "all"; money in 万元.
FRAME = ("department", "project", "agency", "name", "category", "money", "stratum", "certainty", "certainty_reason")
# One row a project × design; ``stratum`` is the name of a part of that design, ``order`` the order of drawing from 1
# (within the department and the design), ``probability`` the chance of being in the list, NaN where picked by hand.
LISTED = ("department", "project", "design", "stratum", "order", "probability", "certainty", "double_scored")

DesignName = Literal["simple", "stratified", "monetary_unit", "census", "purposive"]
Share = Annotated[float, Field(ge=0, le=1)]
Money = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]


class PlannedSize(Shape):
    """What one question asks of the sample 各待估量的样本量.

    ``size`` projects would answer ``estimand`` to ``wanted`` (a half-width in points or as share; for money the share that
    may be wrong at most), ``certain`` of them looked at anyway, ``drawn`` by ``selection``; ``achieved`` is what they
    reach where all is as expected. ``design`` is the list that answers it and ``taken`` how many stand in that list.
    ``interval`` in 万元, ``None`` with equal probabilities. ``covers`` and ``does_not_cover`` are codes of ``Estimand``.
    A sample picked by hand answers nothing: ``estimand`` is then ``None``.
    """

    estimand: Annotated[Estimand | None, word_of(Estimand, none=True)]
    design: DesignName
    selection: Annotated[Selection, word_of(Selection)]
    size: Count
    certain: Count
    drawn: Count
    taken: Count
    interval: Money | None
    wanted: Money | None
    achieved: Money | None
    covers: tuple[str, ...]
    does_not_cover: tuple[str, ...]


class PlannedPart(Shape):
    """One part of a design 抽样部分: ``units`` of the frame with ``money`` in them, ``taken`` of them in the list."""

    design: DesignName
    stratum: str
    selection: Annotated[Selection, word_of(Selection)]
    units: Count
    money: Money
    taken: Count


class FrameRow(Shape):
    """One project of the frame 抽样框中的一个项目."""

    department: str
    project: str = Field(min_length=1)
    agency: str
    name: str
    category: str
    money: Money
    stratum: str
    certainty: bool
    certainty_reason: str


class ListRow(Shape):
    """One project of a list 名单中的一个项目."""

    department: str
    project: str = Field(min_length=1)
    design: DesignName
    stratum: str
    order: Annotated[int, Field(ge=1)]
    probability: Share | None
    certainty: bool
    double_scored: bool


class PlanShape(Shape):
    """The content of ``plan.json`` 抽样方案的机读形式."""

    format: Literal["perfkit sampling plan 1"]
    department: str
    frame_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    seed: Count
    level: float = Field(gt=0.5, lt=1)
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    choices: SampleChoices
    caveats: tuple[str, ...]
    designs: tuple[PlannedSize, ...]
    parts: tuple[PlannedPart, ...]
    list: tuple[ListRow, ...]
    frame: Annotated[tuple[FrameRow, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _agrees(self) -> PlanShape:
        """Refuse a list that names what the frame does not hold, and anything named twice."""
        known = [row.project for row in self.frame]
        listed = [(row.design, row.project) for row in self.list]
        for what, names in (("frame 中每个项目一次", known), ("list 中每种设计每个项目一次", listed)):
            if len(set(names)) < len(names):
                twice = next(name for name, count in Counter(names).items() if count > 1)
                raise refused(what, f"{twice} 重复", "方案文件不要手工修改；重新生成：perfkit sample --force")
        unknown = sorted({project for _, project in listed} - set(known))
        if unknown:
            raise refused("list 只列 frame 中的项目", "、".join(unknown[:5]), "方案文件不要手工修改；重新生成")
        parts = {(row.design, row.stratum) for row in self.parts}
        loose = sorted({(row.design, row.stratum) for row in self.list} - parts)
        if loose:
            raise refused("list 的每一部分都列在 parts", "、".join(map("/".join, loose[:5])), "重新生成方案")
        try:
            date.fromisoformat(self.date)
        except ValueError:
            raise refused("存在的日期", self.date, "重新生成方案") from None
        return self


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SamplePlan:
    """The plan of one department's sample 抽样方案.

    Frames have the columns of ``FRAME`` and ``LISTED``, sorted by project. ``frame_hash`` is the hash of the sampling
    frame (project, money, stratum) that ``perfkit.reliability.sampling.sampling_frame`` gives. ``designs`` say what each
    question asked for, ``parts`` what every design consists of, ``caveats`` what the annex must say. ``choices`` are
    those the plan was made with; ``level`` the confidence level, ``date`` the evaluation date of the run.
    """

    department: str
    frame: pd.DataFrame
    frame_hash: str
    designs: tuple[PlannedSize, ...]
    parts: tuple[PlannedPart, ...]
    list: pd.DataFrame
    seed: int
    choices: SampleChoices
    level: float
    date: date
    caveats: tuple[str, ...] = ()

    @property
    def projects(self) -> tuple[str, ...]:
        """Return the projects to re-score, each once, sorted."""
        return tuple(sorted(set(self.list["project"])))

    @property
    def double_scored(self) -> tuple[str, ...]:
        """Return the projects that two raters score blind, sorted."""
        return tuple(sorted(set(self.list.loc[self.list["double_scored"], "project"])))


_TYPES: Mapping[str, type] = {
    "money": float, "probability": float, "order": int, "certainty": bool, "double_scored": bool,
}  # fmt: skip


def typed(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the frame or the list of a plan with columns of one type each, texts as objects 统一列类型."""
    found = table.loc[:, [*columns]].reset_index(drop=True)
    return found.astype({name: _TYPES.get(name, object) for name in columns})


def plan_text(plan: SamplePlan) -> str:
    """Return a plan as the text of ``plan.json`` 方案文本: the same plan gives the same text."""
    value = {
        "format": PLAN_FORMAT,
        "department": plan.department,
        "frame_hash": plan.frame_hash,
        "seed": plan.seed,
        "level": plan.level,
        "date": plan.date.isoformat(),
        "choices": plan.choices.model_dump(mode="json"),
        "caveats": list(plan.caveats),
        "designs": [item.model_dump(mode="json") for item in plan.designs],
        "parts": [item.model_dump(mode="json") for item in plan.parts],
        "list": _rows(plan.list, LISTED),
        "frame": _rows(plan.frame, FRAME),
    }
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write_plan(folder: Path, plan: SamplePlan) -> Path:
    """Write the plan of a department folder 写出抽样方案; beside it first, and renamed when whole.

    Parameters
    ----------
    folder : the department's folder; ``抽样方案/plan.json`` is written below it and replaced where it exists.

    Raises
    ------
    DataError
        Where the file cannot be written, or the folder leads out by a link.
    """
    target = inside(folder, f"{PLAN_FOLDER}/{PLAN_FILE}", f"{PLAN_FOLDER}/{PLAN_FILE}")
    beside = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(exist_ok=True)
        beside.write_text(plan_text(plan), encoding="utf-8")
        os.replace(beside, target)
    except OSError as error:
        raise DataError(_unusable("PLAN-WRITE", f"无法写入（{reason(error)}）", "检查目录权限和磁盘空间")) from error
    return target


def read_plan(folder: Path) -> SamplePlan | None:
    """Return the plan of a department folder, ``None`` where there is none 读取抽样方案.

    Parameters
    ----------
    folder : the department's folder.

    Raises
    ------
    DataError
        All problems of a file that is no plan: JSON, keys, types, ranges, doubled names.
    """
    path = inside(folder, f"{PLAN_FOLDER}/{PLAN_FILE}", f"{PLAN_FOLDER}/{PLAN_FILE}")
    if not path.exists():
        return None
    if not path.is_file() and not path.is_dir():
        # a pipe would be waited for
        raise DataError(_unusable("PLAN-FILE", "不是普通文件", "移走后恢复原件，或重新生成"))
    try:
        shape = shaped(PlanShape, _JsonFile(f"{PLAN_FOLDER}/{PLAN_FILE}", _value(path)))
    except RuleError as error:
        raise DataError(
            replace(problem, code=problem.code.replace("RULE-", "PLAN-")) for problem in error.problems
        ) from error
    return SamplePlan(
        department=shape.department,
        frame=_table(shape.frame, FRAME),
        frame_hash=shape.frame_hash,
        designs=shape.designs,
        parts=shape.parts,
        list=_table(shape.list, LISTED),
        seed=shape.seed,
        choices=shape.choices,
        level=shape.level,
        date=date.fromisoformat(shape.date),
        caveats=shape.caveats,
    )


class _JsonFile(YamlFile):
    """A JSON file in the messages of shapes: the key says where, lines are not known."""

    def where(self, path: KeyPath) -> str:
        """Return file and key."""
        return f"{self.name} › {key_text(path)}" if path else self.name


def _value(path: Path) -> Any:
    """Return the content of a JSON file with tuples for lists; doubled keys, NaN and depth are refused."""
    try:
        if path.stat().st_size > MAX_PLAN_BYTES:
            raise DataError(_unusable("PLAN-SIZE", f"超过 {MAX_PLAN_BYTES:,} 字节", "重新生成方案"))
        text = path.read_text(encoding="utf-8")
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except OSError as error:
        raise DataError(_unusable("PLAN-FILE", f"无法读取（{reason(error)}）", "检查读取权限")) from error
    except (ValueError, RecursionError) as error:
        found = str(error) if isinstance(error, _ContentError) else "不是合法的 JSON"
        raise DataError(
            _unusable("PLAN-JSON", found, "方案文件不要手工修改；重新生成：perfkit sample --force")
        ) from error
    return _tupled(value)


class _ContentError(ValueError):
    """JSON that is well formed but refused."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs of an object as a dict; a key that stands twice is refused."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _ContentError("有重复的键")
    return found


def _no_constant(name: str) -> float:
    raise _ContentError(f"{name} 不是数")


def _tupled(value: Any) -> Any:
    """Return a JSON value with tuples for lists, as strict shapes want it."""
    if isinstance(value, list):
        return tuple(map(_tupled, value))
    return {key: _tupled(item) for key, item in value.items()} if isinstance(value, dict) else value


def _table(rows: Iterable[Shape], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return rows as a frame of these columns; a missing probability is NaN."""
    return typed(pd.DataFrame([row.model_dump() for row in rows], columns=list(columns)), columns)


def _rows(table: pd.DataFrame, columns: tuple[str, ...]) -> list[Mapping[str, object]]:
    """Return a frame as JSON-able rows; NaN is null."""
    records = table.loc[:, list(columns)].to_dict("records")
    return [{str(key): _plain(value) for key, value in row.items()} for row in records]


def _plain(value: Any) -> object:
    """Return a cell of a frame as plain JSON value."""
    found = value.item() if hasattr(value, "item") else value
    return None if isinstance(found, float) and math.isnan(found) else found


def _unusable(code: str, found: str, mend: str) -> Problem:
    """Return the problem of a plan file as a whole."""
    return Problem(code=code, where=f"{PLAN_FOLDER}/{PLAN_FILE}", expected="抽样方案文件", found=found, mend=mend)
