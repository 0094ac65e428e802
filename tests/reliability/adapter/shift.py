"""Golden records of paired shift → perfkit calls."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from perfkit.reliability.difference.shift import paired_t, wilcoxon_signed_rank
from tests.reliability.adapter.shapes import Call, Computed, Golden


def _sides(golden: Golden) -> tuple[pd.Series, pd.Series]:
    return golden.frame[golden.arguments["x"]], golden.frame[golden.arguments["y"]]


def _paired_t(golden: Golden) -> Computed:
    found = paired_t(*_sides(golden), level=golden.level)
    return Computed.of(found, t=found.t, df=found.df, cohen_dz=found.cohen_dz, p_greater=found.p_greater)


def _wilcoxon(golden: Golden) -> Computed:
    asked = golden.arguments
    found = wilcoxon_signed_rank(
        *_sides(golden),
        zeros=asked["zeros"],
        exact=asked["exact"],
        continuity_correction=asked["continuity_correction"],
        round_decimals=asked["round_decimals"],
        level=golden.level,
    )
    return Computed.of(found, V=found.v, n_nonzero=found.n_nonzero, walsh_median=found.walsh_median, z=found.z)


CALLS: Mapping[str, Call] = {"paired_t": _paired_t, "wilcoxon_signed_rank": _wilcoxon}
