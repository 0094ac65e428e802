"""Shapes of the silent rules X01–X19: what no document says, and the named parameter that stands for the choice."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import model_validator

from perfkit.rulebook.shape import Basis, Shape, refused

SilentValue = float | int | bool | str | tuple[float, ...] | tuple[tuple[float | None, float], ...] | None
ParameterKind = Literal["choice", "number", "integer", "flag", "numbers", "pairs", "text"]
_KIND_WORDS = {
    "number": "数字",
    "integer": "整数",
    "flag": "true 或 false",
    "numbers": "数字列表",
    "pairs": "[上限, 比例] 列表（上限可为 null）",
    "text": "文字",
}


class Option(Shape):
    """One allowed value of a choice 可选值 and the words a draft prints for it."""

    value: str
    words: str


class SilentParameter(Shape):
    """One named parameter of a silent rule 沉默事项参数.

    ``field`` is its field in ``scoring``'s choices, empty where the arithmetic does not use it. ``words`` is what a
    draft prints when the default is kept. ``optional`` allows null, which means that no value is set.
    """

    name: str
    label: str
    kind: ParameterKind
    default: SilentValue
    words: str
    field: str = ""
    options: tuple[Option, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    optional: bool = False

    @property
    def allowed(self) -> str:
        """Chinese description of what may be written."""
        if self.kind == "choice":
            text = "、".join(f"{option.value}（{option.words}）" for option in self.options)
        else:
            text = _KIND_WORDS[self.kind]
            if self.minimum is not None:
                text += f"，不小于 {self.minimum:g}"
            if self.maximum is not None:
                text += f"，不大于 {self.maximum:g}"
        return text + ("，或 null（不设）" if self.optional else "")

    def accepts(self, value: object) -> bool:
        """Return whether ``value`` may be chosen."""
        if value is None:
            return self.optional
        if self.kind == "choice":
            return any(value == option.value for option in self.options)
        if self.kind == "pairs":
            pairs = value if isinstance(value, tuple) else ()
            return len(pairs) > 0 and all(self._pair(pair) for pair in pairs)
        if self.kind == "text":
            return isinstance(value, str)
        if self.kind == "flag":
            return isinstance(value, bool)
        if self.kind == "numbers":
            return isinstance(value, tuple) and len(value) > 0 and all(self._number(item) for item in value)
        return self._number(value)

    def words_of(self, value: object) -> str:
        """Return the Chinese wording of a value, for the list of choices in a draft."""
        if value == self.default and type(value) is type(self.default):
            return self.words
        if self.kind == "choice":
            return next((option.words for option in self.options if option.value == value), str(value))
        if value is None:
            return "不设"
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, tuple):
            return "/".join(_text(item) for item in value)
        return _text(value)

    def _pair(self, value: object) -> bool:
        """Return whether ``value`` is an upper limit (or none) and a number."""
        if not isinstance(value, tuple) or len(value) != 2:
            return False
        return (value[0] is None or self._number(value[0])) and self._number(value[1])

    def _number(self, value: object) -> bool:
        """Return whether ``value`` is a number of the right kind within the limits."""
        wanted = int if self.kind == "integer" else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted) or not math.isfinite(value):
            return False
        low_enough = self.maximum is None or value <= self.maximum
        return low_enough and (self.minimum is None or value >= self.minimum)

    @model_validator(mode="after")
    def _default_is_allowed(self) -> SilentParameter:
        """Refuse a default that the parameter itself would not accept."""
        if not self.accepts(self.default):
            raise refused(self.allowed, repr(self.default), "改正 default 或允许的取值")
        return self


def _text(value: object) -> str:
    """Return a number, a pair or a text as it is printed."""
    if isinstance(value, tuple):
        return "～".join("以上" if item is None else _text(item) for item in value)
    return f"{value:g}" if isinstance(value, int | float) else str(value)


class SilentRule(Shape):
    """A point on which the documents are silent 沉默事项: its code X01–X19 and the parameters that settle it."""

    code: str
    topic: str
    topic_en: str
    documents: str
    silent_on: str
    silent_on_en: str
    default_words: str
    parameters: tuple[SilentParameter, ...]
    basis: Basis
