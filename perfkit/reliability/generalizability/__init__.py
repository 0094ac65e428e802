"""Generalizability 概化理论: variance components of a design, dependability of planned ones, severity of raters."""

from perfkit.reliability.generalizability.connection import Group
from perfkit.reliability.generalizability.decision import DStudyResult, d_study
from perfkit.reliability.generalizability.designs import DESIGNS, DesignName
from perfkit.reliability.generalizability.planning import (
    DStudyCurveResult,
    NeededConditionsResult,
    Point,
    d_study_curve,
    needed,
)
from perfkit.reliability.generalizability.severity import RaterSeverityResult, rater_severity
from perfkit.reliability.generalizability.study import Component, GStudyResult, g_study

__all__ = [
    "DESIGNS",
    "Component",
    "DStudyCurveResult",
    "DStudyResult",
    "DesignName",
    "GStudyResult",
    "Group",
    "NeededConditionsResult",
    "Point",
    "RaterSeverityResult",
    "d_study",
    "d_study_curve",
    "g_study",
    "needed",
    "rater_severity",
]
