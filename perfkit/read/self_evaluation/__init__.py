"""Self-evaluation forms in 自评表读入: what units return out of their budget systems."""

from perfkit.read.self_evaluation.folder import read_self_evaluations
from perfkit.read.self_evaluation.shapes import SelfEvaluations

__all__ = ["read_self_evaluations", "SelfEvaluations"]
