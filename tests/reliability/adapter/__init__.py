"""From (statistic, arguments) of a golden record to a call of perfkit, family by family."""
