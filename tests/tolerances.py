"""How far two numbers may differ, and why: every comparison in the tests names one of these.

Never round before comparing; never widen a tolerance to make a comparison pass.
"""

from __future__ import annotations

# Relative. The same formula in another order of operations: the sums of this project have at most a few thousand
# terms, whose rounding stays some four digits below this.
SAME_FORMULA = 1e-10

# Relative. Both sides stop an iteration at their own criterion (REML, Brent's method, maximum likelihood).
ITERATIVE = 1e-6

# In standard errors of the simulated mean. A right value is missed less than once in ten thousand comparisons.
MONTE_CARLO = 4.0


def PRINTED(decimals: int) -> float:  # noqa: N802 - reads as one of the constants above
    """Return the absolute tolerance for a value known from print: half a unit of its last printed decimal.

    The value itself may sit on the edge of the half unit, where binary floats fall to either side: hence one part in
    a million more.
    """
    return 0.5 * 10.0**-decimals * (1 + 1e-6)
