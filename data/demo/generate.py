"""Write the demo engagements and departments 演示资料: ``python data/demo/generate.py [OUT]``, by default beside this file.

Everything is fictional: the city 云川市, its counties, offices, people and documents. The same seed gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rural_water
import skills_training
from materials import write_engagement

from data.demo.self_evaluation import write_city

SEED = 20250630


def generate(out: Path, seed: int = SEED) -> tuple[Path, ...]:
    """Write every demo engagement and department below ``out`` and return their folders.

    Parameters
    ----------
    out : folder that holds one folder per engagement; made where it is absent.
    seed : seed of all draws; each engagement has a generator of its own, so that one never moves another.
        The departments of the self-evaluations have seeds of their own.
    """
    folders = []
    streams = np.random.SeedSequence(seed).spawn(2)
    for build, stream in zip((rural_water.build, skills_training.build), streams, strict=True):
        engagement = build(np.random.default_rng(stream))
        write_engagement(engagement, out)
        folders.append(out / engagement.name)
    return (*folders, *write_city(out))


def main(arguments: Sequence[str]) -> int:
    """Write the engagements below the folder that is named, else beside this file."""
    out = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    folders = generate(out)
    sys.stdout.write("".join(f"{folder}\n" for folder in folders))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
