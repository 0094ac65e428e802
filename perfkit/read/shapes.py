"""From a YAML value to a checked shape: every problem at once, with file, line, key, what was expected and found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from perfkit.errors import Problem, RuleError
from perfkit.read.yaml_file import KeyPath, YamlFile
from perfkit.rulebook import Shape, Source
from perfkit.rulebook.shape import near_names

ShapeType = TypeVar("ShapeType", bound=Shape)
# pydantic's error types in the words of a user; anything else falls back to pydantic's own message.
_EXPECTED = {
    "string_type": "文字",
    "int_type": "整数",
    "float_type": "数字",
    "bool_type": "true 或 false",
    "date_type": "日期（如 2025-06-30，不加引号）",
    "date_from_datetime_inexact": "不带时刻的日期",
    "tuple_type": "列表",
    "mapping_type": "键: 值 形式的内容",
    "dict_type": "键: 值 形式的内容",
    "model_type": "键: 值 形式的内容",
    "string_unicode": "能写成 UTF-8 的文字",
    "string_too_short": "至少 {min_length} 个字",
    "string_pattern_mismatch": "形如 {pattern} 的文字",
    "finite_number": "有限的数字",
    "greater_than": "大于 {gt}",
    "greater_than_equal": "不小于 {ge}",
    "less_than": "小于 {lt}",
    "less_than_equal": "不大于 {le}",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "enum": "{expected} 之一",
    "literal_error": "{expected} 之一",
}
# what a pattern asks for, in words
_PATTERNS = {r"^[a-z0-9][a-z0-9-]*$": "小写字母、数字和连字符，以字母或数字开头"}
_INHERITED = ("source", "clause", "verified")


def shaped(shape: type[ShapeType], file: YamlFile, value: Any = None, path: KeyPath = ()) -> ShapeType:
    """Return the value of a file (or the part of it at ``path``) as a shape.

    Raises
    ------
    RuleError
        With every problem that pydantic or the shape's own checks found.
    """
    try:
        return shape.model_validate(file.value if value is None else value)
    except ValidationError as error:
        problems = [_problem(shape, file, path, details) for details in error.errors(include_url=False)]
        raise RuleError(problems) from error


def with_bases(value: Any, sources: Mapping[str, Source], file: YamlFile, inherited: Mapping[str, Any]) -> Any:
    """Fill every ``basis`` of a file from the list of sources 补全规则出处.

    A row, rule or method names source, clause and mark only; document, rank and dates come from the source, so that
    they stand in one place. What a part does not name itself it takes from ``inherited``.

    Raises
    ------
    RuleError
        With every source that the list does not have.
    """
    problems: list[Problem] = []

    def filled(entry: Any, path: KeyPath) -> Any:
        if not isinstance(entry, dict):
            return entry
        entry = {key: inherited[key] for key in _INHERITED if key in inherited} | entry
        name = entry.get("source")
        source = sources.get(name) if isinstance(name, str) else None
        if source is None:
            problems.append(
                Problem(
                    code="RULE-SOURCE",
                    where=file.where((*path, "source")),
                    expected="params/rules/sources.yaml 中的文件代号",
                    found="没有写" if name is None else str(name),
                    mend=near_names(str(name or ""), sources),
                )
            )
            return entry
        known = {
            "document": source.number or f"《{source.title}》",
            "status": source.status,
            "effective_from": source.effective_from,
            "effective_to": source.effective_to,
            "superseded_by": source.superseded_by,
        }
        return known | entry

    def walk(part: Any, path: KeyPath) -> Any:
        if isinstance(part, tuple):
            return tuple(walk(item, (*path, index)) for index, item in enumerate(part))
        if not isinstance(part, dict):
            return part
        walked = {key: walk(item, (*path, key)) for key, item in part.items()}
        if "basis" in part:
            walked["basis"] = filled(part["basis"], (*path, "basis"))
        if isinstance(part.get("bases"), tuple):
            entries = enumerate(part["bases"])
            walked["bases"] = tuple(filled(item, (*path, "bases", index)) for index, item in entries)
        return walked

    result = walk(value, ())
    if problems:
        raise RuleError(problems)
    return result


def _problem(shape: type[Shape], file: YamlFile, path: KeyPath, details: ErrorDetails) -> Problem:
    """Return one pydantic error as a message for people."""
    location: KeyPath = tuple(details["loc"])
    where = file.where((*path, *location))
    kind = details["type"]
    if kind == "extra_forbidden":
        known = _known_keys(shape, location[:-1])
        key = str(location[-1])
        mend = near_names(key, known) if known else "删去该键"
        return Problem(code="RULE-KEY", where=where, expected="已知的键", found=f"未知的键 {key}", mend=mend)
    if kind == "missing":
        mend = f"补上 {location[-1]}"
        return Problem(code="RULE-MISSING", where=where, expected=f"必填的键 {location[-1]}", found="没有写", mend=mend)
    if kind == "refused":
        context = details["ctx"]
        expected, found, mend = (str(context[key]) for key in ("expected", "found", "mend"))
        return Problem(code="RULE-VALUE", where=where, expected=expected, found=found, mend=mend)
    written = file.written.get((*path, *location))
    found = (written or "空白") if written is not None else repr(details["input"])
    context = {name: _PATTERNS.get(str(value), value) for name, value in details.get("ctx", {}).items()}
    if kind == "literal_error":
        # the library joins the allowed words in English
        context["expected"] = str(context["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
    expected = _EXPECTED[kind].format(**context) if kind in _EXPECTED else details["msg"]
    mend = f"改为{expected}"
    if kind == "string_type" and written is not None:
        mend = f'编码和文字要加引号："{written}"（不加引号会被读成数字、日期或逻辑值，前面的 0 会丢失）'
    return Problem(code="RULE-TYPE", where=where, expected=expected, found=found, mend=mend)


def _known_keys(shape: type[BaseModel], location: KeyPath) -> tuple[str, ...]:
    """Return the keys that the shape at ``location`` knows."""
    current: type[BaseModel] | None = shape
    for part in location:
        if current is None or isinstance(part, int):
            continue
        # A key of a mapping of shapes is no field: the shape stays the same.
        if part in current.model_fields:
            current = _inner(current.model_fields[part].annotation)
    return tuple(current.model_fields) if current is not None else ()


def _inner(annotation: Any) -> type[BaseModel] | None:
    """Return the shape inside an annotation such as ``tuple[Row, ...]`` or ``Form | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner(part)) is not None), None)
