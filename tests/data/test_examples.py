"""The examples of the methods notebooks: typed tables as printed, constructed ones byte for byte, counts as counted."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from perfkit.errors import DataError
from perfkit.read.examples import example_table


@pytest.fixture(scope="module")
def generator(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples_generator", root / "data" / "examples" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name",
    [
        "indicator_points",
        "project_scores",
        "panel_scores",
        "sampling_frame",
        "interval_coverage",
        "signs_scores",
        "signs_marks",
        "signs_completion",
        "signs_raters",
    ],
)
def test_constructed_examples_are_made_again_byte_for_byte(root: Path, generator: ModuleType, name: str) -> None:
    stored = (root / "data" / "examples" / f"{name}.csv").read_bytes()
    assert getattr(generator, name)().to_csv(index=False, lineterminator="\n").encode() == stored


def test_every_table_is_told_in_the_readme(root: Path) -> None:
    readme = (root / "data" / "examples" / "README.md").read_text(encoding="utf-8")
    assert not [path.name for path in (root / "data" / "examples").glob("*.csv") if f"`{path.name}`" not in readme]


def test_an_unknown_name_lists_the_known_ones(root: Path) -> None:
    with pytest.raises(DataError, match="shrout_fleiss_1979") as caught:
        example_table("shrout", start=root)
    assert caught.value.problems[0].code == "EX-NAME"


def test_validation_counts_are_those_of_the_ratings(root: Path, shared: Path) -> None:
    ratings = pd.read_csv(shared / "realdata" / "asian_development_bank" / "ratings_vintage_2018.csv.gz")
    counted = pd.crosstab(ratings["pcr_overall"], ratings["pvr_overall"])
    stored = example_table("validation_2018", start=root).pivot(index="first", columns="second", values="count")
    assert counted.to_numpy().tolist() == stored.to_numpy().tolist()


def test_typed_tables_are_the_published_ones(root: Path, shared: Path) -> None:
    golden = shared / "golden" / "reliability" / "data"
    judges = pd.read_csv(golden / "shrout_fleiss_1979.csv").to_numpy().tolist()
    assert example_table("shrout_fleiss_1979", start=root).iloc[:, 1:].to_numpy().tolist() == judges
    for name, file in (("cohen_1968", "cohen_1968_3x3_n200"), ("agresti_1990", "agresti_approval_2x2")):
        frame = pd.read_csv(golden / f"{file}.csv")
        counted = pd.crosstab(frame["rater1"], frame["rater2"]).to_numpy().ravel().tolist()
        assert example_table(name, start=root)["count"].tolist() == counted
