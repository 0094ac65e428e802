"""Regressions of difference 方法比对回归: the line of one rating on another where both carry errors."""

from __future__ import annotations

from perfkit.reliability.difference.regression.deming_lines import deming, weighted_deming
from perfkit.reliability.difference.regression.line import DemingResult, LineResult, PassingBablokResult
from perfkit.reliability.difference.regression.passing_bablok_line import passing_bablok

__all__ = ["deming", "weighted_deming", "passing_bablok", "LineResult", "DemingResult", "PassingBablokResult"]
