"""The sample of a re-evaluation 再评价抽样: from the list of projects to a plan that anybody can draw again."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from perfkit.errors import DataError, MethodError, Problem
from perfkit.read.sampling_plan_file import FRAME, LISTED, PlannedPart, PlannedSize, SamplePlan, typed
from perfkit.reliability.sampling import SamplingFrame, sampling_frame
from perfkit.reliability.sampling.design import CERTAINTY, REST, WHOLE
from perfkit.reliability.sampling.selection_money import ZERO
from perfkit.rulebook.re_evaluation import SampleChoices
from perfkit.stages.re_evaluation.sample_draw import Drawing, designs_of

OWN_NAMES = frozenset({CERTAINTY, REST, WHOLE, ZERO})


def make_plans(
    projects: pd.DataFrame, choices: SampleChoices, *, seed: int, level: float, day: date
) -> tuple[SamplePlan, ...]:
    """Return one plan a department 各部门抽样方案, in order of the departments' names.

    Parameters
    ----------
    projects : columns of ``PROJECTS``; one or several departments. The rest as :func:`make_plan`.

    Raises
    ------
    DataError, MethodError
        With the problems of all departments; also where a picked project is nowhere, or a department has none.
    """
    picked = set(choices.picked)
    unknown = sorted(picked - set(projects["project"]))
    problems = [_unknown_pick(code) for code in unknown]
    plans = []
    for _, table in projects.groupby("department", sort=True):
        own = choices.model_copy(
            update={"picked": tuple(code for code in choices.picked if code in set(table["project"]))}
        )
        try:
            plans.append(make_plan(table, own, seed=seed, level=level, day=day))
        except (DataError, MethodError) as error:
            problems.extend(error.problems)
    if problems:
        raise DataError(dict.fromkeys(problems))
    return tuple(plans)


def make_plan(projects: pd.DataFrame, choices: SampleChoices, *, seed: int, level: float, day: date) -> SamplePlan:
    """Return the plan of one department's sample 抽样方案; the order of the list of projects does not matter.

    Parameters
    ----------
    projects : columns of ``PROJECTS``; the projects of one department, each once, money 0 or above.
    choices : design, strata, precision, materiality, certainty threshold, share of double scoring.
    seed, level : of the run; ``day`` its evaluation date, which the plan bears.

    Returns
    -------
    SamplePlan
        Frame, sizes for each question, and the list with the chance of each project.

    Raises
    ------
    DataError
        Where the list is no frame: codes missing or twice, money missing or negative.
    MethodError
        Where a choice does not fit: strata without a stratified design, none with one, expected errors beyond the
        materiality, no money to draw by, nobody picked.

    Notes
    -----
    Certain projects 必选层 (declared in the list with a reason, or with money from ``certainty_from`` on) are re-scored
    anyway and carry no sampling error; the sizes are for the rest, which may err by N/(N − certain) times the
    half-width. The equal-probability sample is as large as the larger of what mean and share ask for, and at least
    ``least``. The blind double-scored subsample is drawn from each list by random numbers of its own.
    """
    table, frame = frame_of(projects, choices)
    rest = table[~table["certainty"]]
    drawing = Drawing(table=table, frame=frame, rest=rest, choices=choices, seed=seed, level=level)
    designs: list[PlannedSize] = []
    parts: list[PlannedPart] = []
    lists: list[pd.DataFrame] = []
    caveats: dict[str, None] = {}
    for draw in designs_of(choices):
        drawn = draw(drawing)
        designs.extend(drawn.sizes)
        parts.extend(drawn.parts)
        lists.append(drawn.listed)
        caveats.update(dict.fromkeys(drawn.caveats))
    listed = pd.concat(lists, ignore_index=True)
    # a project of both lists is scored once, and twice where either list says so
    listed["double_scored"] = listed["project"].isin(listed.loc[listed["double_scored"], "project"])
    department = str(table["department"].iloc[0])
    return SamplePlan(
        department=department,
        frame=typed(table, FRAME),
        frame_hash=frame.frame_hash,
        designs=tuple(designs),
        parts=tuple(parts),
        list=typed(listed.assign(department=department), LISTED),
        seed=seed,
        choices=choices,
        level=level,
        date=day,
        caveats=tuple(caveats),
    )


def frame_of(projects: pd.DataFrame, choices: SampleChoices) -> tuple[pd.DataFrame, SamplingFrame]:
    """Return the list of projects as the frame of a plan 抽样框: columns of ``FRAME`` by project, and its hash.

    Parameters
    ----------
    projects : columns of ``PROJECTS``, one department; ``choices`` decide strata and certainty.

    Raises
    ------
    DataError
        As :func:`make_plan`.
    """
    table = _frame_table(projects, choices)
    return table, sampling_frame(table, unit="project", money="money", stratum="stratum")


def _frame_table(projects: pd.DataFrame, choices: SampleChoices) -> pd.DataFrame:
    """Return the frame as a table sorted by project: stratum, and certainty with its reason."""
    table = projects.loc[:, [name for name in FRAME if name != "stratum"]].sort_values("project", kind="stable")
    table = table.reset_index(drop=True)
    declared = table["certainty"].to_numpy(dtype=bool)
    large = np.zeros(len(table), dtype=bool)
    if choices.certainty_from is not None:
        large = table["money"].to_numpy(dtype=float) >= choices.certainty_from
        size = f"金额不小于 {choices.certainty_from:.15g} 万元"
        table.loc[large & ~declared, "certainty_reason"] = size
    table["certainty"] = declared | large
    strata = pd.Series(WHOLE, index=table.index, dtype=object)
    if choices.strata:
        names = [_stratum_names(table, kind, choices) for kind in choices.strata]
        strata = pd.Series([" · ".join(parts) for parts in zip(*names, strict=True)], index=table.index, dtype=object)
        strata = strata.map(lambda text: f"{text}（层）" if text in OWN_NAMES else text)
    table["stratum"] = strata.where(~table["certainty"], CERTAINTY)
    return table


def _stratum_names(table: pd.DataFrame, kind: str, choices: SampleChoices) -> list[str]:
    """Return the stratum of each project by one attribute."""
    if kind != "money":
        return [str(text).strip() or "未填" for text in table[kind]]
    edges = choices.money_edges
    words = [f"{edge:.15g}" for edge in edges]
    bands = ["全部金额"] if not words else [f"{words[0]}万元以下", *map("{}-{}万元".format, words, words[1:])]
    bands += [f"{words[-1]}万元及以上"] if words else []
    return [bands[place] for place in np.searchsorted(edges, table["money"].to_numpy(dtype=float), side="right")]


def _unknown_pick(code: str) -> Problem:
    """Return: a picked project is in no list."""
    return Problem(
        code="SAMPLE-PICKED",
        where="re_evaluation.sample.picked",
        expected="项目清单中的项目编码",
        found=f"「{code}」",
        mend="改正编码，或补入项目清单",
    )
