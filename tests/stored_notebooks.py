"""Store executed notebooks alike on every machine: ``python -m tests.stored_notebooks NOTEBOOK…`` (``make refresh``).

What differs between two machines and says nothing — the version of Python, times — would show up as a change.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def stored(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook with fixed metadata; sources, outputs and execution counts stay."""
    notebook["metadata"] = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("metadata", {}).clear()
    return notebook


def main(paths: list[str]) -> None:
    """Rewrite each notebook in place."""
    for path in map(Path, paths):
        notebook = stored(nbformat.read(path, as_version=4))
        nbformat.write(notebook, path)


if __name__ == "__main__":
    main(sys.argv[1:])
