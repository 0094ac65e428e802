"""The batch: what is run, skipped, kept and published; a dead or killed process leaves nothing half-made."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from docx import Document

from perfkit.run.batch import Options, Outcome, run_batch
from perfkit.run.folders import RunFolder
from perfkit.run.plan import plan
from tests.run.conftest import FAIL, PROJECT, PUBLISH, SLEEP, Checkout, Listening

PATIENCE = 60


@pytest.fixture(autouse=True)
def _same_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the code's fingerprint fixed, so that whoever edits perfkit during the tests does not change the inputs."""
    monkeypatch.setattr("perfkit.run.manifest.source_hash", lambda: "same")


def _batch(checkout: Checkout, listener: Listening, **options: object) -> list[Outcome]:
    planned = plan(["params/runs"], checkout.root)
    settings = Options(root=checkout.root, reports=checkout.reports, **options)  # type: ignore[arg-type]
    return list(run_batch(planned, settings, listener))


def _content(folder: Path) -> dict[str, bytes]:
    """Return what a version promises to be the same each time: all files, of the manifest all but the durations."""
    content = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    manifest = json.loads(content.pop("manifest.json"))
    del manifest["durations"]
    return {**content, "manifest": json.dumps(manifest).encode()}


def test_modules_of_the_working_folder_are_not_imported(
    checkout: Checkout, listening: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a file named like a library nor another perfkit goes before what the parent runs with."""
    here = tmp_path / "here"
    (here / "perfkit").mkdir(parents=True)
    for name in ("docx.py", "perfkit/__init__.py"):
        (here / name).write_text("raise SystemExit('the wrong one')", encoding="utf-8")
    monkeypatch.chdir(here)
    checkout.run("alpha")
    (done,) = _batch(checkout, listening)
    assert done.state == "drafted", done.messages


def test_a_template_without_places_stops_a_run_before_its_notebook(checkout: Checkout, listening: Listening) -> None:
    Document().save(str(checkout.root / "plain.docx"))
    path = checkout.run("alpha")
    path.write_text(path.read_text(encoding="utf-8") + "template: plain.docx\n", encoding="utf-8")
    (failed,) = _batch(checkout, listening)
    assert (failed.state, "TEMPLATE-FIELD" in failed.messages[0]) == ("failed", True)
    assert not (failed.folder / "executed.ipynb").exists()


def test_a_run_leaves_one_whole_version_and_the_same_bytes_twice(checkout: Checkout, listening: Listening) -> None:
    checkout.run("alpha")
    (first,) = _batch(checkout, listening)
    assert first.state == "drafted", first.messages
    version = checkout.folder("alpha") / "v1"
    assert first.folder == version
    assert set(_content(version)) == {
        "checks.json", "draft.docx", "draft.html", "executed.ipynb", "manifest", "records.json",
        "tables/open-points.csv", "tables/score.csv", "workpaper.docx",
    }  # fmt: skip
    manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["outputs"]) == set(_content(version)) - {"manifest"}
    assert manifest["made_from"]["settings"] == {"parameters": {"run_file": "params/runs/try/alpha.yaml"}, "seed": 7}
    assert {"notebooks/tiny.ipynb", "params/runs/try/alpha.yaml", "data/alpha/评价工作簿.xlsx"} < set(
        manifest["made_from"]["inputs"]
    )
    assert first.figures["total"] == "64.99"
    assert (version / "tables" / "score.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "'=决策" in (version / "tables" / "score.csv").read_text(encoding="utf-8-sig")

    (second,) = _batch(checkout, listening, force=True)
    assert second.folder.name == "v2"
    assert _content(second.folder) == _content(version)
    assert listening.heard == ["started", "drafted"] * 2


def test_what_has_not_changed_is_skipped_and_what_has_is_run(checkout: Checkout, listening: Listening) -> None:
    checkout.run("alpha")
    _batch(checkout, listening)
    (again,) = _batch(checkout, listening)
    assert (again.state, again.folder.name, again.figures["total"]) == ("skipped", "v1", "64.99")
    (checkout.root / "data" / "alpha" / "评价工作簿.xlsx").write_bytes(b"a new figure")
    (changed,) = _batch(checkout, listening)
    assert (changed.state, changed.folder.name, changed.edited) == ("drafted", "v2", ())
    assert json.loads((checkout.folder("alpha") / "current.json").read_text()) == {"version": "v2"}


def test_an_edited_draft_is_kept_and_named(checkout: Checkout, listening: Listening) -> None:
    checkout.run("alpha")
    _batch(checkout, listening)
    draft = checkout.folder("alpha") / "v1" / "draft.docx"
    draft.write_bytes(b"edited by a person")
    (outcome,) = _batch(checkout, listening)
    assert (outcome.state, outcome.folder.name, outcome.edited) == ("drafted", "v2", ("v1/draft.docx",))
    assert draft.read_bytes() == b"edited by a person"
    (after,) = _batch(checkout, listening)
    assert (after.state, after.edited) == ("skipped", ())


def test_a_failing_cell_keeps_its_notebook_and_the_batch_goes_on(checkout: Checkout, listening: Listening) -> None:
    checkout.notebook("changing", [PUBLISH])
    checkout.run("alpha", "changing")
    checkout.run("beta")
    _batch(checkout, listening)
    checkout.notebook("changing", ["x = 1", FAIL, "y = 2"])
    failed, other = _batch(checkout, listening)
    assert (failed.state, failed.folder.name, other.state) == ("failed", "v2", "skipped")
    assert failed.messages == ("In [4] ValueError：第一行 第二行",)
    assert {path.name for path in failed.folder.iterdir()} == {"executed.ipynb", "manifest.json"}
    executed = nbformat.read(failed.folder / "executed.ipynb", as_version=4)
    assert [output.ename for cell in executed.cells for output in cell.get("outputs", ())] == ["ValueError"]
    assert executed.cells[-1].execution_count is None
    assert json.loads((checkout.folder("alpha") / "current.json").read_text()) == {"version": "v1"}


def test_our_own_problems_are_worded_line_by_line(checkout: Checkout, listening: Listening) -> None:
    code = (
        "from perfkit.errors import DataError, Problem\n"
        "shape = dict(expected='e', found='f', mend='m')\n"
        "raise DataError([Problem(code=f'WB-{n}', where='w', **shape) for n in range(2)])"
    )
    checkout.notebook("refusing", [code])
    checkout.run("alpha", "refusing")
    (outcome,) = _batch(checkout, listening)
    assert outcome.messages == tuple(f"In [3] [WB-{n}] 错误 w：应为e；实为f。改法：m" for n in range(2))


def test_a_dead_kernel_and_a_dead_worker_stop_nobody_else(checkout: Checkout, listening: Listening) -> None:
    checkout.notebook("kernel", ["import os", "os._exit(3)"])
    checkout.notebook("worker", ["import os, signal, time", "os.kill(os.getppid(), signal.SIGKILL); time.sleep(5)"])
    checkout.run("alpha", "kernel")
    checkout.run("beta", "worker")
    checkout.run("gamma")
    kernel, worker, other = _batch(checkout, listening, jobs=2)
    assert [item.state for item in (kernel, worker, other)] == ["failed", "failed", "drafted"]
    assert "内核中断" in kernel.messages[0]
    assert "信号 9" in worker.messages[0]
    assert all((item.folder / "executed.ipynb").exists() for item in (kernel, worker))


def test_a_worker_that_breaks_says_one_line_and_keeps_the_rest(
    checkout: Checkout, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No frame of a traceback reaches the screen; the log of the worker stays in the folder of the failed version."""
    checkout.run("alpha")
    (checkout.root / "site").mkdir()
    (checkout.root / "site" / "papermill.py").write_text("raise OSError('no papermill')")
    monkeypatch.setenv("PYTHONPATH", str(checkout.root / "site"))
    monkeypatch.setattr("perfkit.run.batch._environment", lambda scratch: {**os.environ})
    (broken,) = _batch(checkout, listening)
    (message,) = broken.messages
    assert message.startswith("[RUN-DIED]")
    assert "OSError: no papermill" in message
    assert "Traceback" in (broken.folder / "worker.log").read_text(encoding="utf-8")


def test_a_full_disk_is_an_outcome(checkout: Checkout, listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the results of one run find no place, the batch ends in order and leaves nothing half-made."""
    checkout.run("alpha")
    checkout.run("beta")

    def full(folder: RunFolder, staging: Path) -> Path:
        raise OSError(28, "No space left on device", str(staging))

    monkeypatch.setattr(RunFolder, "publish", full)
    outcomes = _batch(checkout, listening)
    assert [outcome.state for outcome in outcomes] == ["failed", "failed"]
    assert all("[RUN-WRITE]" in outcome.messages[0] and "磁盘空间不足" in outcome.messages[0] for outcome in outcomes)
    assert not list(checkout.reports.rglob(".making-*"))


def test_an_undeclared_parameter_and_a_bad_name_are_refused(checkout: Checkout, listening: Listening) -> None:
    checkout.notebook("other", [PUBLISH], parameters="run_fil = ''")
    checkout.run("alpha", "other")
    (outcome,) = _batch(checkout, listening)
    assert outcome.state == "failed"
    assert "RUN-PARAMETER" in outcome.messages[0]
    assert "run_fil" in outcome.messages[0]


def _perfkit(checkout: Checkout, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "perfkit", "draft", *words, "--root", str(checkout.root)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _family_asleep(process: subprocess.Popen[str], checkout: Checkout) -> list[psutil.Process]:
    """Wait until the sleeping cell runs and return worker and kernel."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        family = psutil.Process(process.pid).children(recursive=True)
        if (checkout.root / "asleep").exists():
            return family
        time.sleep(0.05)
    pytest.fail(f"the run did not begin: {process.communicate()[0]}")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_batch_leaves_nothing_half_made(checkout: Checkout, listening: Listening, how: signal.Signals) -> None:
    checkout.notebook("sleeping", [SLEEP])
    checkout.run("done")
    _batch(checkout, listening)
    checkout.run("slow", "sleeping")
    with _perfkit(checkout, "params/runs/try/slow.yaml") as process:
        family = _family_asleep(process, checkout)
        process.send_signal(how)
        printed, _ = process.communicate(timeout=PATIENCE)
    assert psutil.wait_procs(family, timeout=PATIENCE)[1] == []
    assert [path.name for path in checkout.folder("slow").iterdir() if not path.name.startswith(".making-")] == []
    if how is signal.SIGINT:
        assert process.returncode == 130
        assert "已中断" in printed
        assert list(checkout.folder("slow").iterdir()) == []
    assert {path.name for path in checkout.folder("done").iterdir()} == {"v1", "current.json"}

    checkout.notebook("sleeping", [PUBLISH])
    done, slow = _batch(checkout, listening)
    assert (done.state, slow.state, slow.folder.name) == ("skipped", "drafted", "v1")
    assert {path.name for path in checkout.folder("slow").iterdir()} == {"v1", "current.json"}


@pytest.mark.soak
def test_kills_at_any_moment_leave_whole_versions_only(checkout: Checkout, listening: Listening) -> None:
    """Every version that is there holds every file its manifest names, unchanged, and the pointer names one of them."""
    from perfkit.run.manifest import Manifest

    for run_id in ("alpha", "beta"):
        checkout.run(run_id)
    for moment in range(40):
        with _perfkit(checkout, "params/runs/try", "--force", "--jobs", "2") as process:
            time.sleep(0.1 + 0.1 * moment)
            process.kill()
            process.communicate(timeout=PATIENCE)
        for version in checkout.reports.glob("try/*/v*"):
            manifest = Manifest.read(version)
            assert manifest is not None
            assert manifest.status == "ok"
            assert manifest.touched(version) == ()
        for pointer in checkout.reports.glob("try/*/current.json"):
            assert (pointer.parent / json.loads(pointer.read_text())["version"]).is_dir()
    _batch(checkout, listening, force=True)
    assert list(checkout.reports.glob("try/*/.making-*")) == []
