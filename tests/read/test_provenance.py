"""Hashes and the fence around the engagement folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from perfkit.errors import DataError
from perfkit.read.provenance import inside, sha256_of


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert sha256_of(tmp_path / "x") == hashlib.sha256(b"abc").hexdigest()
    with pytest.raises(DataError, match="EN-FILE"):
        sha256_of(tmp_path / "none")


@pytest.mark.parametrize("name", ["..", "../x", "a/../../x", "/x", "C:x", "C:\\x", "a\0b"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="EN-PATH"):
        inside(tmp_path, name, "A1")


@pytest.mark.parametrize("name", ["x", "a/x", "a\\x", "./x", "a/../x"])
def test_names_inside_are_paths(tmp_path: Path, name: str) -> None:
    assert inside(tmp_path, name, "A1").resolve().is_relative_to(tmp_path.resolve())
