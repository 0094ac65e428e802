"""What to report and what not 信度与一致程度的选用: the chooser over the statistics of this wing."""

from perfkit.reliability.report.chooser import reliability_report
from perfkit.reliability.report.shapes import Recommendation, ReliabilityReport

__all__ = ["Recommendation", "ReliabilityReport", "reliability_report"]
