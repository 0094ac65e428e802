"""The base of all rule shapes, the source of a rule and the dates between which it may be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from difflib import get_close_matches
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from perfkit.errors import Problem, RuleError
from perfkit.terms import Status, Term, Verified

Item = TypeVar("Item")


class Shape(BaseModel):
    """Base of what a YAML file may hold 规则文件形状基类: frozen, unknown keys refused, nothing coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def refused(expected: str, found: str, mend: str) -> PydanticCustomError:
    """Return the error by which a shape says, in Chinese, what it expected, what it found and how to mend it."""
    # Braces would be read as template fields by pydantic-core, hence the texts travel as context.
    return PydanticCustomError(
        "refused",
        "应为{expected}；实为{found}。改法：{mend}",
        {"expected": expected, "found": found, "mend": mend},
    )


def word_of(term: type[Term], none: bool = False) -> BeforeValidator:
    """Return a validator that reads a word of ``term`` by code or label 按代码或中文名读取术语."""

    def read(value: object) -> object:
        if isinstance(value, term) or (none and value is None):
            return value
        member = term.read(value) if isinstance(value, str) else None
        if member is None:
            words = "、".join(f"{item.value}（{item.label}）" for item in term)
            raise refused(f"其中之一：{words}", repr(value), "改为所列代码或中文名之一")
        return member

    return BeforeValidator(read)


def near_names(name: str, known: Iterable[str]) -> str:
    """Return a mend text that gives the nearest known name and lists those that exist."""
    names = sorted(known)
    if not names:
        return "目前没有可选项"
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    guess = f"是否想写 {near[0]}？" if near else ""
    return f"{guess}现有：{'、'.join(names)}"


def named(items: Iterable[Item], wanted: str, name: Callable[[Item], str], what: str, code: str) -> Item:
    """Return the item of that name, or raise a RuleError that names the nearest ones."""
    found = {name(item): item for item in items}
    if wanted in found:
        return found[wanted]
    mend = near_names(wanted, found)
    raise RuleError(Problem(code=code, where=what, expected=f"已有的{what}", found=wanted, mend=mend))


Mark = Annotated[Verified, word_of(Verified)]
Rank = Annotated[Status, word_of(Status)]


class Source(Shape):
    """A document that rules come from 规则文件.

    ``number`` is empty where the copy shows none. ``effective_from`` is the issue date where the date in force is not
    stated; ``dates_verified`` and ``note`` then say so.
    """

    id: str
    title: str
    number: str = ""
    kind: str
    status: Rank
    issued: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    superseded_by: str = ""
    dates_verified: Mark
    verified: Mark
    note: str = ""

    @property
    def citation(self) -> str:
        """Title in 《》 and number in 〔〕, as a list of bases prints it."""
        return f"《{self.title}》" + (f"（{self.number}）" if self.number else "")


class Basis(Shape):
    """Where a number of a rule comes from and when it may be used 规则出处.

    In the YAML files only ``source``, ``clause`` and ``verified`` are written; the reader fills in the rest from the
    list of sources, so that a document's dates stand in one place.
    """

    source: str
    document: str
    clause: str = ""
    status: Rank
    binds: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    superseded_by: str = ""
    verified: Mark
    note: str = ""

    @property
    def citation(self) -> str:
        """Document and clause in one piece of text."""
        return f"{self.document}{self.clause}"


class Standing(Term):
    """Whether a rule may be used on a date 规则时效."""

    IN_FORCE = "in_force", "有效"
    NOT_YET = "not_yet", "尚未施行"
    SUPERSEDED = "superseded", "已废止"


def applicable(basis: Basis | Source, day: date) -> Standing:
    """Return whether a rule is in force on ``day`` 规则时效判断.

    Both dates belong to the term. A rule without ``effective_from`` counts as in force (its copy shows no date); one
    that names its successor but no last day is superseded on every day.
    """
    if basis.effective_to is not None and day > basis.effective_to:
        return Standing.SUPERSEDED
    if basis.effective_to is None and basis.superseded_by:
        return Standing.SUPERSEDED
    if basis.effective_from is not None and day < basis.effective_from:
        return Standing.NOT_YET
    return Standing.IN_FORCE
