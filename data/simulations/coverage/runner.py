"""Run cells in blocks that anyone can run again alone 分块模拟: the same block gives the same hits in any process."""

from __future__ import annotations

import json
import multiprocessing
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.simulations.coverage.cell import Cell

SEED = 20250917
REPLICATIONS = 10_000
BLOCK = 500


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the intervals of a block or a cell: how many hold the truth, how many there were none of."""

    hits: int
    undefined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A finished cell."""

    name: str
    replications: int
    truth: float
    undefined: int
    covered: int
    first_block_hits: int
    seconds: float


def block_tally(cell: Cell, block: int, truth: float, size: int = BLOCK) -> Tally:
    """Return the tally of one block of replications."""
    rng = np.random.default_rng([SEED, zlib.crc32(cell.name.encode()), block])
    held = [cell.holds(cell.draw(rng), truth) for _ in range(size)]
    return Tally(held.count(True), held.count(None))


def outcome(cell: Cell, replications: int = REPLICATIONS) -> Outcome:
    """Return a cell simulated from end to end."""
    started = time.process_time()
    truth = cell.true_value()
    sizes = [min(BLOCK, replications - start) for start in range(0, replications, BLOCK)]
    tallies = [block_tally(cell, place, truth, size) for place, size in enumerate(sizes)]
    return Outcome(
        name=cell.name,
        replications=replications,
        truth=truth,
        undefined=sum(tally.undefined for tally in tallies),
        covered=sum(tally.hits for tally in tallies),
        first_block_hits=tallies[0].hits,
        seconds=round(time.process_time() - started, 2),
    )


def finished(scratch: Path, replications: int) -> Mapping[str, Outcome]:
    """Return what the scratch files of a folder hold; a line that a killed run left half written is passed over."""
    found: dict[str, Outcome] = {}
    for path in sorted(scratch.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = _record(line)
            if record.get("replications") == replications:
                found[record["name"]] = Outcome(**record)
    return found


def _record(line: str) -> dict[str, Any]:
    """Return a line of a scratch file, empty where it is not whole."""
    try:
        record: dict[str, Any] = json.loads(line)
    except ValueError:
        return {}
    return record


def run(cells: Iterable[Cell], scratch: Path, *, replications: int, processes: int, name: str) -> Iterator[Outcome]:
    """Yield cells as they are finished, each kept in the scratch file of that name; what is there already is skipped."""
    scratch.mkdir(parents=True, exist_ok=True)
    done = finished(scratch, replications)
    waiting = [cell for cell in cells if cell.name not in done]
    with (scratch / f"{name}.jsonl").open("a", encoding="utf-8") as file:
        # A line of its own, whatever a killed run left behind.
        file.write("\n")
        for result in _outcomes(waiting, replications, processes):
            file.write(json.dumps(asdict(result)) + "\n")
            file.flush()
            yield result


def _outcomes(cells: list[Cell], replications: int, processes: int) -> Iterator[Outcome]:
    """Yield outcomes as they come; the forked workers find the cells by their place, for a draw cannot be sent."""
    if processes == 1:
        yield from (outcome(cell, replications) for cell in cells)
        return
    _WAITING[:] = cells
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap_unordered(_waiting_outcome, [(place, replications) for place in range(len(cells))])
    _WAITING.clear()


_WAITING: list[Cell] = []


def _waiting_outcome(order: tuple[int, int]) -> Outcome:
    """Return the outcome of a waiting cell."""
    place, replications = order
    return outcome(_WAITING[place], replications)
