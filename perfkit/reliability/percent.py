"""A share in words 百分比: rounded half-up as on paper, for the texts of reservations."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

# A share is taken at so many decimals before it is rounded: 0.12249999999999998 is 0.1225.
SNAP = 9


def percent(share: float, decimals: int = 1) -> str:
    """Return a share of 1 as a percentage 百分比 with so many decimals, halves away from 0 四舍五入; what is no number as NaN.

    Notes
    -----
    Formatting a float rounds halves of its binary value, so that 0.0125 would be printed as 1.2 %. The exact decimal of
    the share, snapped to 1e-9, is rounded here. Verified in tests/reliability/test_coverage_regions.py.

    Examples
    --------
    >>> percent(0.0125), percent(0.12249999999999998), percent(0.745, 0)
    ('1.3%', '12.3%', '75%')
    """
    if not math.isfinite(share):
        return "NaN"
    exact = Decimal(repr(round(float(share), SNAP))) * 100
    return f"{exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)}%"
