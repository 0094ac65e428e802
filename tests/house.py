"""The laws of the house as detectors over source text: each returns what breaks the law, as ``line: what``."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

FILE_LINES = 400
FUNCTION_LINES = 60
CELL_LINES = 15

GROUND = frozenset({"terms", "errors", "result", "rulebook", "tree", "trace"})
MATHEMATICS = frozenset({"scoring", "reliability", "methods"})
WINGS = MATHEMATICS | {"read", "show"}
_HALL = GROUND | MATHEMATICS | {"read"}

# Who may import whom; a room may always import itself.
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(GROUND, GROUND),
    **{wing: GROUND | {wing} for wing in WINGS},
    "stages": _HALL | {"stages", "checks"},
    "checks": _HALL | {"checks"},
    "run": GROUND | {"read", "show", "checks", "run"},
    "cli": GROUND | {"run", "stages", "checks", "read", "cli"},
    "__init__": frozenset(),
    "__main__": frozenset({"cli"}),
    "notebook": frozenset({"stages", "show"}),
    # what writes demo data and simulations uses the house as a user would, but not its drawing room
    "script": _HALL | {"stages", "checks"},
}
CORRIDORS = frozenset({"utils", "util", "helpers", "helper", "common", "misc"})
FILE_MODULES = frozenset(
    {"os", "io", "pathlib", "json", "csv", "zipfile", "shutil", "sqlite3", "pickle"}
    | {"ruamel", "openpyxl", "python_calamine", "docx", "nbformat"}
)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_PATH_LIKE = re.compile(
    r"\A[\w.~-]*[/\\][\w./\\-]+\Z|\.(?:xlsx|csv|ya?ml|json|docx|html|png|parquet|ipynb)\Z", re.ASCII
)
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DOCUMENTED = (ast.Module, ast.ClassDef, *_FUNCTIONS)


def room_of(module: str) -> str:
    """Return the room of a dotted module name: ``perfkit.show.tables`` → ``show``, ``perfkit`` → ``__init__``."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imported(tree: ast.AST) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Yield every import statement with each dotted name it asks for; relative ones keep their dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from ((node, f"{base}.{alias.name}") for alias in node.names)


def unlawful_imports(room: str, tree: ast.AST) -> list[str]:
    """Return the imports that ``room`` may not make, relative ones included."""
    allowed = MAY_IMPORT.get(room, frozenset()) | {room}
    found = []
    for node, name in imported(tree):
        if name.startswith("."):
            found.append(f"{node.lineno}: relative import of {name}")
        elif name.startswith("tests"):
            found.append(f"{node.lineno}: imports the tests")
        elif name == "perfkit" or name.startswith("perfkit."):
            target = room_of(name)
            # The package itself holds nothing but its version.
            if target not in allowed and name not in {"perfkit", "perfkit.__version__"}:
                found.append(f"{node.lineno}: {room} imports {name}")
    return found


def edges(tree: ast.AST, modules: frozenset[str]) -> set[str]:
    """Return the modules of ``modules`` that the source imports."""
    found = set()
    for _, name in imported(tree):
        while name and name not in modules:
            name = name.rpartition(".")[0]
        if name and name != "perfkit":
            found.add(name)
    return found


def foreign_imports(tree: ast.AST, forbidden: frozenset[str]) -> list[str]:
    """Return the imports whose top package is in ``forbidden``."""
    return [f"{node.lineno}: imports {name}" for node, name in imported(tree) if name.split(".")[0] in forbidden]


def hidden_imports(tree: ast.AST, source: str, excuse: re.Pattern[str] | None) -> list[str]:
    """Return function-local imports; with an ``excuse``, those in a function no comment of which says it."""
    found = []
    for function in ast.walk(tree):
        if not isinstance(function, _FUNCTIONS):
            continue
        text = ast.get_source_segment(source, function) or ""
        comments = " ".join(re.findall(r"#.*", text))
        if excuse is not None and excuse.search(comments):
            continue
        local = [node for node in ast.walk(function) if isinstance(node, (ast.Import, ast.ImportFrom))]
        found += [f"{node.lineno}: import inside {function.name}" for node in local]
    return found


def long_functions(tree: ast.AST) -> list[str]:
    """Return the functions longer than the house allows, docstrings not counted."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node, clean=False) is not None:
                docstring = node.body[0]
                length -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
            if length > FUNCTION_LINES:
                found.append(f"{node.lineno}: {node.name} has {length} lines")
    return found


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _broad(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(item, ast.Name) and item.id in {"Exception", "BaseException"} for item in kinds)


def bad_manners(tree: ast.AST) -> list[str]:
    """Return asserts, broad excepts, prints, ``eval`` and its kin, ``global`` statements and unfinished bodies."""
    found = []
    for node in ast.walk(tree):
        what = ""
        match node:
            case ast.Assert():
                what = "assert on what may be user data"
            case ast.ExceptHandler(type=kind) if _broad(kind):
                what = "broad except"
            case ast.Call(func=ast.Name(id="print" | "eval" | "exec" | "compile" as name)):
                what = f"calls {name}"
            case ast.Global():
                what = "global statement"
            case ast.Raise(exc=ast.expr() as error) if "NotImplementedError" in ast.unparse(error):
                what = "unfinished"
        if what:
            found.append(f"{node.lineno}: {what}")  # type: ignore[attr-defined]
    return found


def missing_docstrings(tree: ast.Module) -> list[str]:
    """Return the module, public classes, public functions and public methods without a docstring."""
    found = [] if ast.get_docstring(tree) else ["1: module without docstring"]
    scopes: list[ast.Module | ast.ClassDef] = [tree]
    while scopes:
        for node in scopes.pop().body:
            if isinstance(node, (ast.ClassDef, *_FUNCTIONS)) and not node.name.startswith("_"):
                if not ast.get_docstring(node):
                    found.append(f"{node.lineno}: {node.name} without docstring")
                if isinstance(node, ast.ClassDef):
                    scopes.append(node)
    return found


def chinese_literals(tree: ast.AST) -> list[str]:
    """Return Chinese string literals that are neither docstrings nor part of a message to the user.

    A message is the text of a Caveat or of a Problem: an argument of a call that makes one, or anything in a function
    that returns them.
    """
    spared: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                spared.update(ast.walk(node))
            case ast.Call() if _called(node).lstrip("_").lower() in {"problem", "caveat"}:
                spared.update(ast.walk(node))
            case ast.FunctionDef(returns=ast.expr() as returns) if "Problem" in ast.unparse(returns):
                spared.update(ast.walk(node))
    return [
        f"{node.lineno}: {node.value[:20]!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _CHINESE.search(node.value)
        and node not in spared
    ]


def file_calls(tree: ast.AST) -> list[str]:
    """Return calls that open, read or write a file."""
    names = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "read_csv", "read_excel", "loadtxt"}
    return [
        f"{node.lineno}: calls {_called(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) in names
    ]


def cell_faults(source: str, *, parameters: bool = False) -> list[str]:
    """Return what one notebook code cell must not hold: long code, ``def``, loop, path, threshold, warnings filter."""
    found = []
    lines = source.strip().splitlines()
    if len(lines) > CELL_LINES:
        found.append(f"1: {len(lines)} lines")
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return [*found, f"{error.lineno}: not plain Python ({error.msg})"]
    for node in ast.walk(tree):
        what = ""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                what = "defines something"
            case ast.Constant(value=str(text)) if not parameters and _PATH_LIKE.search(text):
                what = f"literal file path {text!r}"
            case ast.Compare(left=left, comparators=others):
                if any(
                    isinstance(side, ast.Constant) and isinstance(side.value, (int, float)) for side in [left, *others]
                ):
                    what = "literal threshold"
            case ast.Call() if _called(node) in {"filterwarnings", "simplefilter", "catch_warnings"}:
                what = "warnings filter"
        if isinstance(node, _LOOPS):
            what = "loop"
        if what:
            found.append(f"{node.lineno}: {what}")  # type: ignore[attr-defined]
    return [*found, *unlawful_imports("notebook", tree)]


def parameter_cell_faults(source: str) -> list[str]:
    """Return what a cell tagged ``parameters`` must not hold: anything but ASCII assignments of plain literals."""
    found = [] if source.isascii() else ["1: parameters are not ASCII"]
    for node in ast.parse(source).body:
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        try:
            ast.literal_eval(value if value is not None else "no literal")
        except ValueError:
            found.append(f"{node.lineno}: not the assignment of a plain literal")
    return found


def code_cells(notebook: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the code cells that hold code."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def notebook_faults(text: str, *, stage: bool) -> list[str]:
    """Return what breaks the laws of notebooks, each with the number of its cell."""
    notebook = json.loads(text)
    found = []
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        found.append("metadata: the kernelspec is not python3")
    if "papermill" in notebook["metadata"]:
        found.append("metadata: traces of a papermill run")
    tagged = []
    for number, cell in enumerate(notebook["cells"]):
        tags = cell["metadata"].get("tags", [])
        source = "".join(cell["source"])
        faults: Sequence[str] = []
        if cell in code_cells(notebook):
            parameters = "parameters" in tags
            faults = cell_faults(source, parameters=parameters)
            if parameters:
                tagged.append(number)
                faults = [*faults, *parameter_cell_faults(source)]
            ran = cell.get("execution_count") is not None
            if stage and (ran or cell.get("outputs")):
                faults = [*faults, "stored with outputs"]
            if not stage and not ran:
                faults = [*faults, "without execution count: nbval compares nothing there"]
        found += [f"cell {number}, {fault}" for fault in faults]
    if stage and len(tagged) != 1:
        found.append(f"{len(tagged)} cells tagged parameters instead of one")
    return found
