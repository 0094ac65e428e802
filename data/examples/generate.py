"""Write the constructed examples of the methods notebooks: ``python data/examples/generate.py``.

The published tables beside this file are typed, not generated; README.md says where each comes from.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

# Full scores of a form of 22 indicators that add up to 100, from 1 to 15 as real forms have them.
FULL_SCORES = (1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 8, 10, 15, 3)
# Chosen, out of the first few thousand, because its coefficients are those of a real pair of tables that may not be
# shown: ICC(A,1) 0.91 on points and 0.24 on rates.
ITEM_SEED = 1945
PROJECT_SEED = 20200225
PROJECTS = 80


def indicator_points() -> pd.DataFrame:
    """Return one form scored twice, in half points: ``item``, ``full_score``, ``self_points``, ``reviewed_points``."""
    rng = np.random.default_rng(ITEM_SEED)
    full = np.array(FULL_SCORES)
    common = rng.beta(8, 2, len(full))
    first = np.clip(0.35 * common + 0.65 * rng.beta(9, 1.5, len(full)) + 0.03, 0, 1)
    second = np.clip(0.35 * common + 0.65 * rng.beta(5, 2, len(full)), 0, 1)
    points = np.round(np.column_stack([first, second]) * full[:, None] * 2) / 2
    return pd.DataFrame(
        {
            "item": [f"C{place + 1:02d}" for place in range(len(full))],
            "full_score": full,
            "self_points": points[:, 0],
            "reviewed_points": points[:, 1],
        }
    )


def project_scores() -> pd.DataFrame:
    """Return projects scored by their department and again by a reviewer: ``project``, ``self_score``, ``reviewed_score``.

    Half of the self-scores stay as they are, most others fall, a few rise: the department's score is the reviewer's
    plus a gain that is never random noise of equal size on both sides.
    """
    rng = np.random.default_rng(PROJECT_SEED)
    reviewed = np.clip(np.round(rng.normal(86, 5, PROJECTS), 1), 60, 99)
    changed = rng.random(PROJECTS) < 0.5
    gain = np.where(rng.random(PROJECTS) < 0.9, rng.gamma(2.0, 2.2, PROJECTS), -rng.gamma(1.5, 0.8, PROJECTS))
    self_score = np.clip(np.round(reviewed + changed * gain, 1), 0, 100)
    names = [f"P{place + 1:02d}" for place in range(PROJECTS)]
    return pd.DataFrame({"project": names, "self_score": self_score, "reviewed_score": reviewed})


def main() -> None:
    """Write both tables beside this file."""
    folder = Path(__file__).parent
    for name, frame in (("indicator_points", indicator_points()), ("project_scores", project_scores())):
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
