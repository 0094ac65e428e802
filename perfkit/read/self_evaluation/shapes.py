"""What reading self-evaluation forms returns 自评表读入结果: one long table of every value, and three views of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from perfkit.errors import Problem

# One row a value found: where it stands, what it is, how it was read. ``row`` is the number of the item or fund row
# within its form (-1: of the form itself), ``role`` a column name of the views below.
VALUES = ("form", "file", "sheet", "cell", "part", "row", "role", "text", "number", "note")
# One row a form. Rates and shares are fractions of 1, money in 万元 as the form states, ``total`` as printed.
FORMS = (
    "form", "file", "sheet", "place", "department", "agency", "project", "name", "year", "filled_by", "phone", "date",
    "layout", "layers", "budget_begin", "budget", "executed", "printed_rate", "execution_full", "execution_score",
    "total_full", "total", "grade", "target_text", "result_text", "items", "unread",
)  # fmt: skip
# One row an indicator. ``item`` is stable within a form ("1", "2", …, "execution" for the execution rate);
# ``full`` and ``score`` in points of the form's own total of 100 (two-layer weights resolved, ``own_full`` and
# ``own_score`` as printed); ``target`` and ``actual`` numbers where they parse, with ``operator`` and ``unit``.
ITEMS = (
    "form", "item", "row", "level1", "level2", "level3", "target_text", "operator", "target", "unit", "actual_text",
    "actual", "full", "score", "own_full", "own_score", "cause", "file", "sheet", "target_cell", "actual_cell", "full_cell",
    "score_cell", "cause_cell",
)  # fmt: skip
# One row a line of the money part; ``line`` is "total", "appropriation", "carried_over", "other".
FUNDS = (
    "form", "row", "line", "label", "budget_begin", "budget", "executed", "full", "rate", "score", "file", "sheet",
    "budget_begin_cell", "budget_cell", "executed_cell", "full_cell", "rate_cell", "score_cell",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SelfEvaluations:
    """Self-evaluation forms as read 自评表.

    ``values``, ``forms``, ``items``, ``funds`` have the columns of ``VALUES``, ``FORMS``, ``ITEMS``, ``FUNDS``; what a form
    does not hold is NaN or ``""``. ``problems``: what could not be read and why (errors), what is doubtful (warnings) and
    what was normalised (infos). ``sha256`` by file, relative to the folder with ``/``.
    """

    values: pd.DataFrame
    forms: pd.DataFrame
    items: pd.DataFrame
    funds: pd.DataFrame
    problems: tuple[Problem, ...]
    sha256: Mapping[str, str]
