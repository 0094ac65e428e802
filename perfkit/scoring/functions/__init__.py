"""Scoring functions 计分方法: pure kernels over arrays, one rate in [0, 1] and one flag word per row."""

from perfkit.scoring.functions.attainment import Attainment, attainment, pass_line, pro_rata
from perfkit.scoring.functions.bands import interval_steps, qualitative_bands, satisfaction_steps
from perfkit.scoring.functions.checkpoints import checkpoints
from perfkit.scoring.functions.deductions import (
    base_step,
    count_threshold,
    linear_deduction,
    threshold_deduction,
    two_sided_deviation,
)
from perfkit.scoring.functions.execution import execution_interval_2021, execution_linear
from perfkit.scoring.functions.judgement import given, veto, yes_no
from perfkit.scoring.functions.points import Flag, Points
from perfkit.scoring.functions.ragged import Offsets, flatten

__all__ = [
    "Attainment",
    "Flag",
    "Offsets",
    "Points",
    "attainment",
    "base_step",
    "checkpoints",
    "count_threshold",
    "execution_interval_2021",
    "execution_linear",
    "flatten",
    "given",
    "interval_steps",
    "linear_deduction",
    "pass_line",
    "pro_rata",
    "qualitative_bands",
    "satisfaction_steps",
    "threshold_deduction",
    "two_sided_deviation",
    "veto",
    "yes_no",
]
