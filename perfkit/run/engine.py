"""The engine 执行引擎: one notebook through stock papermill with a kernel of this very environment.

papermill's ``cwd`` changes the directory of the whole process, so one process runs one notebook (see ``run.job``).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from perfkit.errors import DataError, MethodError, PerfkitError, RuleError
from perfkit.run.notebook import check_parameters, declared_parameters, read_notebook, settle

_OUR_ERRORS = frozenset(kind.__name__ for kind in (PerfkitError, DataError, RuleError, MethodError))
START_TIMEOUT = 120
SAVE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a run failed 失败原因: the cell as the notebook numbers it (``""`` outside cells) and its messages."""

    cell: str
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One executed notebook 已执行的笔记本; ``failure`` is None where every cell ran."""

    notebook: NotebookNode
    failure: Failure | None
    seconds: float


@dataclass(slots=True)
class _Keeper:
    """Saves the running notebook now and then 途中保存.

    papermill writes the whole file twice a cell, which took more than half of the time of a real notebook. So much is
    not needed to have something to look at where a kernel or a process dies.
    """

    path: Path
    notebook: NotebookNode | None = None
    saved: float = 0.0

    def begun(self, notebook: NotebookNode) -> None:
        """Take the notebook that the kernel fills."""
        self.notebook = notebook
        self.save()

    def cell_done(self, **_: object) -> None:
        """Save where the last time is long enough ago."""
        if time.monotonic() - self.saved > SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        """Write what there is."""
        if self.notebook is not None:
            nbformat.write(self.notebook, str(self.path))
        self.saved = time.monotonic()


class LocalKernel(AsyncKernelManager):
    """A kernel of this very interpreter 本环境内核.

    A kernel spec ``python3`` found on the machine may belong to another Python.
    """

    @property
    def kernel_spec(self) -> KernelSpec:
        """Return the spec of ipykernel under ``sys.executable``."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3 (ipykernel)", language="python")


def execute(notebook: Path, output: Path, parameters: Mapping[str, object], root: Path) -> Execution:
    """Run a notebook with parameters and keep it, failed or not 执行笔记本.

    Parameters
    ----------
    notebook, output : source and executed notebook; the latter is saved on the way, so that even a killed process
        leaves what it had.
    parameters : name → ASCII-safe literal; each must be declared in the cell tagged ``parameters``.
    root : working directory of the kernel.

    Raises
    ------
    RuleError
        Notebook missing, parameters cell malformed, or a parameter that it does not declare.
    """
    source = read_notebook(notebook)
    check_parameters(parameters, declared_parameters(source, notebook.name), notebook.name)
    begun = time.perf_counter()
    failure: Failure | None = None
    keeper = _Keeper(output)
    with tempfile.TemporaryDirectory(prefix="perfkit-") as sockets:
        try:
            papermill.execute_notebook(
                source,
                # papermill formats paths with the parameters; braces of a folder name are not meant for it
                str(output).replace("{", "{{").replace("}", "}}"),
                parameters=dict(parameters),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                start_timeout=START_TIMEOUT,
                cwd=str(root),
                kernel_manager_class=LocalKernel,
                config=_transport(sockets),
                record_timing=False,
                request_save_on_cell_execute=False,
                on_notebook_start=keeper.begun,
                on_cell_executed=keeper.cell_done,
            )
        except PapermillExecutionError as error:
            failure = Failure(cell=f"In [{error.exec_count}]", messages=_messages(error.ename, error.evalue))
        except (DeadKernelError, CellTimeoutError, RuntimeError) as error:
            keeper.save()
            failure = Failure(cell="", messages=(f"[RUN-KERNEL] 内核中断（{type(error).__name__}）：{error}",))
    executed = settle(read_notebook(output if output.exists() else notebook))
    nbformat.write(executed, str(output))
    return Execution(notebook=executed, failure=failure, seconds=time.perf_counter() - begun)


def _transport(sockets: str) -> Config:
    """Return the settings of a kernel that talks through sockets in a folder of its own.

    Local sockets need no port and so cannot race for one when many kernels start at once. The library's own choice is
    a name in the working directory, which all kernels share. Windows has none for ZeroMQ and keeps TCP.
    """
    if sys.platform == "win32":
        return Config()
    return Config(LocalKernel={"transport": "ipc", "ip": str(Path(sockets) / "ipc")})


def _messages(name: str, value: str) -> tuple[str, ...]:
    """Word an error of a cell: our own problems line by line, anything else by its type."""
    lines = tuple(line for line in value.splitlines() if line.strip())
    return lines if name in _OUR_ERRORS and lines else (f"{name}：{' '.join(lines)}",)
