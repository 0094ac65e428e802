"""What a run rests on 运行信息: versions, rule set, framework and hashes of what was read."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import scipy

import perfkit
from perfkit.rulebook import Framework, RuleSet, Run
from perfkit.stages.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceResult(Listing):
    """Versions, rule set, framework and hashes of what was read 运行信息."""

    kind: ClassVar[str] = "provenance"
    columns: ClassVar[tuple[str, ...]] = ("name", "value")


def provenance(run: Run, rule_set: RuleSet, framework: Framework, sha256: Mapping[str, str]) -> ProvenanceResult:
    """Return versions, rules and hashes of a run 运行信息.

    Parameters
    ----------
    run, rule_set, framework : what was run, by which rules.
    sha256 : file as the reader names it → hash of what was read.
    """
    versions = {"perfkit": perfkit.__version__, "Python": platform.python_version(), "numpy": np.__version__,
                "pandas": pd.__version__, "scipy": scipy.__version__}  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"name": "运行", "value": f"{run.batch}/{run.id}"},
        {"name": "规则集", "value": f"{rule_set.id}　{rule_set.name}"},
        {"name": "指标体系框架", "value": f"{framework.id}　{framework.name}"},
        {"name": "软件版本", "value": "，".join(f"{name} {version}" for name, version in versions.items())},
        {"name": "随机种子", "value": str(run.seed)},
    ]
    rows += [{"name": f"文件 {name}", "value": f"SHA-256 {digest[:16]}…"} for name, digest in sha256.items()]
    return ProvenanceResult(method="listing", n_used=len(rows), source="run", rows=tuple(rows))
