"""Limits of agreement 一致性界限: plain, varying with the level, as ratios, with replicates, from a mixed model."""

from perfkit.reliability.difference.limits.agreement import difference_bias, limits_of_agreement
from perfkit.reliability.difference.limits.mixed import mixed_limits
from perfkit.reliability.difference.limits.repeated import repeated_limits
from perfkit.reliability.difference.limits.replicates import long_replicates, wide_replicates
from perfkit.reliability.difference.limits.varying import heteroscedastic_limits, proportional_bias, ratio_limits

__all__ = [
    "difference_bias",
    "heteroscedastic_limits",
    "limits_of_agreement",
    "long_replicates",
    "mixed_limits",
    "proportional_bias",
    "ratio_limits",
    "repeated_limits",
    "wide_replicates",
]
