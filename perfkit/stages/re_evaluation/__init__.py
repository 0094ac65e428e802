"""Re-evaluation 再评价: what was wrong in self-scores, by how much, and what follows."""

from perfkit.stages.re_evaluation.evaluation import Material, evaluate, load, read_material
from perfkit.stages.re_evaluation.outcome import ReEvaluation

__all__ = ["Material", "ReEvaluation", "evaluate", "load", "read_material"]
