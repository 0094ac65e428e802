"""Key evaluation of a project 项目重点评价 (财预〔2020〕10号): from the run file to everything the notebook shows."""

from perfkit.stages.key_evaluation.evaluation import Evaluation, evaluate, examine, load
from perfkit.stages.key_evaluation.precheck import scoring_problems

__all__ = ["Evaluation", "evaluate", "examine", "load", "scoring_problems"]
