"""Figures 图: of an evaluation here; of ratings, of generalizability and of signs in files of their own."""

from perfkit.show.drawing import Figure
from perfkit.show.figures.evaluation import option_styles, plot_funds, plot_score_rates, plot_survey

__all__ = ["Figure", "option_styles", "plot_funds", "plot_score_rates", "plot_survey"]
