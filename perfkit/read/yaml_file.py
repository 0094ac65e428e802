"""YAML files in: plain values with the line of every key; duplicate keys, anchors and tags are problems."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from perfkit.errors import Problem, RuleError, reason

KeyPath = tuple[str | int, ...]
_PREFIX = "tag:yaml.org,2002:"
_SCALARS = frozenset(f"{_PREFIX}{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp"))


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML file as read 已读取的规则文件.

    ``value`` holds dicts, tuples and scalars; ``lines`` the line of every key path, ``written`` the text of every
    scalar as it stands in the file (``0101`` stays visible although YAML reads it as a number).
    """

    name: str
    value: Any
    lines: dict[KeyPath, int] = field(default_factory=dict)
    written: dict[KeyPath, str] = field(default_factory=dict)

    def where(self, path: KeyPath) -> str:
        """Return file, line and key in the words of the user; a missing key gets the line of its parent."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return f"{self.name} 第 {self.lines.get(known, 1)} 行" + (f" › {key_text(path)}" if path else "")


def key_text(path: KeyPath) -> str:
    """Return a key path as text: ``rows[3].code``."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_yaml(path: Path, root: Path | None = None) -> YamlFile:
    """Read one YAML 1.2 file safely 读取 YAML 文件.

    Parameters
    ----------
    path : the file, UTF-8.
    root : messages name the file relative to this folder where it is inside.

    Returns
    -------
    YamlFile
        Values with the line of every key.

    Raises
    ------
    RuleError
        With every duplicate key, tag and anchor; for a file that is absent, empty, not UTF-8 or not YAML.
    """
    inside = root is not None and path.is_relative_to(root)
    name = path.relative_to(root).as_posix() if inside and root is not None else path.name
    node = _compose(path, name)
    if not isinstance(node, MappingNode):
        raise RuleError(_problem("YAML-SHAPE", name, "键: 值 形式的内容", "空文件或列表", "按同目录文件的写法补全"))
    walk = _Walk(name)
    value = walk.plain(node, ())
    if walk.problems:
        raise RuleError(walk.problems)
    return YamlFile(name, value, walk.lines, walk.written)


def _compose(path: Path, name: str) -> Node | None:
    """Return the node tree of a file."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RuleError(
            _problem("YAML-FILE", name, "可读取的文件", f"无法读取（{reason(error)}）", "检查文件名和权限")
        ) from error
    except UnicodeDecodeError as error:
        raise RuleError(_problem("YAML-ENCODING", name, "UTF-8 编码", "其他编码", "用 UTF-8 另存该文件")) from error
    try:
        return YAML(typ="safe", pure=True).compose(text)  # type: ignore[no-any-return]
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"{name} 第 {mark.line + 1} 行" if mark is not None else name
        found = str(error.problem or "无法解析")
        raise RuleError(
            _problem("YAML-SYNTAX", line, "合法的 YAML", found, "检查缩进、冒号后的空格和引号是否成对")
        ) from error
    except RecursionError as error:
        raise RuleError(_problem("YAML-SYNTAX", name, "几层以内的缩进", "嵌套过深", "检查括号是否成对")) from error
    except ReaderError as error:
        raise RuleError(_problem("YAML-SYNTAX", name, "合法的 YAML", "含控制字符", "删去不可见的控制字符")) from error


def _problem(code: str, where: str, expected: str, found: str, mend: str) -> Problem:
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend)


class _Walk:
    """One walk over a node tree, which collects lines and problems."""

    def __init__(self, name: str) -> None:
        """Start with empty hands."""
        self.name = name
        self.lines: dict[KeyPath, int] = {}
        self.written: dict[KeyPath, str] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()
        self._constructor: Any = YAML(typ="safe", pure=True).constructor

    def plain(self, node: Node, path: KeyPath) -> Any:
        """Return the plain value of a node."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        # An alias is the same node again: refused, because a shared number hides where it comes from.
        if id(node) in self._seen:
            self._refuse("YAML-ALIAS", node, path, "直接写出的内容", "别名（*）", "把内容直接写在这里")
            return None
        self._seen.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return tuple(self.plain(item, (*path, index)) for index, item in enumerate(node.value))
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[Hashable, Any]:
        values: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, ScalarNode) or key_node.tag != f"{_PREFIX}str":
                self._refuse("YAML-KEY", key_node, path, "文字形式的键", f"{key}", f'加引号："{key}"')
                continue
            here = (*path, key)
            if key in values:
                first = self.lines[here]
                self._refuse("YAML-DUPLICATE", key_node, here, "不重复的键", f"与第 {first} 行重复", "删去其中一处")
                continue
            self.lines[here] = key_node.start_mark.line + 1
            values[key] = self.plain(value_node, here)
        return values

    def _scalar(self, node: Node, path: KeyPath) -> Any:
        text = str(node.value)
        self.written[path] = text
        if node.tag not in _SCALARS:
            self._refuse("YAML-TAG", node, path, "普通取值", f"标签 {node.tag}", "删去标签（!）")
            return None
        kind = node.tag.removeprefix(_PREFIX)
        if kind == "str":
            return text
        try:
            return getattr(self._constructor, f"construct_yaml_{kind}")(node)
        except (ValueError, KeyError, MarkedYAMLError):
            self._refuse("YAML-VALUE", node, path, "能解读的数字或日期", text, "改正取值，或加引号写成文字")
            return None

    def _refuse(self, code: str, node: Node, path: KeyPath, expected: str, found: str, mend: str) -> None:
        line = f"{self.name} 第 {node.start_mark.line + 1} 行"
        where = line + (f" › {key_text(path)}" if path else "")
        self.problems.append(_problem(code, where, expected, found, mend))
