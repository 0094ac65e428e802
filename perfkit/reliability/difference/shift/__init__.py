"""Shift between two scores of the same evaluands 评分偏移: how many changed, which way, how far, and tests of it."""

from perfkit.reliability.difference.shift.change import change_summary
from perfkit.reliability.difference.shift.paired import equivalence, paired_t, sign_test
from perfkit.reliability.difference.shift.wilcoxon import wilcoxon_signed_rank

__all__ = ["change_summary", "equivalence", "paired_t", "sign_test", "wilcoxon_signed_rank"]
