"""Desk check of every self-evaluation form 复核: findings with file and cell, and what each unit's own rule gives."""

from perfkit.checks.self_evaluation.codes import DESK_CHECKS, DeskCheck
from perfkit.checks.self_evaluation.desk import (
    DeskCheckResult,
    copied_forms,
    desk_check,
    desk_findings,
    own_rule_scores,
    own_rule_totals,
)
from perfkit.checks.self_evaluation.rules import DeskRules

__all__ = [
    "DESK_CHECKS",
    "DeskCheck",
    "DeskCheckResult",
    "DeskRules",
    "copied_forms",
    "desk_check",
    "desk_findings",
    "own_rule_scores",
    "own_rule_totals",
]
