"""The map of coverage 覆盖率图: how often the intervals of this wing hold the truth, and what that says of a sample."""

from perfkit.reliability.coverage.lookup import Coverage, coverage_of, covered
from perfkit.reliability.coverage.map import CoverageMapResult, coverage_map
from perfkit.reliability.coverage.regions import (
    Region,
    design_region,
    differences_region,
    grades_region,
    scores_region,
    scores_shape,
)

__all__ = [
    "Coverage",
    "CoverageMapResult",
    "Region",
    "coverage_map",
    "coverage_of",
    "covered",
    "design_region",
    "differences_region",
    "grades_region",
    "scores_region",
    "scores_shape",
]
