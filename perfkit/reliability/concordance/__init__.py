"""Concordance 评分次序的一致性: whether raters put evaluands in the same order."""

from perfkit.reliability.concordance.correlation import pearson_r, spearman_rho
from perfkit.reliability.concordance.mean_pairwise import mean_pairwise_spearman
from perfkit.reliability.concordance.tau import kendall_tau_b
from perfkit.reliability.concordance.w import kendall_w

__all__ = [
    "kendall_w",
    "mean_pairwise_spearman",
    "spearman_rho",
    "kendall_tau_b",
    "pearson_r",
]
