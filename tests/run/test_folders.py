"""Folders of a run: versions, the pointer, what is swept and what is not, paths that must not escape."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from perfkit.errors import RuleError
from perfkit.run import folders
from perfkit.run.folders import RunFolder


def _whole(folder: RunFolder) -> Path:
    staging = folder.stage()
    (staging / "draft.docx").write_bytes(b"draft")
    return folder.publish(staging)


def _gone_pid() -> int:
    """Return the number of a process that is over."""
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    return process.pid


def _named(what: str, pid: int) -> str:
    own = folders._staging_name(what)
    return own.replace(f"-{os.getpid()}", f"-{pid}")


def test_versions_count_up_and_the_pointer_names_one(tmp_path: Path) -> None:
    """A new version lands beside the old one; only ``point`` moves the pointer."""
    folder = RunFolder.inside(tmp_path, "demo", "alpha")
    assert folder.current() is None
    first = _whole(folder)
    folder.point(first)
    second = _whole(folder)
    assert (first.name, second.name) == ("v1", "v2")
    assert folder.current() == first
    folder.point(second)
    assert folder.current() == second
    assert folder.versions() == [1, 2]
    assert {entry.name for entry in folder.path.iterdir()} == {"v1", "v2", "current.json"}


def test_versions_are_ordered_as_numbers(tmp_path: Path) -> None:
    """v10 follows v9, although it sorts before it as text."""
    folder = RunFolder.inside(tmp_path, "demo", "alpha")
    for number in (9, 10):
        (folder.path / f"v{number}").mkdir(parents=True)
    assert _whole(folder).name == "v11"


def test_a_version_taken_by_another_batch_is_not_overwritten(tmp_path: Path) -> None:
    """The number is looked for again when somebody was faster."""
    folder = RunFolder.inside(tmp_path, "demo", "alpha")
    staging = folder.stage()
    (staging / "mine").touch()
    other = folder.path / "v1"
    other.mkdir()
    (other / "theirs").touch()
    assert folder.publish(staging).name == "v2"
    assert (other / "theirs").exists()


def test_sweep_removes_only_what_gone_writers_left(tmp_path: Path) -> None:
    """Live writers, other machines, versions and foreign files stay."""
    folder = RunFolder.inside(tmp_path, "demo", "alpha")
    folder.path.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as alive:
        left = folder.path / _named("v1", _gone_pid())
        left.mkdir()
        (left / "half.docx").touch()
        (folder.path / _named("current", _gone_pid())).touch()
        kept = [_named("v2", alive.pid), ".making-v1-00000000-1", ".making-v1", "v1", "我的笔记", ".making-v3-x-1"]
        for name in kept:
            (folder.path / name).mkdir()
        assert folder.sweep() == 2
        alive.communicate(b"\n")
    assert {entry.name for entry in folder.path.iterdir()} == set(kept)
    assert folder.sweep() == 1


def test_sweep_takes_a_folder_whose_number_passed_to_a_younger_process(tmp_path: Path) -> None:
    """A process that began after the folder was last touched did not write it."""
    folder = RunFolder.inside(tmp_path, "demo", "alpha")
    folder.path.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as alive:
        left = folder.path / _named("v1", alive.pid)
        left.mkdir()
        os.utime(left, (1_600_000_000, 1_600_000_000))
        assert folder.sweep() == 1
        alive.communicate(b"\n")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 3}', '{"version": "../v1"}', '{"version": "v7"}'])
def test_a_broken_pointer_counts_as_none(tmp_path: Path, text: str) -> None:
    """Whatever somebody wrote into current.json, nothing outside is taken for a version."""
    folder = RunFolder.inside(tmp_path, "demo", "alpha")
    folder.path.mkdir(parents=True)
    (tmp_path / "demo" / "v1").mkdir()
    (folder.path / "current.json").write_text(text)
    assert folder.current() is None
    (folder.path / "current.json").write_bytes(b"\xff\xfe")
    assert folder.current() is None


@pytest.mark.parametrize("name", ["..", "a/b", "a\\b", "", ".hidden", "a..b", "a.", "/abs", "a\n", "a" * 101])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    """Both batch and run id; both problems in one error."""
    with pytest.raises(RuleError) as caught:
        RunFolder.inside(tmp_path, name, name)
    assert [problem.code for problem in caught.value.problems] == ["RUN-NAME", "RUN-NAME"]


def test_a_link_out_of_reports_is_refused(tmp_path: Path) -> None:
    """A linked batch folder would let a run write anywhere."""
    reports, outside = tmp_path / "reports", tmp_path / "outside"
    reports.mkdir()
    outside.mkdir()
    (reports / "demo").symlink_to(outside)
    with pytest.raises(RuleError, match="RUN-ESCAPE"):
        RunFolder.inside(reports, "demo", "alpha")


def test_reports_itself_may_be_a_link(tmp_path: Path) -> None:
    """Reports kept on another disk are not an escape."""
    outside = tmp_path / "disk"
    outside.mkdir()
    (tmp_path / "reports").symlink_to(outside)
    version = _whole(RunFolder.inside(tmp_path / "reports", "demo", "alpha"))
    assert version.resolve().is_relative_to(outside)


def test_the_pointer_is_plain_json(tmp_path: Path) -> None:
    """Other programs read it."""
    folder = RunFolder.inside(tmp_path, "demo", "alpha")
    folder.point(_whole(folder))
    assert json.loads((folder.path / "current.json").read_text()) == {"version": "v1"}
