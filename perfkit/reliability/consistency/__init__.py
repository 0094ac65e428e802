"""Internal consistency 内部一致性 of multi-item questionnaires and expert scales; not of statutory, formative indicators."""

from perfkit.reliability.consistency.alpha import AlphaResult, cronbach_alpha
from perfkit.reliability.consistency.halves import SplitHalfResult, split_half
from perfkit.reliability.consistency.items import ItemStatistics, ItemStatisticsResult, item_statistics
from perfkit.reliability.consistency.lambdas import GuttmanResult, guttman_lambdas
from perfkit.reliability.consistency.omega import OmegaResult, omega_total

__all__ = [
    "cronbach_alpha",
    "omega_total",
    "guttman_lambdas",
    "split_half",
    "item_statistics",
    "AlphaResult",
    "OmegaResult",
    "GuttmanResult",
    "SplitHalfResult",
    "ItemStatistics",
    "ItemStatisticsResult",
]
