"""Sampling for re-evaluation 再评价抽样: frame, plan, sizes, selection; estimators and bounds of what was drawn."""

from perfkit.reliability.sampling.bounds import attribute_upper_bound, poisson_reliability_factor
from perfkit.reliability.sampling.bounds_money import monetary_unit_bound
from perfkit.reliability.sampling.design import (
    Design,
    Stratum,
    census,
    monetary_unit,
    picked,
    pps,
    simple_random,
    stratified,
)
from perfkit.reliability.sampling.estimators import difference_estimator, mean_per_unit, regression_estimator
from perfkit.reliability.sampling.estimators_audit import audit_total_error
from perfkit.reliability.sampling.estimators_description import describe_sample
from perfkit.reliability.sampling.estimators_ratio import ratio_estimator
from perfkit.reliability.sampling.estimators_size import hansen_hurwitz, horvitz_thompson
from perfkit.reliability.sampling.frame import SamplingFrame, sampling_frame
from perfkit.reliability.sampling.plan import sampling_plan
from perfkit.reliability.sampling.selection import purposive_sample, simple_sample, stratified_sample
from perfkit.reliability.sampling.selection_allocation import stratum_allocation
from perfkit.reliability.sampling.selection_money import monetary_unit_sample, pps_sample
from perfkit.reliability.sampling.sizes import mean_difference_size, share_bound_size, share_size
from perfkit.reliability.sampling.sizes_agreement import icc_bound_size, icc_size, kappa_bound_size, kappa_size
from perfkit.reliability.sampling.sizes_mus import monetary_unit_size

__all__ = [
    "SamplingFrame",
    "sampling_frame",
    "sampling_plan",
    "mean_difference_size",
    "share_size",
    "share_bound_size",
    "monetary_unit_size",
    "icc_size",
    "icc_bound_size",
    "kappa_size",
    "kappa_bound_size",
    "stratum_allocation",
    "simple_sample",
    "stratified_sample",
    "pps_sample",
    "monetary_unit_sample",
    "purposive_sample",
    "Design",
    "Stratum",
    "simple_random",
    "stratified",
    "pps",
    "monetary_unit",
    "census",
    "picked",
    "mean_per_unit",
    "difference_estimator",
    "ratio_estimator",
    "regression_estimator",
    "hansen_hurwitz",
    "horvitz_thompson",
    "audit_total_error",
    "describe_sample",
    "attribute_upper_bound",
    "poisson_reliability_factor",
    "monetary_unit_bound",
]
