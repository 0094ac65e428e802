"""Regressions of difference 方法比对回归: the line of one rating on another where both carry errors."""

from __future__ import annotations

from perfkit.reliability.difference.regression_deming import deming, weighted_deming
from perfkit.reliability.difference.regression_line import DemingResult, LineResult, PassingBablokResult
from perfkit.reliability.difference.regression_passing_bablok import passing_bablok

__all__ = ["deming", "weighted_deming", "passing_bablok", "LineResult", "DemingResult", "PassingBablokResult"]
