"""The demo engagements: remade byte for byte, free of errors, free of contradictions, and nobody real in them."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest

from perfkit.methods.survey import satisfaction
from perfkit.read.engagement import Engagement, Row, check_engagement, read_engagement
from perfkit.show.record import PLACEHOLDER, RecordBook
from perfkit.stages import key_evaluation
from perfkit.terms import Absence, Adoption, FundRow, ScoringFunction, Severity

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "data" / "demo"
NAMES = ("rural-water", "skills-training")
SHARES = (1.0, 0.75, 0.5, 0.25, 0.0)
NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(%|万元|公里|人次|座|套|只|起|厂次|份)")
PEOPLE = {
    *("张评", "李估", "王核", "孙访", "赵专", "钱专"),
    *("周评", "吴估", "郑核", "冯访", "何专", "施专"),
}
REAL_PLACES = re.compile(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南"
    "|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|郑州|广州|深圳|杭州|南京|武汉|成都|昆明|长沙|合肥|西安"
)


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _generated(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module", params=NAMES)
def engagement(request: pytest.FixtureRequest) -> Engagement:
    return read_engagement(DEMO / request.param)


def _generated(out: Path) -> Path:
    command = [sys.executable, "-B", str(DEMO / "generate.py"), str(out)]
    # The package is found in the checkout even where it is not installed.
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
    return out


def _files(folder: Path) -> dict[str, bytes]:
    paths = (path for name in NAMES for path in (folder / name).rglob("*"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(paths) if path.is_file()}


def test_the_same_seed_gives_the_same_bytes(remade: Path, tmp_path: Path) -> None:
    assert _files(remade) == _files(_generated(tmp_path))


def test_what_is_stored_is_what_the_generator_writes(remade: Path) -> None:
    stored, made = _files(DEMO), _files(remade)
    assert stored.keys() == made.keys()
    assert not [name for name in made if _content(DEMO / name) != _content(remade / name)]


def _content(path: Path) -> object:
    """Return the bytes, of a workbook those of its parts: another zlib may pack the same parts differently."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


@pytest.mark.parametrize("name", NAMES)
def test_check_finds_no_error_and_no_warning(name: str) -> None:
    found = check_engagement(DEMO / name)
    assert not [str(problem) for problem in found if problem.severity is not Severity.INFO]


def test_weights_make_a_hundred_and_output_and_benefit_sixty(engagement: Engagement) -> None:
    rows = engagement.tables["indicators"]
    weights = {level: sum(row.value("full_score") for row in rows if row.text("level1") == level) for level in
               ("决策", "过程", "产出", "效益")}  # fmt: skip
    assert weights == {"决策": 15, "过程": 20, "产出": 35, "效益": 30}


def test_funds_add_up_and_flow_downward(engagement: Engagement) -> None:
    rows = engagement.tables["funds"]
    details = [row for row in rows if row.value("row_type") is FundRow.DETAIL]
    (total,) = [row for row in rows if row.value("row_type") is FundRow.TOTAL]
    for column in ("budget", "received", "executed"):
        assert math.fsum(row.value(column) for row in details) == pytest.approx(total.value(column), abs=1e-9)
    assert all(row.value("executed") <= row.value("received") <= row.value("budget") for row in details)


def _half_up(value: float, decimals: int) -> Decimal:
    return Decimal(repr(round(value, 9))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _satisfaction(engagement: Engagement) -> Iterator[float]:
    """Yield the satisfaction of each survey and of its groups in percent; pooled answers where only counts exist."""
    values = np.append(SHARES, np.nan)
    for responses in engagement.responses.values():
        index = np.where(np.isnan(responses.answers), 5, responses.answers).astype(int)
        person = np.nanmean(values[index], axis=1) * 100
        yield float(np.mean(person))
        for group in set(responses.groups or ()):
            yield float(np.mean(person[np.asarray(responses.groups) == group]))
    counted = [[row.value(f"option{k}") for k in range(1, 6)] for row in engagement.tables["survey_counts"]]
    if counted:
        yield sum(sum(map(float.__mul__, SHARES, map(float, row))) for row in counted) / sum(map(sum, counted)) * 100


def _held(engagement: Engagement) -> set[Decimal]:
    """Return every number of the cells, and every quotient and difference that the texts are allowed to print."""
    numbers: list[float] = [*_satisfaction(engagement), 100.0]
    for table in engagement.tables.values():
        for row in table:
            numbers += [float(cell.value) for cell in row.cells.values() if isinstance(cell.value, (int, float))]
            numbers += _derived(row)
    for table, group in (("funds", "agency"), ("funds", "use"), ("funds", "source")):
        for name in {row.text(group) for row in engagement.tables[table]}:
            rows = [row for row in engagement.tables[table] if row.text(group) == name]
            budget, received, executed = (
                math.fsum(row.value(column, 0.0) for row in rows) for column in ("budget", "received", "executed")
            )
            numbers += [budget, received, executed, budget - received, budget - executed, executed / received * 100]
    variables = {row.text("variable"): row.value("value") for row in engagement.tables["variables"]}
    numbers += [variables["a"] / variables["b"], variables["a"] / variables["b"] * 10_000]
    plain = {_half_up(number, decimals) for number in numbers for decimals in (0, 1, 2)}
    # What a threshold means is written in the rule of the item.
    rules = {Decimal(text.replace(",", "")) for row in engagement.tables["indicators"]
             for text in re.findall(r"\d[\d,]*(?:\.\d+)?", row.text("rule_text"))}  # fmt: skip
    return plain | rules


def _derived(row: Row) -> list[float]:
    """Return the rates of one row."""
    pairs = (("numerator", "denominator"), ("actual", "target"), ("actual", "plan"), ("executed", "received"))
    quotients = [
        row.value(above) / row.value(below) * 100
        for above, below in pairs
        if {above, below} <= row.cells.keys()
        and isinstance(row.value(above), float)
        and isinstance(row.value(below), float)
        and row.value(below)
    ]
    short = [row.value("budget") - row.value("received")] if "received" in row.cells else []
    return quotients + short


# Numbers that only a text holds: they come from vouchers, samples and base tables that the workbook does not repeat.
ONLY_IN_TEXT: dict[str, set[str]] = {
    "rural-water": {"108", "5.8", "9.1"},
    "skills-training": {"38.60", "1.92", "1418"},
}


def test_every_number_of_an_opinion_is_a_number_of_a_cell(engagement: Engagement) -> None:
    held = _held(engagement) | {Decimal(text) for text in ONLY_IN_TEXT[engagement.folder.name]}
    texts = [(row.text("code"), row.text("opinion")) for row in engagement.tables["indicators"]]
    texts += [(row.text("id"), row.text("facts")) for row in engagement.tables["problems"]]
    stray = [
        f"{name}: {number}{unit}"
        for name, text in texts
        for number, unit in NUMBER.findall(text)
        if Decimal(number.replace(",", "")) not in held
    ]
    assert not stray


def test_numbers_of_an_opinion_belong_to_its_own_row(engagement: Engagement) -> None:
    for row in engagement.tables["indicators"]:
        below, above = row.value("denominator"), row.value("numerator")
        if not below:
            continue
        printed = row.text("opinion").replace(",", "")
        rate = f"{_half_up(above / below * 100, 2)}%"
        assert rate in printed or "足额" in printed, f"{row.text('code')} does not print {rate}"
        assert f"{above:.2f}" in printed or f"{above:.0f}" in printed, row.text("code")


def test_numbers_only_in_text_make_the_amount_of_their_problem() -> None:
    rows = read_engagement(DEMO / "skills-training").tables["problems"]
    assert next(row for row in rows if row.text("id") == "P02").value("amount") == pytest.approx(38.60 + 1.92)


def test_rule_text_names_the_points_that_are_judged(engagement: Engagement) -> None:
    for row in engagement.tables["indicators"]:
        if row.value("function") is not ScoringFunction.CHECKPOINTS:
            continue
        points = [point for point in engagement.tables["checkpoints"] if point.text("code") == row.text("code")]
        assert len(set(re.findall("[①-⑧]", row.text("rule_text")))) == len(points)
        assert set(re.findall("[①-⑧]", row.text("opinion"))) == {chr(0x245F + p.value("number")) for p in points}
        assert all(point.text("text") in row.text("rule_text") for point in points)


def test_opinions_cite_the_evidence_of_their_row(engagement: Engagement) -> None:
    known = {row.text("id") for row in engagement.tables["evidence"]}
    for row in engagement.tables["indicators"]:
        cited = set(re.findall(r"\[(E\d+)\]", row.text("opinion")))
        assert cited == set(row.value("evidence")) <= known, row.text("code")


def test_base_tables_and_cells_agree() -> None:
    water, training = (read_engagement(DEMO / name) for name in NAMES)
    for done, name, code in ((water, "实际改造管网长度", "C101"), (water, "实际新增覆盖人口", "C103"),
                             (training, "补贴性培训人次", "C101"), (training, "取得证书人次", "C102")):  # fmt: skip
        row = next(row for row in done.tables["indicators"] if row.text("code") == code)
        assert _sum_of_base_tables(done.folder, name) == pytest.approx(row.value("actual"), abs=1e-9)


def _sum_of_base_tables(folder: Path, name: str) -> float:
    openpyxl = pytest.importorskip("openpyxl")
    total = 0.0
    for path in sorted((folder / "基础数据表").iterdir()):
        rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
        total += sum(float(row[1]) for row in rows if row[0] == name)
    return total


def test_surveys_hold_as_many_respondents_as_they_say(engagement: Engagement) -> None:
    for row in engagement.tables["surveys"]:
        responses = engagement.responses.get(row.text("id"))
        if responses is None:
            totals = {sum(line.value(f"option{k}") for k in range(1, 6)) for line in engagement.tables["survey_counts"]}
            assert totals == {row.value("valid")}
        else:
            assert len(responses.answers) == row.value("valid")
            assert len(responses.answers) + len(responses.dropped) == row.value("returned")
            assert np.isnan(responses.answers).any()


def test_what_the_demos_are_there_to_show() -> None:
    water, training = (read_engagement(DEMO / name) for name in NAMES)
    used = {row.value("function") for done in (water, training) for row in done.tables["indicators"]}
    # The last two are those of the central trial guide 101号, which binds no city.
    never = {
        *(ScoringFunction.GIVEN, ScoringFunction.VETO),
        *(ScoringFunction.EXECUTION_INTERVAL_2021, ScoringFunction.SATISFACTION_STEPS),
    }
    assert used == set(ScoringFunction) - never
    absences = [{row.value("absence") for row in done.tables["indicators"]} - {None} for done in (water, training)]
    assert absences == [{Absence.NOT_APPLICABLE}, {Absence.NOT_DUE}]
    for done in (water, training):
        assert {row.value("adoption") for row in done.tables["comments"]} == set(Adoption)
        assert any(len(row.value("indicators")) > 2 for row in done.tables["problems"])


def test_subgroup_means_of_the_opinion_are_those_of_the_respondents() -> None:
    water = read_engagement(DEMO / "rural-water")
    (survey,) = water.tables["surveys"]
    responses = water.responses["W1"]
    result = satisfaction(
        responses.answers, scale=tuple(map(float, survey.value("scale"))), access=survey.value("access"),
        framed=True, population=survey.value("population"), returned_share=420 / 480, groups=responses.groups,
    )  # fmt: skip
    means = {name: mean for name, _, mean in result.groups}
    assert {name: size for name, size, _ in result.groups} == {
        "青岚县": 110, "白石县": 89, "柳汀县": 84, "鹭洲区": 62, "杏坪县": 67,
    }  # fmt: skip
    opinion = next(row for row in water.tables["indicators"] if row.text("code") == "D401").text("opinion")
    assert dict(re.findall(r"(\w{2}[县区])(\d\d\.\d\d%)", re.sub("[、，和于]", " ", opinion))) == {
        name: f"{_half_up(mean * 100, 2)}%" for name, mean in means.items()
    }
    assert max(means["白石县"], means["杏坪县"]) < min(means["青岚县"], means["柳汀县"], means["鹭洲区"])


def test_dates_run_from_evidence_to_report(engagement: Engagement) -> None:
    base = engagement.overview["evaluation_date"].value
    run = (ROOT / "params" / "runs" / "demo" / f"{engagement.folder.name}.yaml").read_text(encoding="utf-8")
    (report,) = re.findall(r"report_date: (\S+)", run)
    assert f"evaluation_date: {base}" in run
    for row in engagement.tables["evidence"]:
        obtained, document = row.value("date"), row.text("document")
        assert obtained.isoformat() < report
        # What tells the state on the base date cannot be had before it.
        assert (obtained > base) == ("截至2025年6月30日" in document), document
    schedule = re.findall(r"(?<!（)(\d+)月(\d+)日", str(engagement.overview["schedule"].value).replace("2025年", ""))
    days = [(int(month), int(day)) for month, day in schedule]
    assert days == sorted(days)
    assert days[-1] == (7, 15)
    visits = [(row.value("date").month, row.value("date").day) for row in engagement.tables["fieldwork"]]
    assert visits == sorted(visits)
    assert days[4] <= visits[0] <= visits[-1] <= days[5]


def test_every_lost_item_is_in_a_problem_with_its_numbers(engagement: Engagement) -> None:
    evaluation = key_evaluation.load(f"params/runs/demo/{engagement.folder.name}.yaml", ROOT)
    assert not [row for row in evaluation.problems.rows if row["suggested"]]
    # By hand: 45 ÷ 46, 43 ÷ 46; 9148 ÷ 9864; 5910 ÷ 6500, 2954 ÷ 4000, 1000 ÷ 1500; the open survey of learners.
    wanted = {
        "rural-water": {"P03": ("11,260只", "97.83%", "93.48%")},
        "skills-training": {"P05": ("92.74%", "90.92%", "73.85%", "66.67%", "82.94%")},
    }
    facts = {row.text("id"): row.text("facts") for row in engagement.tables["problems"]}
    for problem, numbers in wanted[engagement.folder.name].items():
        assert not [number for number in numbers if number not in facts[problem]]


def test_scores_after_the_comments_are_the_final_scores(engagement: Engagement) -> None:
    book = RecordBook(key_evaluation.load(f"params/runs/demo/{engagement.folder.name}.yaml", ROOT).records)
    rows = [row for row in engagement.tables["comments"] if row.value("after") is not None]
    assert len(rows) == 3
    for row in rows:
        (code,) = row.value("indicators")
        assert row.value("after") == pytest.approx(book[f"item.{code}.score"].value, abs=1e-9)
        moved = row.value("after") - row.value("before")
        assert moved > 0 if row.value("adoption") is not Adoption.REFUSED else moved == 0


def test_cost_per_head_counts_the_same_people_above_and_below() -> None:
    training = read_engagement(DEMO / "skills-training")
    spent, people = (row.value("value") for row in training.tables["variables"])
    uses = {"企业职工技能培训补贴", "重点群体就业技能培训补贴", "新就业形态从业人员培训补贴"}
    rows = [row for row in training.tables["funds"] if row.text("use") in uses]
    assert {row.text("use") for row in rows} == uses
    assert spent == pytest.approx(math.fsum(row.value("executed") for row in rows), abs=1e-9)
    points = [row for row in training.tables["checkpoints"] if row.text("code") == "C103"]
    assert people == sum(point.value("actual") for point in points) == 9864


def test_unfiled_bodies_are_those_that_fieldwork_found() -> None:
    notes = [row.text("note") for row in read_engagement(DEMO / "skills-training").tables["fieldwork"]]
    assert sum("未归档" in note for note in notes) == 3


def test_two_to_four_places_stay_open_for_a_person(engagement: Engagement) -> None:
    """What stays open: empty cells that a draft marks once or twice, and marks in the texts themselves."""
    empty = [code for code in ("practices", "other", "limits") if not engagement.overview[code].value]
    blank = [row for row in engagement.tables["problems"] for code in ("deadline", "proof") if not row.text(code)]
    # Advice is printed in its chapter and again in the annex.
    marks = 2 * sum(len(PLACEHOLDER.findall(row.text("advice"))) for row in engagement.tables["problems"])
    assert 2 <= len(empty) + len(blank) + marks <= 4


def test_demo_is_marked_everywhere(engagement: Engagement) -> None:
    assert engagement.overview["is_demo"].value is True
    assert "虚构" in str(engagement.overview["background"].value)
    for path in (engagement.folder / "佐证材料").iterdir():
        assert path.read_text(encoding="utf-8").startswith("【演示数据】")


def _texts(engagement: Engagement) -> str:
    cells = [*engagement.overview.values(), *(cell for table in engagement.tables.values() for row in table
                                              for cell in row.cells.values())]  # fmt: skip
    extracts = [path.read_text(encoding="utf-8") for path in (engagement.folder / "佐证材料").iterdir()]
    return "\n".join([*(cell.raw for cell in cells), *extracts])


def test_nobody_and_no_place_is_real(engagement: Engagement) -> None:
    text = _texts(engagement)
    assert not REAL_PLACES.findall(text)
    named = {name for row in engagement.tables["indicators"] for name in row.text("rater").split("、")}
    named |= {row.text("rater") for row in engagement.tables["experts"]}
    named |= {str(engagement.overview["lead_evaluator"].value)}
    assert named <= PEOPLE
    assert not re.search(r"1[3-9]\d{9}|\d{17}[\dXx]|@", text)


def test_wording_is_neutral(engagement: Engagement) -> None:
    assert not re.findall("严重|故意|恶意|虚高|加强管理|不够细|项目项目", _texts(engagement))


def test_local_documents_say_that_they_are_made_up(engagement: Engagement) -> None:
    assert not re.findall(r"云\w+〔\d{4}〕(?!演示)", _texts(engagement))
