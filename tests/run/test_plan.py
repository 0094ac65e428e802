"""The plan: what names on the command line mean, and that every problem is said at once."""

from __future__ import annotations

import pytest

from perfkit.errors import RuleError
from perfkit.run.plan import plan
from tests.run.conftest import Checkout


def test_files_and_folders_become_runs_once_each(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is read in the order of its names; a file named twice counts once."""
    second = checkout.run("beta")
    first = checkout.run("alpha")
    monkeypatch.chdir(checkout.root / "data")
    named = ["params/runs/try", str(second), "params/runs/try/alpha.yaml"]
    assert [item.run.id for item in plan(named, checkout.root)] == ["alpha", "beta"]
    assert [item.file for item in plan([second, first], checkout.root)] == [second, first]


def test_an_unknown_file_names_those_that_come_near(checkout: Checkout) -> None:
    """A misspelt path or a bare id leads to the file."""
    checkout.run("rural-water")
    for target in ("params/runs/try/rural-watr.yaml", "rural_water"):
        with pytest.raises(RuleError) as caught:
            plan([target], checkout.root)
        (problem,) = caught.value.problems
        assert problem.code == "RUN-FILE"
        assert "params/runs/try/rural-water.yaml" in problem.mend


def test_every_problem_of_every_file_comes_in_one_error(checkout: Checkout) -> None:
    """Unknown file, empty folder, two malformed files."""
    checkout.run("good")
    for run_id in ("one", "two"):
        path = checkout.run(run_id)
        path.write_text(path.read_text(encoding="utf-8") + f"unknown_{run_id}: 1\n", encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        plan(["nowhere.yaml", "params/runs/try", "data"], checkout.root)
    text = str(caught.value)
    assert [problem.code for problem in caught.value.problems].count("RUN-FILE") == 2
    assert "unknown_one" in text
    assert "unknown_two" in text


def test_a_run_id_used_twice_is_an_error(checkout: Checkout) -> None:
    """The same batch and id in two folders would write to one place."""
    original = checkout.run("alpha")
    copy = checkout.root / "params" / "runs" / "other" / "try" / "alpha.yaml"
    copy.parent.mkdir(parents=True)
    copy.write_text(original.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(RuleError, match="RUN-TWICE"):
        plan(["params/runs"], checkout.root)
