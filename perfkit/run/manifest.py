"""The manifest 运行清单: what a version was made from, what it holds, and whether either has changed since."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import perfkit
from perfkit.read.provenance import sha256_of

MANIFEST = "manifest.json"
LOCK = "requirements.lock"
_PACKAGES = (
    "docx-plus",
    "ipykernel",
    "jupyter-client",
    "matplotlib",
    "nbclient",
    "nbformat",
    "numpy",
    "openpyxl",
    "pandas",
    "papermill",
    "pydantic",
    "python-calamine",
    "python-docx",
    "ruamel.yaml",
    "scipy",
    "simpleeval",
    "statsmodels",
)
_IGNORED = (".", "~$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a version folder says of itself 运行清单.

    Parameters
    ----------
    made_from : everything that decides the content (see ``provenance``); two equal ones give the same bytes.
    outputs : path below the version folder → SHA-256, all files but the manifest.
    status : ``"ok"`` or ``"failed"``.
    draft_status, watermark : status of the draft after the gate; ``""`` without watermark.
    failure : cell and messages of a failed run.
    figures : total, grade and counts of findings for the summary.
    durations : seconds per step; the one part that is outside the promise of identical bytes.
    """

    run: str
    batch: str
    made_from: Mapping[str, Any]
    status: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    draft_status: str = ""
    watermark: str = ""
    failure: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    durations: Mapping[str, float] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write ``manifest.json`` into a folder."""
        write_json(folder / MANIFEST, asdict(self))

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """Read the manifest of a version, or None where there is none that this perfkit understands."""
        try:
            found = cls(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        parts = (found.made_from, found.outputs, found.failure, found.figures)
        return found if all(isinstance(part, Mapping) for part in parts) else None

    def touched(self, folder: Path) -> tuple[str, ...]:
        """Return the outputs that were edited or removed since they were written 已改动的输出."""
        return tuple(
            name
            for name, digest in self.outputs.items()
            if not (folder / name).is_file() or sha256_of(folder / name) != digest
        )

    def differences(self, made_from: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of what has changed since 输入变化, inputs file by file."""
        names: list[str] = []
        for key in sorted({*self.made_from, *made_from}):
            old, new = self.made_from.get(key), made_from.get(key)
            if isinstance(old, Mapping) and isinstance(new, Mapping):
                names.extend(name for name in sorted({*old, *new}) if old.get(name) != new.get(name))
            elif old != new:
                names.append(key)
        return tuple(names)


def provenance(
    root: Path, files: Iterable[Path], folders: Iterable[Path], settings: Mapping[str, object]
) -> dict[str, Any]:
    """Return what a run is made from 运行来源.

    Parameters
    ----------
    root : checkout; paths below it are named relative to it, others in full.
    files, folders : every file that is read (run file, notebook, rules, framework, template), and folders read whole.
    settings : JSON-able values that decide the result: parameters, seed.
    """
    read = [*files, *(path for folder in folders for path in sorted(folder.rglob("*")) if _counts(path, folder))]
    lock = root / LOCK
    made_from = {
        "inputs": {named(path, root): sha256_of(path) for path in dict.fromkeys(read)},
        "settings": dict(settings),
        "perfkit": {"version": perfkit.__version__, "source": source_hash()},
        "lock": sha256_of(lock) if lock.is_file() else "",
        "packages": installed(),
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    # one round through JSON, so that the comparison with a stored manifest compares like with like
    return dict(json.loads(json.dumps(made_from)))


def named(path: Path, root: Path) -> str:
    """Return a path as manifests name it: relative to the checkout where it is inside, with slashes."""
    resolved, base = path.resolve(), root.resolve()
    return resolved.relative_to(base).as_posix() if resolved.is_relative_to(base) else resolved.as_posix()


def _counts(path: Path, folder: Path) -> bool:
    """Whether a file of a data folder is an input: not hidden, and no lock file that Word or Excel leaves open."""
    inside = path.relative_to(folder).parts
    return path.is_file() and not any(part.startswith(_IGNORED) for part in inside)


@cache
def source_hash() -> str:
    """Return one hash of all code and assets of perfkit 代码指纹: the version number alone misses a local change."""
    package = Path(perfkit.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + sha256_of(path).encode())
    return digest.hexdigest()


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def installed() -> dict[str, str]:
    """Return the versions of the main packages."""
    return {package: _version(package) for package in _PACKAGES}


def write_json(path: Path, value: object) -> None:
    """Write JSON with a fixed layout: Chinese as such, keys in the order given, one final newline."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")
