"""The house stands as it was drawn: import law, sizes, manners, notebooks, root files."""

from __future__ import annotations

import ast
import graphlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from ruamel.yaml import YAML

from tests import house

ROOT = Path(__file__).resolve().parent.parent
TOP = frozenset(
    {"notebooks", "perfkit", "params", "data", "reports", "tests", "environment.yml"}
    | {"README.md", "README.zh-CN.md", "pyproject.toml", "requirements.lock", "Makefile", "LICENSE", "CHANGELOG.md"}
    | {"CONTRIBUTING.md", "CITATION.cff", ".ci", ".pre-commit-config.yaml", ".gitignore"}
)
STAGES = frozenset(
    {"00-indicator-library", "01-ex-ante-evaluation", "02-target-review", "03-dual-monitoring", "04-self-evaluation"}
    | {"05-evaluation-plan", "06-project-evaluation", "07-policy-evaluation", "08-department-evaluation"}
    | {"09-re-evaluation", "10-use-of-results", "11-disclosure", "12-assessment", "13-annual-statement"}
)
TARGETS = ("drafts", "test", "lab", "bench", "soak", "lint")
MAX_BYTES = 2_000_000
REGISTRY_HOST = re.compile(r"\b(?:files\.)?py(?:pi|thonhosted)\.org\b|\bregistry\.npm\w*\.org\b|\bdeb\.deb\w*\.org\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|farm|root|home|Users)/|\b[A-Z]:\\\\?Users\b")
# Installed with, and pinned by, the package that names it.
COMPANIONS = {"pydantic_core": "pydantic"}
# What a comment must say where the command line imports inside a function: --help has to answer at once.
LAZY = re.compile(r"\blazy\b|start-up")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


def _project_files() -> tuple[Path, ...]:
    """Return what belongs to the project: tracked files and untracked ones that git would not ignore."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode == 0 and listing.stdout:
        paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:
        # A copy without its repository: the ignored places are few and known.
        ignored = {".git", ".venv", ".uv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"}
        paths = [
            path
            for path in ROOT.rglob("*")
            if not ignored & set(path.relative_to(ROOT).parts) and _kept_in_reports(path.relative_to(ROOT))
        ]
    return tuple(sorted(path for path in paths if path.is_file()))


def _kept_in_reports(path: Path) -> bool:
    return path.parts[0] != "reports" or path.parts[1:2] in (("README.md",), ("samples",))


FILES = _project_files()
PYTHON = tuple(path for path in FILES if path.suffix == ".py")
PACKAGE = tuple(path for path in PYTHON if path.is_relative_to(ROOT / "perfkit"))
NOTEBOOKS = tuple(path for path in FILES if path.suffix == ".ipynb")
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PYTHON}


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_module(path): path for path in PACKAGE}


def _at(path: Path, faults: Iterable[str]) -> list[str]:
    return [f"{path.relative_to(ROOT)}:{fault}" for fault in faults]


def _texts() -> Iterable[tuple[Path, str]]:
    """Yield the files that are text, each with its text."""
    for path in FILES:
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            yield path, content.decode("utf-8", errors="replace")


def test_every_room_is_on_the_plan() -> None:
    unknown = [f"{name} ({path.relative_to(ROOT)})" for name, path in MODULES.items() if _room(name) is None]
    assert not unknown


def _room(module: str) -> str | None:
    room = house.room_of(module)
    return room if room in house.MAY_IMPORT and room not in {"notebook", "script"} else None


def test_import_law_of_the_package() -> None:
    assert MODULES
    found = []
    for name, path in MODULES.items():
        found += _at(path, house.unlawful_imports(house.room_of(name), TREES[path]))
    assert not found


def test_import_law_of_scripts_beside_the_package() -> None:
    scripts = [path for path in PYTHON if path.relative_to(ROOT).parts[0] not in {"perfkit", "tests"}]
    found = []
    for path in scripts:
        found += _at(path, house.unlawful_imports("script", TREES[path]))
    assert not found


def test_no_import_circle() -> None:
    names = frozenset(MODULES)
    graph = {name: house.edges(TREES[path], names) - {name} for name, path in MODULES.items()}
    try:
        order = tuple(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        pytest.fail("import circle: " + " → ".join(error.args[1]), pytrace=False)
    assert set(order) >= set(graph)


def test_no_import_inside_a_function() -> None:
    found = []
    for name, path in MODULES.items():
        excuse = LAZY if house.room_of(name) == "cli" else None
        found += _at(path, house.hidden_imports(TREES[path], path.read_text(encoding="utf-8"), excuse))
    assert not found


def test_third_party_imports_are_declared() -> None:
    providers = packages_distributions()
    declared = set(_bounds(_project()["dependencies"]))  # type: ignore[arg-type]
    found = []
    for path in PACKAGE:
        for node, name in house.imported(TREES[path]):
            top = COMPANIONS.get(name.split(".")[0], name.split(".")[0])
            if top in sys.stdlib_module_names | {"perfkit", ""}:
                continue
            # A namespace package has many providers: the one that is declared will do.
            if not declared & {_normal(provider) for provider in providers.get(top, [top])}:
                found += _at(path, [f"{node.lineno}: {top} is no dependency in pyproject.toml"])
    assert not found


def test_the_mathematics_sees_neither_files_nor_chinese() -> None:
    found = []
    for name, path in MODULES.items():
        if house.room_of(name) in house.MATHEMATICS:
            tree = TREES[path]
            found += _at(path, house.foreign_imports(tree, house.FILE_MODULES))
            found += _at(path, house.file_calls(tree))
            found += _at(path, house.chinese_literals(tree))
    assert not found


def test_show_computes_no_statistic() -> None:
    found = []
    for name, path in MODULES.items():
        if house.room_of(name) == "show":
            found += _at(path, house.foreign_imports(TREES[path], frozenset({"scipy", "statsmodels"})))
    assert not found


def test_docx_plus_stays_behind_one_file() -> None:
    users = {path.name for path in PYTHON if house.foreign_imports(TREES[path], frozenset({"docx_plus"}))}
    assert users <= {"docx_extensions.py"}


def test_files_are_short() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PYTHON}
    assert not [f"{path.relative_to(ROOT)}: {n} lines" for path, n in lines.items() if n > house.FILE_LINES]


def test_functions_are_short() -> None:
    assert not [fault for path in PYTHON for fault in _at(path, house.long_functions(TREES[path]))]


def test_no_corridor_rooms() -> None:
    parts = {part: path for path in PYTHON for part in path.relative_to(ROOT).with_suffix("").parts}
    assert not [f"{path.relative_to(ROOT)}" for part, path in parts.items() if part in house.CORRIDORS]


def test_manners() -> None:
    outside_tests = [path for path in PYTHON if not path.is_relative_to(ROOT / "tests")]
    assert not [fault for path in outside_tests for fault in _at(path, house.bad_manners(TREES[path]))]


def test_public_things_have_docstrings() -> None:
    assert not [fault for path in PACKAGE for fault in _at(path, house.missing_docstrings(TREES[path]))]


def test_nothing_is_left_unfinished() -> None:
    found = []
    for path, text in _texts():
        if path != Path(__file__) and path.suffix in {".py", ".ipynb", ".yaml", ".md"}:
            found += _at(path, [f" {match.group()}" for match in UNFINISHED.finditer(text)])
    assert not found


def test_tests_stand_in_the_rooms_they_test() -> None:
    rooms = set(house.MAY_IMPORT) | {"benchmarks", "soak", "reference", "notebooks", "data"}
    folders = {path.relative_to(ROOT).parts[1] for path in PYTHON if path.is_relative_to(ROOT / "tests")}
    assert not {name for name in folders if not name.endswith(".py")} - rooms


def test_notebooks_keep_their_form() -> None:
    found = []
    for path in NOTEBOOKS:
        stage = path.parent.name == "stages"
        found += _at(path, house.notebook_faults(path.read_text(encoding="utf-8"), stage=stage))
    assert not found


def test_notebooks_stand_where_they_belong() -> None:
    stages = {path.stem for path in NOTEBOOKS if path.parent == ROOT / "notebooks" / "stages"}
    methods = {path.stem for path in NOTEBOOKS if path.parent == ROOT / "notebooks" / "methods"}
    assert stages <= STAGES
    assert len(NOTEBOOKS) == len(stages) + len(methods)


def test_top_level_is_fixed() -> None:
    there = {path.relative_to(ROOT).parts[0] for path in FILES}
    assert there <= TOP, f"not on the plan: {sorted(there - TOP)}"
    required = TOP - {"notebooks", "params", "data", "perfkit"}
    assert required <= there, f"missing: {sorted(required - there)}"


def test_no_registry_host_and_no_machine_path() -> None:
    found = []
    for path, text in _texts():
        for number, line in enumerate(text.splitlines(), start=1):
            if match := REGISTRY_HOST.search(line) or MACHINE_PATH.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match.group()}")
    assert not found


def test_no_file_is_too_big_for_git() -> None:
    assert not [f"{path.relative_to(ROOT)}" for path in FILES if path.stat().st_size > MAX_BYTES]


def _project() -> dict[str, object]:
    project: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def _normal(name: str) -> str:
    """Return a package name in the index's normal form: ``ruamel.yaml`` is ``ruamel-yaml``."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _bounds(requirements: Iterable[str]) -> dict[str, str]:
    """Return normal name → specifier."""
    parsed = [Requirement(text) for text in requirements]
    return {_normal(item.name): str(item.specifier) for item in parsed}


def test_environment_agrees_with_pyproject() -> None:
    project = _project()
    environment = YAML(typ="safe").load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    entries = environment["dependencies"]
    (from_index,) = [entry["pip"] for entry in entries if isinstance(entry, dict)]
    named = [entry for entry in entries if isinstance(entry, str)]
    assert "pip" in named
    assert f"python{project['requires-python']}" in named
    assert from_index[-1] == "--editable ."
    packages = [entry for entry in named if entry != "pip" and not entry.startswith("python>")]
    assert _bounds([*packages, *from_index[:-1]]) == _bounds(project["dependencies"])  # type: ignore[arg-type]
    assert len(packages) + len(from_index) - 1 == len(project["dependencies"])  # type: ignore[arg-type]


def test_lock_holds_every_dependency_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|^\s*-|\bindex-url\b|\bfind-links\b| @ |file:", text, re.MULTILINE)
    pins = [Requirement(line) for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert all(re.fullmatch(r"==[\w.!+]+", str(pin.specifier)) for pin in pins)
    locked: dict[str, list[Version]] = {}
    for pin in pins:
        locked.setdefault(_normal(pin.name), []).append(Version(str(pin.specifier).removeprefix("==")))
    project = _project()
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]  # type: ignore[misc, index]
    for requirement in map(Requirement, wanted):
        versions = locked.get(_normal(requirement.name))
        assert versions, f"{requirement.name} is not in requirements.lock: run `make lock`"
        assert all(version in requirement.specifier for version in versions), f"{requirement} against {versions}"


def test_build_backend_comes_from_the_lock() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(pyproject["build-system"]["requires"]) <= set(pyproject["project"]["optional-dependencies"]["dev"])


def test_makefile_and_ci() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert not [target for target in TARGETS if not re.search(rf"^{target}:", makefile, re.MULTILINE)]
    runner = ROOT / ".ci" / "run"
    assert os.access(runner, os.X_OK)
    assert runner.read_text(encoding="utf-8").rstrip().splitlines()[-1] == "make test"


def _links(text: str) -> set[str]:
    return set(re.findall(r"\]\(([^)#\s]+)\)", text))


def test_readme_twins_say_the_same() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    for pattern in (r"^#+ ", r"^\|", r"^- "):
        assert len(re.findall(pattern, english, re.MULTILINE)) == len(re.findall(pattern, chinese, re.MULTILINE))
    commands = [
        [
            re.sub(r"\s*#.*", "", line)
            for line in "".join(re.findall(r"^```bash\n(.*?)^```", text, re.M | re.S)).split("\n")
        ]
        for text in (english, chinese)
    ]
    assert commands[0] == commands[1] != []
    assert _links(english) - {"README.zh-CN.md"} == _links(chinese) - {"README.md"}


@pytest.mark.parametrize(
    "name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "reports/README.md"]
)
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    local = {link for link in _links(page.read_text(encoding="utf-8")) if "://" not in link}
    assert not {link for link in local if not (page.parent / link).exists()}
