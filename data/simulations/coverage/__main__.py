"""Simulate the map of coverage and write it down: ``python -m data.simulations.coverage [--families …]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from data.simulations.coverage.cells import FAMILIES
from data.simulations.coverage.publish import ROOT, publish
from data.simulations.coverage.runner import REPLICATIONS, finished, run

SCRATCH = ROOT / "reports" / "simulations"


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m data.simulations.coverage", description=__doc__)
    parser.add_argument("--families", default=",".join(FAMILIES), help="comma-separated; by default all of them")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--scratch", type=Path, default=SCRATCH, help="folder of finished cells: a killed run goes on")
    parser.add_argument("--no-publish", action="store_true", help="leave the stored map as it is")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Run the cells, and publish the map once there is an outcome for each."""
    wanted = _arguments(given)
    names = wanted.families.split(",")
    cells = [cell for name in names for cell in FAMILIES[name]]
    name = "-".join(names) if len(names) < len(FAMILIES) else "all"
    for done in run(cells, wanted.scratch, replications=wanted.replications, processes=wanted.processes, name=name):
        defined = done.replications - done.undefined
        share = done.covered / defined if defined else float("nan")
        sys.stdout.write(f"{share:.4f} {done.undefined:6d} {done.seconds:8.1f}s {done.name}\n")
        sys.stdout.flush()
    if wanted.no_publish:
        return 0
    outcomes = finished(wanted.scratch, wanted.replications)
    absent = [cell.name for family in FAMILIES.values() for cell in family if cell.name not in outcomes]
    if absent:
        sys.stdout.write(f"not published: {len(absent)} cells are not simulated yet, such as {absent[0]}\n")
        return 0
    publish(FAMILIES, outcomes, wanted.replications)
    # Kept only for a run that was killed: the next one begins anew.
    for path in wanted.scratch.glob("*.jsonl"):
        path.unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
