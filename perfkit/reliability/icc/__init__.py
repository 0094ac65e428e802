"""Intraclass correlation 组内相关系数: six forms, variance components, rater bias, measurement error."""

from perfkit.reliability.icc.coefficient import IccResult, icc
from perfkit.reliability.icc.components import VarianceComponentsResult, variance_components
from perfkit.reliability.icc.error import MeasurementErrorResult, measurement_error
from perfkit.reliability.icc.forms import FORMS, Form
from perfkit.reliability.icc.table import IccTableResult, icc_table

__all__ = [
    "FORMS",
    "Form",
    "IccResult",
    "IccTableResult",
    "MeasurementErrorResult",
    "VarianceComponentsResult",
    "icc",
    "icc_table",
    "measurement_error",
    "variance_components",
]
