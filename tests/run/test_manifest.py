"""The manifest: what counts as an input, what a difference is called, what an edit looks like."""

from __future__ import annotations

import json
from pathlib import Path

from perfkit.read.provenance import sha256_of
from perfkit.run.manifest import MANIFEST, Manifest, named, provenance


def _made(tmp_path: Path) -> dict[str, object]:
    return provenance(tmp_path, [tmp_path / "run.yaml"], [tmp_path / "data"], {"seed": 1})


def _inputs(tmp_path: Path) -> None:
    (tmp_path / "data" / "问卷").mkdir(parents=True)
    (tmp_path / "run.yaml").write_text("id: a")
    (tmp_path / "data" / "评价工作簿.xlsx").write_bytes(b"1")
    (tmp_path / "data" / "问卷" / "农户.csv").write_bytes(b"2")


def test_inputs_are_every_file_but_hidden_and_lock_files(tmp_path: Path) -> None:
    """What Excel leaves open beside a workbook is not an input."""
    _inputs(tmp_path)
    (tmp_path / "data" / "~$评价工作簿.xlsx").touch()
    (tmp_path / "data" / ".cache").mkdir()
    (tmp_path / "data" / ".cache" / "x").touch()
    made = _made(tmp_path)
    assert set(made["inputs"]) == {"run.yaml", "data/评价工作簿.xlsx", "data/问卷/农户.csv"}
    assert made["inputs"]["run.yaml"] == sha256_of(tmp_path / "run.yaml")


def test_differences_are_named_one_by_one(tmp_path: Path) -> None:
    """Changed, added and removed inputs, settings and the lock each by their own name."""
    _inputs(tmp_path)
    manifest = Manifest(run="a", batch="b", made_from=_made(tmp_path), status="ok")
    manifest.write(tmp_path)
    stored = Manifest.read(tmp_path)
    assert stored is not None
    assert stored.differences(_made(tmp_path)) == ()
    (tmp_path / "data" / "评价工作簿.xlsx").write_bytes(b"changed")
    (tmp_path / "data" / "问卷" / "农户.csv").unlink()
    (tmp_path / "requirements.lock").write_text("numpy==2")
    assert stored.differences(_made(tmp_path)) == ("data/评价工作簿.xlsx", "data/问卷/农户.csv", "lock")
    other = provenance(tmp_path, [tmp_path / "run.yaml"], [tmp_path / "data"], {"seed": 2})
    assert "seed" in stored.differences(other)


def test_touched_names_edited_and_removed_outputs(tmp_path: Path) -> None:
    """A missing file is as much a change as an edited one."""
    for name in ("draft.docx", "draft.html", "records.json"):
        (tmp_path / name).write_text(name)
    outputs = {path.name: sha256_of(path) for path in tmp_path.iterdir()}
    manifest = Manifest(run="a", batch="b", made_from={}, status="ok", outputs=outputs)
    assert manifest.touched(tmp_path) == ()
    (tmp_path / "draft.docx").write_text("edited")
    (tmp_path / "draft.html").unlink()
    assert set(manifest.touched(tmp_path)) == {"draft.docx", "draft.html"}


def test_a_manifest_of_another_shape_counts_as_none(tmp_path: Path) -> None:
    """An unreadable or older manifest means: run again."""
    assert Manifest.read(tmp_path) is None
    for text in ("{", "[]", '{"run": "a"}', json.dumps({"run": "a", "unknown": 1})):
        (tmp_path / MANIFEST).write_text(text)
        assert Manifest.read(tmp_path) is None
    (tmp_path / MANIFEST).write_bytes(b"\xff\xfe")
    assert Manifest.read(tmp_path) is None
    Manifest(run="a", batch="b", made_from={}, status="ok").write(tmp_path)
    whole = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))
    (tmp_path / MANIFEST).write_text(json.dumps({**whole, "outputs": [1]}))
    assert Manifest.read(tmp_path) is None


def test_paths_outside_the_checkout_are_named_in_full(tmp_path: Path) -> None:
    """Inside they are relative, so that a checkout may be moved without a new run."""
    root = tmp_path / "root"
    root.mkdir()
    assert named(root / "a" / "b", root) == "a/b"
    assert named(tmp_path / "c", root) == (tmp_path / "c").resolve().as_posix()
