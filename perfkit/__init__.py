"""Budget performance evaluation 预算绩效评价: scoring, reliability of re-evaluation, report drafts."""

__version__ = "0.1.0"
