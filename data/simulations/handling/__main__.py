"""Try the suggested handling on 200 seeds of six kinds of department: ``python -m data.simulations.handling``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from data.simulations.handling.publish import CONFUSION, FOLDER, csv_text, write
from data.simulations.handling.trial import SEEDS, STRENGTH_SEEDS


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m data.simulations.handling", description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--strength-seeds", type=int, default=STRENGTH_SEEDS)
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the tables")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Run the trials and print the confusion table."""
    wanted = _arguments(given)
    wanted.out.mkdir(parents=True, exist_ok=True)
    table = write(wanted.out, processes=wanted.processes, seeds=wanted.seeds, strength_seeds=wanted.strength_seeds)
    sys.stdout.write(csv_text(CONFUSION, table))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
