"""Anomaly signs 异常提示 in scores: where to look, with how often honest, rounded scores give the same sign."""

from perfkit.reliability.anomaly.density_jump import density_jump
from perfkit.reliability.anomaly.density_mccrary import mccrary
from perfkit.reliability.anomaly.density_window import cutoff_binomial
from perfkit.reliability.anomaly.digits import digit_profile
from perfkit.reliability.anomaly.edge_profile import edge_profile
from perfkit.reliability.anomaly.flat_marks import flat_marks
from perfkit.reliability.anomaly.heaping import heaping
from perfkit.reliability.anomaly.multiplicity import benjamini_hochberg, holm
from perfkit.reliability.anomaly.rater_bias import affiliated_bias
from perfkit.reliability.anomaly.reachable import (
    HonestNull,
    Item,
    honest_null,
    item_of,
    observed_items,
    reachable_totals,
    stepped_item,
)
from perfkit.reliability.anomaly.repeated_vectors import repeated_vectors

__all__ = [
    "HonestNull",
    "Item",
    "affiliated_bias",
    "benjamini_hochberg",
    "cutoff_binomial",
    "density_jump",
    "digit_profile",
    "edge_profile",
    "flat_marks",
    "heaping",
    "holm",
    "honest_null",
    "item_of",
    "mccrary",
    "observed_items",
    "reachable_totals",
    "repeated_vectors",
    "stepped_item",
]
