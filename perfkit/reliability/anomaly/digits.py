"""Last digits of scores 末位数字: which digits occur at one decimal place, against honest, rounded scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from perfkit.errors import MethodError, Problem
from perfkit.reliability.anomaly.heaping import LEAST_N
from perfkit.reliability.anomaly.reachable import WHOLE, HonestNull, checked_null
from perfkit.reliability.anomaly.scores import Floats, checked_positive, scores_of
from perfkit.reliability.anomaly.sign import (
    SignResult,
    below_least,
    checked_replicates,
    false_positives,
    own_rate,
    upper_p,
)
from perfkit.reliability.bootstrap import REPLICATES, SEED
from perfkit.reliability.estimate import UNKNOWN, checked_level, no_interval
from perfkit.terms.reliability import Statistic

DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitProfileResult(SignResult):
    """Digits at one decimal place 末位数字分布: ``value`` is half the sum of |share − honest share| over the ten digits."""

    kind: ClassVar[str] = Statistic.DIGIT_PROFILE.value

    place: float
    shares: tuple[float, ...]
    honest_shares: tuple[float, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per digit."""
        return pd.DataFrame(
            {"digit": np.arange(DIGITS), "share": self.shares, "honest_share": self.honest_shares, "p": self.p}
        )


def _shares(scores: Floats, place: float) -> Floats:
    """Return the share of each digit in each row, shape (…, 10)."""
    digits: NDArray[np.int64] = np.floor(np.round(scores / place, 6)).astype(np.int64) % DIGITS
    counts = [np.count_nonzero(digits == digit, axis=-1) for digit in range(DIGITS)]
    return np.asarray(np.stack(counts, axis=-1) / max(1, scores.shape[-1]), dtype=np.float64)


def digit_profile(
    x: ArrayLike,
    *,
    null: HonestNull,
    place: float = 0.1,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = SEED,
    least_n: int = LEAST_N,
) -> DigitProfileResult:
    """Return the digits of scores at one decimal place against honest scores 末位数字分布.

    Parameters
    ----------
    x : shape (n,), total scores, NaN where missing.
    null : distribution of honest, rounded scores (``reachable.honest_null``).
    place : decimal place, 0.1 for tenths, 1 for units.
    level, replicates, seed, least_n : see ``heaping``.

    Returns
    -------
    DigitProfileResult
        Distance of the digits from their honest shares, and its p by simulation.

    Raises
    ------
    DataError
        Where x is no column of numbers.
    MethodError
        Where the form's step is coarser than the digit: the digit then follows from the rules alone.

    Notes
    -----
    p = (b + 1)/(B + 1), b of B honest samples being at least as far from the honest shares. Digits are not supposed to
    be uniform, and first digits are not tested at all (no Benford). Source: Davison & Hinkley (1997), §4.2.2.
    Tested in ``tests/reliability/test_anomaly_heaping.py``.

    Examples
    --------
    >>> from perfkit.reliability.anomaly.reachable import honest_null, stepped_item
    >>> null = honest_null([stepped_item(100, 0.1)])
    >>> found = digit_profile([80.5, 81.0, 90.5, 85.0] * 10, null=null)
    >>> round(found.value, 2), found.p == 1 / 2001
    (0.8, True)
    """
    level = checked_level(level)
    checked_replicates(replicates)
    checked_positive("place", place)
    if checked_null(null).step > place + WHOLE:
        raise MethodError(
            Problem(
                code="AN-STEP",
                where="place",
                expected=f"不小于评分步长 {null.step:g} 的位数",
                found=f"{place:g}",
                mend="步长比该位数粗时，末位数字由评分规则决定，检验没有意义",
            )
        )
    known = scores_of(x)
    drawn = np.concatenate(
        [_shares(block, place) for block in null.blocks(known.known, replicates, np.random.default_rng(seed))]
    )
    honest = drawn.mean(axis=0)
    shares = _shares(known.values, place)
    value = float(np.abs(shares - honest).sum() / 2) if known.n else UNKNOWN
    distances = np.abs(drawn - honest).sum(axis=1) / 2
    tested = known.n >= max(1, least_n)
    rate = own_rate(distances, 1 - level) if tested else UNKNOWN
    p = upper_p(value, distances) if tested else UNKNOWN
    return DigitProfileResult(
        method=f"digit_profile:{place:g}:simulated",
        source="Davison & Hinkley (1997), §4.2.2",
        n_used=known.n,
        n_dropped=known.n_dropped,
        caveats=(false_positives(rate, level) if tested else below_least(known.n, least_n),),
        value=value,
        interval=no_interval(level),
        p=p,
        test="digits as honest scores have them, simulated",
        replicates=replicates,
        seed=seed,
        false_positive_rate=rate,
        p_simulated=p,
        place=place,
        shares=tuple(shares.tolist()),
        honest_shares=tuple(honest.tolist()),
    )
