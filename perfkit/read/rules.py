"""Rules in, one door: root, sources, rule sets, packs, frameworks, runs and the choices made in a run."""

from perfkit.read.rule_sets import find_root, load_framework, load_pack, load_rule_set, load_sources, silent_problems
from perfkit.read.runs import load_run, load_run_with_rules, rule_files
from perfkit.rulebook import choices, scoring_choices

__all__ = [
    "choices",
    "find_root",
    "load_framework",
    "load_pack",
    "load_rule_set",
    "load_run",
    "load_run_with_rules",
    "load_sources",
    "rule_files",
    "scoring_choices",
    "silent_problems",
]
