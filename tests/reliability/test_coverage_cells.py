"""The simulated cases: stored as drawn, complete, exact ones as good as they claim."""

from __future__ import annotations

import csv
import hashlib
import importlib
import inspect
import json
import math
import pkgutil
import typing
from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
import pytest

import perfkit.reliability
from data.simulations.coverage.cell import Cell
from data.simulations.coverage.cells import CELLS, FAMILIES
from data.simulations.coverage.publish import COLUMNS, FOLDER, programme_hash
from data.simulations.coverage.resampling import few
from data.simulations.coverage.runner import BLOCK, REPLICATIONS, SEED, block_tally, finished, outcome, run
from perfkit.reliability.coverage.lookup import ROWS
from perfkit.reliability.coverage.row import LEVEL, verdict
from perfkit.result import Interval, Result

TABLE = FOLDER / "coverage.csv"
STORED = json.loads((FOLDER / "coverage.json").read_text(encoding="utf-8"))
# One case of each kind of draw that takes no more than a blink.
CHEAP = (
    "cohen_kappa|fleiss_cohen_everitt_normal|weighted|skewed|30|2|two",
    "all_raters_agree|wilson||even|30|4|two",
    "icc|f_mcgraw_wong|ICC(A,1)|skewed|30|4|two",
    "cronbach_alpha|feldt|raw|even|30|4|two",
    "pearson_r|fisher_z||skewed|30|2|two",
    "pearson_r|bootstrap_bca||even|10|2|two",
)
TEST_ONLY = "a test: the field of its interval is empty by nature"
# Kinds with a field for an interval that no case stands for, and why.
WITHOUT_CASES = {
    "estimate": "the base of estimates: no statistic of its own",
    "fleiss_kappa_classic": "has no interval by nature: its standard error holds under no agreement only",
    "mixed_limits": "offers no interval: none is published",
    **dict.fromkeys(("bowker", "stuart_maxwell", "bhapkar", "ordinal_marginal_homogeneity"), TEST_ONLY),
    **dict.fromkeys(("density_jump", "mccrary", "digit_profile", "repeated_vectors"), TEST_ONLY),
}


def stored() -> dict[str, dict[str, str]]:
    """Return the stored rows by the name of their cell."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    names = ("statistic", "interval_method", "design", "shape", "n", "k", "side")
    return {"|".join(row[name] for name in names): row for row in found}


ROWS_STORED = stored()


def test_the_csv_is_the_one_that_was_made_by_this_programme() -> None:
    assert hashlib.sha256(TABLE.read_bytes()).hexdigest() == STORED["sha256"]
    assert programme_hash() == STORED["programme_sha256"]
    assert [STORED[name] for name in ("seed", "replications", "block")] == [SEED, REPLICATIONS, BLOCK]
    assert STORED["cells"] == len(ROWS_STORED) == len(CELLS)
    assert tuple(next(iter(ROWS_STORED.values()))) == COLUMNS


def test_every_cell_is_stored_under_its_own_name() -> None:
    assert list(ROWS_STORED) == [cell.name for cell in CELLS]
    assert not [name for name, count in Counter(cell.name for cell in CELLS).items() if count > 1]
    for cell in CELLS:
        row = ROWS_STORED[cell.name]
        assert row["exact"] == str(int(cell.exact))
        assert float(row["level"]) == cell.level == LEVEL
        assert int(row["replications"]) == REPLICATIONS


def test_the_table_as_code_agrees_with_the_csv() -> None:
    coded = {
        "|".join(map(str, (row.statistic, row.interval_method, row.design, row.shape, point.n, row.k, row.side))): (
            row.exact,
            point.coverage,
            point.replications,
        )
        for row in ROWS
        for point in row.points
    }
    assert coded.keys() == ROWS_STORED.keys()
    for name, row in ROWS_STORED.items():
        exact, coverage, defined = coded[name]
        assert exact == (row["exact"] == "1")
        assert defined == int(row["replications"]) - int(row["undefined"])
        assert coverage == pytest.approx(int(row["covered"]) / defined if defined else math.nan, nan_ok=True)
        assert f"{coverage:.6f}" == row["coverage"]


@pytest.mark.parametrize("name", CHEAP)
def test_the_first_block_gives_the_stored_hits_again(name: str) -> None:
    (cell,) = (cell for cell in CELLS if cell.name == name)
    row = ROWS_STORED[name]
    assert block_tally(cell, 0, float(row["truth"])).hits == int(row["first_block_hits"])


def test_exact_intervals_cover_at_least_their_level() -> None:
    low = [
        name
        for name, row in ROWS_STORED.items()
        if row["exact"] == "1"
        and verdict(float(row["coverage"]), int(row["replications"]) - int(row["undefined"]), exact=True) == "low"
    ]
    assert not low


def _kinds() -> Iterator[str]:
    """Yield the kinds of Results with an interval that public functions of the wing return."""
    for module in pkgutil.walk_packages(perfkit.reliability.__path__, "perfkit.reliability."):
        for name, function in vars(importlib.import_module(module.name)).items():
            if not inspect.isfunction(function) or function.__module__ != module.name or name.startswith("_"):
                continue
            found = typing.get_type_hints(function).get("return")
            if isinstance(found, type) and issubclass(found, Result):
                hints = typing.get_type_hints(found)
                if Interval in hints.values() or "interval_method" in hints:
                    yield found.kind


def test_every_statistic_with_an_interval_is_simulated_or_stands_in_the_list() -> None:
    kinds = set(_kinds())
    simulated = {cell.statistic for cell in CELLS}
    assert len(kinds) > 40
    assert kinds - simulated - WITHOUT_CASES.keys() == set()
    assert not simulated & WITHOUT_CASES.keys()


def test_every_method_is_simulated_at_two_sizes_at_least() -> None:
    sizes = defaultdict(set)
    for cell in CELLS:
        sizes[cell.statistic, cell.interval_method].add(cell.n)
    assert not {key: found for key, found in sizes.items() if len(found) < 2}


def test_cells_carry_words_of_the_house() -> None:
    for cell in CELLS:
        assert cell.side in ("two", "lower", "upper")
        assert cell.shape in ("", "even", "skewed", "normal", "sparse")
        assert cell.n > 0
        assert cell.k >= 0
    assert set(FAMILIES) == {
        *("agreement", "icc", "consistency", "concordance", "difference", "generalizability", "sampling", "anomaly")
    }


def _coin(share: float, name: str = "coin") -> Cell:
    """Return a cell whose interval holds the truth with a known probability, and now and then does not exist."""

    def draw(rng: np.random.Generator) -> tuple[float, float]:
        if rng.random() < 0.1:
            return math.nan, math.nan
        return (0.0, 1.0) if rng.random() < share else (2.0, 3.0)

    return Cell(statistic=name, interval_method="m", shape="even", n=10, k=0, truth=lambda: 0.5, draw=draw)


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: typing.Any) -> None:
    cells = [_coin(0.9, "a"), _coin(0.8, "b"), _coin(0.7, "c")]
    first = run(cells, tmp_path, replications=600, processes=1, name="all")
    kept = next(first)
    first.close()
    with (tmp_path / "all.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"name": "b|half')
    rest = list(run(cells, tmp_path, replications=600, processes=2, name="all"))
    assert {each.name for each in rest} == {cell.name for cell in cells[1:]}
    done = finished(tmp_path, 600)
    assert done[cells[0].name] == kept
    assert len(done) == 3
    assert not finished(tmp_path, 500)
    again = outcome(cells[1], 600)
    assert (again.covered, again.undefined) == (done[cells[1].name].covered, done[cells[1].name].undefined)
    assert 0 < again.undefined < 120
    assert again.first_block_hits == block_tally(cells[1], 0, 0.5).hits


@pytest.mark.parametrize(
    ("side", "limits", "held"),
    [
        ("two", (0.0, 1.0), True),
        ("two", (0.6, 1.0), False),
        ("two", (math.nan, 1.0), None),
        ("upper", (math.nan, 1.0), True),
        ("upper", (0.0, 0.4), False),
        ("lower", (0.5, math.nan), True),
        ("lower", (0.6, math.nan), False),
        ("lower", (math.nan, 1.0), None),
    ],
)
def test_a_limit_that_is_not_asked_for_is_not_looked_at(
    side: typing.Any, limits: tuple[float, float], held: bool | None
) -> None:
    cell = Cell(statistic="a", interval_method="b", shape="", n=1, k=0, truth=0.5, draw=lambda rng: limits, side=side)
    assert cell.holds(limits, 0.5) is held


def test_few_replicates_leave_as_much_in_the_tails_as_many() -> None:
    """Quantiles of uniform numbers: what lies below the low limit, on the mean."""
    rng = np.random.default_rng(1)
    for replicates in (100, 400):
        tail = (1 - few(replicates)["level"]) / 2
        drawn = rng.random((20_000, replicates))
        below = np.quantile(drawn, tail, axis=1)
        error = float(below.std()) / math.sqrt(len(below))
        assert abs(float(below.mean()) - (1999 * 0.025 + 1) / 2001) < 4 * error
