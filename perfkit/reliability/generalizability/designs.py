"""Designs of a generalizability study 概化研究的设计: facets, what is nested in what, and the components that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from perfkit.errors import MethodError, Problem
from perfkit.reliability.estimate import unknown_choice

DesignName: TypeAlias = Literal["p x r", "p x i x r", "r:p", "p x (r:t)", "i x (r:p)"]
Facets: TypeAlias = frozenset[str]

PERSON = "person"


@dataclass(frozen=True, slots=True)
class Design:
    """One design 设计: its facets in order, the parent of the raters where they are nested, and its components.

    ``components`` maps the name of each component to the facets it depends on, parents of nested facets included; the
    last one is the residual (highest interaction and error). A component without the person is an effect on all persons
    alike: it adds to the absolute error only.
    """

    name: DesignName
    facets: tuple[str, ...]
    components: Mapping[str, Facets]
    parent: str | None = None

    @property
    def conditions(self) -> tuple[str, ...]:
        """Return the facets of measurement: all but the person."""
        return self.facets[1:]

    @property
    def wide(self) -> bool:
        """Return whether a table of persons by raters holds it."""
        return self.facets == (PERSON, "rater")


_P, _I, _R, _T = ("person", "item", "rater", "task")


def _design(
    name: DesignName, facets: tuple[str, ...], parent: str | None = None, **components: tuple[str, ...]
) -> Design:
    named = {component: frozenset(parts) for component, parts in components.items()}
    return Design(name, facets, {**named, "residual": frozenset(facets)}, parent)


DESIGNS: Mapping[str, Design] = {
    one.name: one
    for one in (
        _design("p x r", (_P, _R), person=(_P,), rater=(_R,)),
        _design(
            "p x i x r",
            (_P, _I, _R),
            person=(_P,),
            item=(_I,),
            rater=(_R,),
            person_item=(_P, _I),
            person_rater=(_P, _R),
            item_rater=(_I, _R),
        ),
        _design("r:p", (_P, _R), _P, person=(_P,)),
        _design("p x (r:t)", (_P, _T, _R), _T, person=(_P,), task=(_T,), rater_in_task=(_T, _R), person_task=(_P, _T)),
        _design(
            "i x (r:p)", (_P, _I, _R), _P, person=(_P,), item=(_I,), rater_in_person=(_P, _R), person_item=(_P, _I)
        ),
    )
}


def checked_design(design: str) -> Design:
    """Return the design of that name, in capitals or not; raise ``MethodError`` where there is none."""
    found = DESIGNS.get(" ".join(str(design).lower().replace("×", " x ").split()))
    if found is None:
        raise unknown_choice("design", design, tuple(DESIGNS))
    return found


def checked_facets(design: Design, numbers: Mapping[str, object]) -> None:
    """Raise ``MethodError`` where a number is given for a facet that the design does not have."""
    strange = [name for name, value in numbers.items() if value is not None and name not in design.conditions]
    if strange:
        raise MethodError(
            Problem(
                code="RL-FACET",
                where="、".join(f"n_{name}" for name in strange),
                expected="、".join(f"n_{name}" for name in design.conditions),
                found=f"设计 {design.name} 没有这个侧面",
                mend="删去该参数，或改用含有该侧面的设计",
            )
        )
