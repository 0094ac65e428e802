"""The map of coverage 覆盖率图, simulated: ``python -m data.simulations.coverage``."""
