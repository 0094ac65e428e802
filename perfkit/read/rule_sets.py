"""Rules in: ``params/`` becomes frozen rule sets and frameworks, or a RuleError that lists every problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from perfkit.errors import Problem, RuleError
from perfkit.read.shapes import shaped, with_bases
from perfkit.read.yaml_file import KeyPath, YamlFile, read_yaml
from perfkit.rulebook import (
    Framework,
    GradeBands,
    Pack,
    ReportOutline,
    RuleSet,
    ScoringMethod,
    Shape,
    SilentParameter,
    SilentRule,
    Source,
)
from perfkit.rulebook.shape import near_names

RULES = "params/rules"
FRAMEWORKS = "params/frameworks"
PACKS = "params/rules/packs"
FOLDERS = frozenset({RULES, FRAMEWORKS, PACKS})
CATALOGUES = frozenset({"sources", "grade-bands", "silent-rules", "scoring-methods", "report-outlines"})


class _Documents(Shape):
    """``sources.yaml``."""

    documents: tuple[Source, ...]


class _Bands(Shape):
    """``grade-bands.yaml``."""

    grade_bands: tuple[GradeBands, ...]


class _Methods(Shape):
    """``scoring-methods.yaml``."""

    methods: tuple[ScoringMethod, ...]


class _Silent(Shape):
    """``silent-rules.yaml``."""

    silent_rules: tuple[SilentRule, ...]


class _Outlines(Shape):
    """``report-outlines.yaml``."""

    outlines: tuple[ReportOutline, ...]


def find_root(start: Path) -> Path:
    """Return the project root at or above ``start`` 项目根目录: the first folder with ``params`` and ``notebooks``.

    Raises
    ------
    RuleError
        Where there is none, for instance with a bare wheel.
    """
    begin = start.resolve()
    for folder in (begin, *begin.parents):
        if (folder / "params").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise RuleError(
        Problem(
            code="RUN-ROOT",
            where=str(start),
            expected="位于项目目录内（上级有 params 和 notebooks 文件夹）",
            found="逐级向上没有找到",
            mend="在项目目录内运行，或用 --root 指明项目目录",
        )
    )


def load_sources(root: Path) -> dict[str, Source]:
    """Return all documents of ``params/rules/sources.yaml`` by id 规则文件清单.

    Raises
    ------
    RuleError
        For a malformed file, a doubled id, or a successor that is not in the list.
    """
    file = read_yaml(root / RULES / "sources.yaml", root)
    documents = shaped(_Documents, file).documents
    _refuse_doubled(file, "documents", [document.id for document in documents])
    sources = {document.id: document for document in documents}
    unknown = [
        unknown_name(file, ("documents", index, "superseded_by"), "文件代号", document.superseded_by, sources)
        for index, document in enumerate(documents)
        if document.superseded_by and document.superseded_by not in sources
    ]
    if unknown:
        raise RuleError(unknown)
    return sources


def load_framework(root: Path, framework_id: str, sources: Mapping[str, Source] | None = None) -> Framework:
    """Return an indicator framework of ``params/frameworks`` 指标体系框架.

    Rows without their own ``basis`` take the framework's.

    Parameters
    ----------
    root : the project root. framework_id : name of a file in ``params/frameworks``.
    sources : from ``load_sources`` where they are already read.

    Raises
    ------
    RuleError
        For an unknown id (with the nearest ones) and for every problem of the file.
    """
    file = _named_file(root, FRAMEWORKS, framework_id, "指标体系框架")
    own = file.value.get("basis")
    inherited = own if isinstance(own, dict) else {}
    value = dict(file.value)
    for part in ("rows", "weight_rules"):
        if isinstance(value.get(part), tuple):
            value[part] = tuple({"basis": {}} | row if isinstance(row, dict) else row for row in value[part])
    framework = shaped(Framework, file, with_bases(value, sources or load_sources(root), file, inherited))
    _refuse_other_id(file, framework_id, framework.id)
    return framework


def load_pack(root: Path, pack_id: str, sources: Mapping[str, Source]) -> Pack:
    """Return a local rule pack of ``params/rules/packs`` 地方规则包."""
    file = _named_file(root, PACKS, pack_id, "地方规则包")
    pack = shaped(Pack, file, with_bases(file.value, sources, file, {}))
    _refuse_other_id(file, pack_id, pack.id)
    return pack


def load_rule_set(
    root: Path, rules_id: str, packs: Iterable[str] = (), sources: Mapping[str, Source] | None = None
) -> RuleSet:
    """Return a rule set with its catalogues 规则集.

    Parameters
    ----------
    root : the project root.
    rules_id : name of a file in ``params/rules``, e.g. ``"cn-mof-2020-10"``.
    packs : local packs to switch on; none by default, because no national rule has percentages.
    sources : from ``load_sources`` where they are already read.

    Raises
    ------
    RuleError
        For an unknown id (with the nearest ones) and for every problem of the files.
    """
    sources = sources or load_sources(root)
    file = _named_file(root, RULES, rules_id, "规则集")
    catalogues = {
        "documents": tuple(sources.values()),
        "methods": _catalogue(root, "scoring-methods", _Methods, sources).methods,
        "all_bands": _catalogue(root, "grade-bands", _Bands, sources).grade_bands,
        "silent_rules": _catalogue(root, "silent-rules", _Silent, sources).silent_rules,
        "outlines": _catalogue(root, "report-outlines", _Outlines, sources).outlines,
        "packs": tuple(load_pack(root, pack, sources) for pack in packs),
    }
    clash = sorted(set(file.value) & set(catalogues))
    if clash:
        raise RuleError([unknown_name(file, (key,), "规则集自己的键", key, ()) for key in clash])
    value = with_bases(file.value, sources, file, {}) | catalogues
    rule_set = shaped(RuleSet, file, value)
    _refuse_other_id(file, rules_id, rule_set.id)
    problems = list(_unknown_names(file, rule_set))
    problems += silent_problems(rule_set.silent_parameters, rule_set.silent_choices, file, "silent_choices")
    problems += pack_problems(rule_set)
    if problems:
        raise RuleError(problems)
    return rule_set


def pack_problems(rules: RuleSet) -> list[Problem]:
    """Return what is wrong with the silent parameters that the packs of a rule set choose."""
    return [
        problem
        for pack in rules.packs
        for problem in silent_problems(
            rules.silent_parameters, pack.silent, YamlFile(f"{PACKS}/{pack.id}.yaml", {}), "silent"
        )
    ]


def silent_problems(
    parameters: Iterable[SilentParameter], chosen: Mapping[str, object], file: YamlFile, key: str
) -> list[Problem]:
    """Return what is wrong with chosen silent parameters: unknown names and values outside what is allowed."""
    known = {parameter.name: parameter for parameter in parameters}
    problems = []
    for name, value in chosen.items():
        if name not in known:
            problems.append(unknown_name(file, (key, name), "沉默事项参数", str(name), known))
        elif not known[name].accepts(value):
            allowed = known[name].allowed
            problems.append(
                Problem(
                    code="RULE-CHOICE",
                    where=file.where((key, name)),
                    expected=allowed,
                    found=file.written.get((key, name), repr(value)),
                    mend=f"改为：{allowed}",
                )
            )
    return problems


def _catalogue(root: Path, name: str, shape: type[Any], sources: Mapping[str, Source]) -> Any:
    """Return one catalogue file, its ids checked for doubles."""
    file = read_yaml(root / RULES / f"{name}.yaml", root)
    catalogue = shaped(shape, file, with_bases(file.value, sources, file, {}))
    for key in shape.model_fields:
        _refuse_doubled(file, key, [getattr(item, "id", None) or item.code for item in getattr(catalogue, key)])
    return catalogue


def _named_file(root: Path, folder: str, name: str, what: str) -> YamlFile:
    """Return the file of that name, or raise with the nearest names that exist."""
    existing = {item.stem: item for item in sorted((root / folder).glob("*.yaml"))}
    if folder == RULES:
        existing = {stem: item for stem, item in existing.items() if stem not in CATALOGUES}
    if name not in existing:
        mend = near_names(name, existing)
        raise RuleError(
            Problem(code="RULE-NAME", where=folder, expected=f"已有的{what}", found=name or "空", mend=mend)
        )
    return read_yaml(existing[name], root)


def unknown_name(file: YamlFile, path: KeyPath, what: str, found: str, known: Iterable[str]) -> Problem:
    """Return the problem of a name that does not exist, with the nearest ones that do."""
    mend = near_names(found, known)
    return Problem(code="RULE-NAME", where=file.where(path), expected=f"已有的{what}", found=found, mend=mend)


def _refuse_other_id(file: YamlFile, wanted: str, found: str) -> None:
    """Refuse a file whose id is not its name, because runs name files."""
    if wanted != found:
        mend = f"把 id 改为 {wanted}，或改文件名"
        raise RuleError(Problem(code="RULE-ID", where=file.where(("id",)), expected=wanted, found=found, mend=mend))


def _refuse_doubled(file: YamlFile, key: str, ids: list[str]) -> None:
    """Refuse ids that stand twice in a list."""
    doubled = [(index, item) for index, item in enumerate(ids) if item in ids[:index]]
    if doubled:
        raise RuleError(
            Problem(
                code="RULE-DOUBLED",
                where=file.where((key, index)),
                expected="不重复的代号",
                found=item,
                mend="改用另一个代号，或删去重复的一条",
            )
            for index, item in doubled
        )


def _unknown_names(file: YamlFile, rules: RuleSet) -> Iterable[Problem]:
    """Yield names in a rule set that its catalogues do not have."""
    methods = [method.id for method in rules.methods]
    named: list[tuple[KeyPath, str, str, list[str]]] = [
        (("grade_bands",), "等级划分", rules.grade_bands, [item.id for item in rules.all_bands]),
        (("outline",), "报告提纲", rules.outline, [item.id for item in rules.outlines]),
    ]
    named += [(("own_methods", i), "计分方法", name, methods) for i, name in enumerate(rules.own_methods)]
    documents = [document.id for document in rules.documents]
    named += [(("sources", i), "文件代号", name, documents) for i, name in enumerate(rules.sources)]
    parameters = [parameter.name for parameter in rules.silent_parameters]
    for method in rules.methods:
        named += [(("own_methods",), "沉默事项参数", name, parameters) for name in method.silent]
    for path, what, name, known in named:
        if name not in known:
            yield unknown_name(file, path, what, name, known)
