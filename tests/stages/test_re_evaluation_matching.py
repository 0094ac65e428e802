"""A form finds its project by code, else by its name in its department, and is never guessed."""

from __future__ import annotations

import pandas as pd

from perfkit.read.re_evaluation_shapes import PROJECTS
from perfkit.read.self_evaluation.shapes import FORMS, FUNDS, ITEMS, VALUES, SelfEvaluations
from perfkit.stages.re_evaluation.matching import matched


def _forms(*rows: dict[str, object]) -> SelfEvaluations:
    frame = pd.DataFrame(
        [{"department": "水务局", "file": "a.xlsx", "sheet": "表1", "place": "A1", **row} for row in rows]
    )
    forms = frame.reindex(columns=list(FORMS)).astype(object)
    forms = forms.where(forms.notna(), "")
    parts = {name: pd.DataFrame(columns=list(columns)) for name, columns in
             (("values", VALUES), ("items", ITEMS), ("funds", FUNDS))}  # fmt: skip
    return SelfEvaluations(forms=forms, problems=(), sha256={}, **parts)


PROJECT_LIST = pd.DataFrame(
    [
        {"department": "水务局", "agency": "供水站", "project": "W001", "name": "农村饮水（2024年）项目"},
        {"department": "水务局", "agency": "排水处", "project": "W002", "name": "管网养护"},
        {"department": "水务局", "agency": "河道处", "project": "W003", "name": "管网养护"},
        {"department": "教育局", "agency": "一中", "project": "E001", "name": "校舍维修"},
    ]
).reindex(columns=list(PROJECTS))


def test_by_code_by_name_and_not_by_guess() -> None:
    read = _forms(
        {"form": "F1", "project": "w001", "name": "别的写法"},
        {"form": "F2", "project": "", "name": "农村饮水 (２０２４年)项目"},
        {"form": "F3", "project": "", "name": "管网养护"},
        {"form": "F4", "project": "", "name": "校舍维修"},
        {"form": "F5", "project": "W002", "name": "农村饮水（2024年）项目"},
        {"form": "F6", "project": "", "name": ""},
        {"form": "F7", "project": "W999", "name": "农村饮水（2024年）项目"},
    )
    found, problems = matched(read, PROJECT_LIST)
    assert list(found.forms["project"]) == ["W001", "W001", "", "", "W002", "", "W001"]
    assert list(found.forms["agency"][:2]) == ["供水站", "供水站"]
    assert [(problem.code, problem.severity.value) for problem in problems] == [
        ("RE-CODE-NAME", "info"), ("RE-SAME-NAME", "warning"), ("RE-UNKNOWN-PROJECT", "warning"),
        ("RE-CODE-NAME", "warning"), ("RE-UNKNOWN-PROJECT", "warning"),
        ("RE-CODE-NAME", "warning"),
    ]  # fmt: skip
    assert read.forms["project"].iloc[0] == "w001"


def test_a_form_in_the_folder_of_another_department_is_told() -> None:
    found, problems = matched(_forms({"form": "F1", "project": "E001", "name": "校舍维修"}), PROJECT_LIST)
    assert list(found.forms["project"]) == ["E001"]
    assert [(problem.code, problem.found) for problem in problems] == [("RE-DEPARTMENT", "编码 E001 属教育局")]


def test_no_form_and_an_empty_list() -> None:
    assert matched(_forms(), PROJECT_LIST)[0].forms.empty
    found, problems = matched(_forms({"form": "F1", "name": "管网养护"}), PROJECT_LIST.iloc[:0])
    assert list(found.forms["project"]) == [""]
    assert list(found.forms["name"]) == ["管网养护"]
    assert len(problems) == 1
