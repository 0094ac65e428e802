"""Time the Python peers in their own environment: ``make peers``.

Stands alone: their pins clash with those of the project, so perfkit is not imported here and the environment is made
from ``peers.lock`` (from ``peers.in``). The data are seeded as in ``bench_agreement``: a true value moved by each rater;
compare with the times of ``make bench`` on the same machine.
"""

from __future__ import annotations

import platform
import resource
import sys
import warnings
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from time import perf_counter

import krippendorff
import numpy as np
import pandas as pd
import pingouin
from irrCAC.raw import CAC
from simpledorff import calculate_krippendorffs_alpha_for_df
from simpledorff.metrics import interval_metric
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa, to_table

SIZES = ((200, 5), (10_000, 5), (1_000_000, 3))
SEED = 20260101
# A call that should take longer, judged by the smaller size before it, is left out.
PATIENCE = 60.0
# A call that wants more gets a MemoryError of its own in place of the machine's whole memory.
MEMORY = 8 << 30
ROUNDS = 5
ENOUGH = 5.0
EXHAUSTED = "MemoryError"
Call = Callable[[], object]


def scores(n: int, k: int) -> np.ndarray:
    """Return one-decimal scores of 0-100: a true score, a rater's bias and an error."""
    generator = np.random.default_rng(SEED)
    true, bias = generator.normal(80, 8, (n, 1)), generator.normal(0, 2, (1, k))
    return np.clip(np.round(true + bias + generator.normal(0, 3, (n, k)), 1), 0, 100)


def grades(n: int, k: int) -> np.ndarray:
    """Return grades 1-5: a true grade, moved by at most one by each rater."""
    generator = np.random.default_rng(SEED)
    truth = generator.integers(0, 5, (n, 1))
    return np.clip(truth + generator.choice([-1, 0, 1], (n, k), p=[0.15, 0.7, 0.15]), 0, 4) + 1


def long_form(table: np.ndarray) -> pd.DataFrame:
    """Return one row per rating, as pingouin and simpledorff want it."""
    n, k = table.shape
    evaluand, rater = np.divmod(np.arange(n * k), k)
    return pd.DataFrame({"evaluand": evaluand, "rater": rater, "score": table.ravel()})


def calls(n: int, k: int) -> dict[tuple[str, str], Call]:
    """Return what is timed, by package and statistic; the shape a package asks for is made outside the time."""
    rated, graded = scores(n, k), grades(n, k)
    long, wide = long_form(rated), pd.DataFrame(rated)
    chance_corrected = pd.DataFrame(graded)
    columns = {"experiment_col": "evaluand", "annotator_col": "rater", "class_col": "score"}
    alpha = partial(krippendorff.alpha, level_of_measurement="interval")
    return {
        ("pingouin", "ICC, six forms"): partial(
            pingouin.intraclass_corr, data=long, targets="evaluand", raters="rater", ratings="score"
        ),
        ("pingouin", "Cronbach alpha"): partial(pingouin.cronbach_alpha, data=wide),
        ("krippendorff", "alpha, interval, one-decimal scores"): partial(alpha, reliability_data=rated.T),
        ("krippendorff", "alpha, interval, grades"): partial(alpha, reliability_data=graded.T),
        ("krippendorff", "alpha, ordinal, grades"): partial(
            krippendorff.alpha, reliability_data=graded.T, level_of_measurement="ordinal"
        ),
        ("simpledorff", "alpha, interval, one-decimal scores"): partial(
            calculate_krippendorffs_alpha_for_df, long, metric_fn=interval_metric, **columns
        ),
        ("irrCAC", "alpha, ordinal weights"): lambda: CAC(chance_corrected, weights="ordinal").krippendorff(),
        ("irrCAC", "AC2, quadratic"): lambda: CAC(chance_corrected, weights="quadratic").gwet(),
        ("irrCAC", "Fleiss kappa"): lambda: CAC(chance_corrected).fleiss(),
        ("scikit-learn", "Cohen kappa, quadratic, 2 raters"): partial(
            cohen_kappa_score, graded[:, 0], graded[:, 1], weights="quadratic"
        ),
        ("statsmodels", "Cohen kappa, quadratic, 2 raters"): lambda: cohens_kappa(
            to_table(graded[:, :2])[0], wt="quadratic"
        ),
        ("statsmodels", "Fleiss kappa"): lambda: fleiss_kappa(aggregate_raters(graded)[0]),
    }


def seconds(call: Call) -> float:
    """Return the best wall time of a call; no further round once the rounds have taken five seconds."""
    rounds: list[float] = []
    while len(rounds) < ROUNDS and sum(rounds) < ENOUGH:
        start = perf_counter()
        call()
        rounds.append(perf_counter() - start)
    return min(rounds)


def timed(call: Call, expected: float, before: str) -> tuple[float, str]:
    """Return the seconds of a call and what the table says of it; infinite where it was not or could not be run."""
    if before == EXHAUSTED:
        return np.inf, EXHAUSTED
    if expected > PATIENCE:
        return np.inf, f"> {PATIENCE:.0f} s"
    try:
        taken = seconds(call)
    except MemoryError:
        return np.inf, EXHAUSTED
    return taken, f"{taken:.2f} s" if taken >= 1 else f"{taken * 1000:.2f} ms"


def main() -> int:
    """Print the table of all peers; return the exit status."""
    # What the peers warn of — their own deprecated calls — is not what is measured here.
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    cells: dict[tuple[str, str], list[str]] = {}
    last: dict[tuple[str, str], float] = {}
    for place, (n, k) in enumerate(SIZES):
        growth = n * k / np.prod(SIZES[place - 1]) if place else 0.0
        for name, call in calls(n, k).items():
            texts = cells.setdefault(name, [])
            taken, text = timed(call, last.get(name, 0.0) * growth, texts[-1] if texts else "")
            last[name] = taken
            texts.append(text)
    header = ("package", "statistic", *(f"{n:,} × {k}" for n, k in SIZES))
    rows = [header, *((f"{name[0]} {version(name[0])}", name[1], *texts) for name, texts in cells.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    for row in rows:
        sides = [
            text.ljust(width) if column < 2 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        sys.stdout.write("  ".join(sides).rstrip() + "\n")
    sys.stdout.write(
        f"Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__}; best of the rounds\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
