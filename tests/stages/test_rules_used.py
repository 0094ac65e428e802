"""Rules that were really used: silent rules with the items they touched, and the list of bases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from perfkit.rulebook.choices import Origin
from perfkit.stages.key_evaluation import Evaluation
from perfkit.terms import Operator
from tests.stages.engagements import evaluated, indicator


def silent(evaluation: Evaluation) -> dict[str, Any]:
    return {line["code"]: line for line in evaluation.silent_rules.rows}


def test_only_what_was_used_is_listed(tmp_path: Path) -> None:
    plain = silent(evaluated(tmp_path / "plain", {"indicators": [indicator("C1")]}))
    assert set(plain) == {"X04", "X14", "X15", "X18"}
    assert plain["X18"]["used_by"] == "全部指标"
    rows = [
        indicator("C1", actual=150),
        indicator("C2", target=0, actual=0, operator=Operator.AT_MOST),
        indicator("C3", absence="不适用", target=5),
    ]
    found = silent(evaluated(tmp_path / "used", {"indicators": rows}))
    assert {code: found[code]["used_by"] for code in ("X01", "X03", "X07")} == {"X01": "C1", "X03": "C2", "X07": "C3"}
    assert (found["X07"]["points_moved"], found["X01"]["points_moved"]) == (10.0, None)


def test_a_choice_says_who_made_it(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, {"indicators": [indicator("C1")]}, silent={"item_decimals": 1})
    rounding = silent(evaluation)["X04"]
    assert rounding["origin"] == f"{Origin.RUN.label}、{Origin.DEFAULT.label}"
    assert "单项得分小数位：1" in rounding["choice"]
    assert "未明确" in rounding["basis"]


def test_an_undefined_result_moves_points_under_x06(tmp_path: Path) -> None:
    rows = [indicator("C1"), indicator("C2", numerator=0, denominator=0, actual=None, unit="%")]
    evaluation = evaluated(tmp_path, {"indicators": rows})
    found = silent(evaluation)
    assert (found["X06"]["points_moved"], found["X06"]["used_by"]) == (10.0, "C2")
    assert "X07" not in found
    assert "C2指标C2（10分）为“无法计分”" in evaluation.limits


def test_bases_name_the_rules_of_the_run_and_no_practice(tmp_path: Path) -> None:
    table = evaluated(tmp_path, {"indicators": [indicator("C1")]}).bases.rows
    assert {"财预〔2020〕10号", "财监〔2021〕4号"} <= {str(line["document"]) for line in table}
    assert not {"实务做法", "本项目约定"} & {line["status"] for line in table}
    assert {line["standing"] for line in table} == {""}
    ranks = [["国家规定", "中央部门试行", "地方规定"].index(str(line["status"])) for line in table]
    assert ranks == sorted(ranks)
    assert len({(line["document"], line["clause"]) for line in table}) == len(table)


def test_a_local_pack_is_a_basis_only_where_it_is_on(tmp_path: Path) -> None:
    off, on = (
        [line for line in evaluated(tmp_path / name, {"indicators": [indicator("C1")]}, packs=packs).bases.rows
         if line["status"] == "地方规定"]
        for name, packs in (("off", ()), ("on", ("henan",)))
    )  # fmt: skip
    assert off == []
    assert len(on) == 1
