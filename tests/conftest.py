"""Where the shared reference material is, and the guard of the global random state."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

# Before anything imports matplotlib, in this process and in the kernels that tests start: no screen is needed.
os.environ["MPLBACKEND"] = "Agg"
# Small products are many here: threads that spin for each of them make a busy machine ten times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# No test is timed, hypothesis' examples included; the same examples everywhere, so that a clone agrees with its origin.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


def _folder(variable: str, default: Path, what: str) -> Path:
    """Return the folder that ``variable`` names, else ``default``; a named but absent folder is a failure."""
    named = os.environ.get(variable)
    if named is not None:
        folder = Path(named)
        if not folder.is_dir():
            pytest.fail(f"{variable} is set to {named!r}, which is no folder: {what} was expected there", pytrace=False)
        return folder
    if not default.is_dir():
        pytest.skip(f"{what} is not here: {variable} is not set and the default beside the checkout does not exist")
    return default


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of rules, golden values and cases (``PERFKIT_SHARED``, else beside the checkout)."""
    return _folder("PERFKIT_SHARED", ROOT.parent / "shared", "the shared reference material")


def _part_of_shared(request: pytest.FixtureRequest, variable: str, name: str, what: str) -> Path:
    """Return a folder of the shared material; where the shared material is present, its absence is a failure."""
    if variable in os.environ:
        return _folder(variable, ROOT, what)
    folder: Path = request.getfixturevalue("shared") / name
    if not folder.is_dir():
        pytest.fail(f"the shared reference material has no folder {name!r}: {what} was expected there", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def cases(request: pytest.FixtureRequest) -> Path:
    """Return the folder of real evaluation tables (``PERFKIT_CASES``, else ``cases`` of the shared material)."""
    return _part_of_shared(request, "PERFKIT_CASES", "cases", "the real evaluation tables")


@pytest.fixture(autouse=True)
def _global_random_state_untouched() -> Iterator[None]:
    """Fail a test in which numpy's global random state moved: a generator is an argument everywhere."""
    before = np.random.get_state(legacy=False)  # noqa: NPY002 - this is the state that must not move
    yield
    after = np.random.get_state(legacy=False)  # noqa: NPY002
    same = before["state"]["pos"] == after["state"]["pos"] and np.array_equal(
        before["state"]["key"], after["state"]["key"]
    )
    if not same:
        np.random.set_state(before)  # noqa: NPY002 - the next test must not be blamed for this one
        pytest.fail("numpy's global random state moved: pass a numpy.random.Generator instead", pytrace=False)
