"""The commands of a re-evaluation 再评价命令: the self-evaluation forms in, the sample before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from perfkit.cli.application import FOUND, app, checkout_of, problem_of, root_near, show
from perfkit.errors import Problem, RuleError
from perfkit.terms import Severity

RESULT_ENDING = "-读入结果"
SHOWN = 50

imports = typer.Typer(
    help="读入外部系统导出的表。", rich_markup_mode=None, no_args_is_help=True, pretty_exceptions_enable=False
)
app.add_typer(imports, name="import")


@imports.callback()
def options() -> None:
    """Take the options that go before what is imported."""


@imports.command(
    "self-evaluation",
    help="读入并复核单位自评表（xlsx、xls、docx），写成长表、未读清单和复核发现；有未读的以状态 1 结束。",
)
def self_evaluation(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="自评表文件夹，或再评价资料文件夹。")],
    out: Annotated[Path | None, typer.Option(help="输出目录；不写则为当前目录下的“<文件夹名>-读入结果”。")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="同时读几个进程；不写则按处理器数。")] = None,
    run: Annotated[Path | None, typer.Option(help="再评价的运行文件：按其规则和参数复核。")] = None,
) -> None:
    """Read and check self-evaluation forms; write what was read, what was not, and what was found."""
    # lazy: reading needs pandas, --help does not
    from perfkit.stages.re_evaluation.import_check import DEFAULT_RULES, import_forms, import_rules

    if not folder.is_dir():
        raise RuleError(problem_of("CLI-PATH", str(folder), "已有的文件夹", "没有这个文件夹", "核对路径"))
    if run is not None and not run.is_file():
        raise RuleError(problem_of("CLI-PATH", str(run), "已有的运行文件", "没有这个文件", "核对路径"))
    target = out or Path.cwd() / f"{folder.resolve().name}{RESULT_ENDING}"
    if target.resolve().is_relative_to(folder.resolve()):
        mend = "换一个目录，以免下次把结果当作自评表读入"
        raise RuleError(problem_of("CLI-OUT", str(target), f"“{folder.name}”以外的目录", "在其内", mend))
    root = root_near(*([run] if run is not None else []), Path.cwd(), folder)
    failed = False
    for done in import_forms(folder, target, import_rules(root, run), jobs=jobs):
        failed = failed or any(item.severity is Severity.ERROR for item in done.problems)
        said = f"{done.department}：" if done.department else ""
        forms = done.forms
        typer.echo(f"{said}读入 {len(forms.forms)} 份自评表、{len(forms.items)} 个指标、{len(forms.values)} 个数值。")
        _tell(done.problems)
        counts = Counter(item.finding.severity for item in done.findings.findings)
        typer.echo("复核发现：" + "，".join(f"{severity.label} {counts[severity]} 条" for severity in Severity) + "。")
        for path in done.written:
            typer.echo(f"已写出 {path}")
    if root is None:
        typer.echo("没有核对等级和权重布局：没有找到项目目录（params）；请在项目目录内运行。")
    elif run is None:
        typer.echo(f"按 {DEFAULT_RULES} 和默认参数复核；按某次再评价的规则和参数复核，加 --run 运行文件。")
    if failed:
        raise typer.Exit(FOUND)


def _tell(problems: Sequence[Problem]) -> None:
    """Show errors, then warnings, the first of many; what was normalised is counted. All of it stands in the files."""
    told = [item for severity in (Severity.ERROR, Severity.WARNING) for item in problems if item.severity is severity]
    show(told[:SHOWN], [])
    if len(told) > SHOWN:
        typer.echo(f"其余 {len(told) - SHOWN} 条见自评数据.xlsx 的“未读出清单”。")
    counts = Counter(item.severity for item in problems)
    typer.echo("，".join(f"{severity.label} {counts[severity]} 条" for severity in Severity) + "。")


@app.command(help="按运行文件抽样：写抽样方案和预填的再评工作簿；已有方案不覆盖。")
def sample(
    run: Annotated[str, typer.Argument(metavar="RUN", help="再评价的运行文件（params/runs/…）。")],
    raters: Annotated[int, typer.Option(min=1, help="再评人数；双评的项目由其中两人背对背评分。")] = 2,
    root: Annotated[Path | None, typer.Option(help="项目目录；不写则从当前目录向上找。")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="重新抽取，覆盖已有方案；已有再评得分的项目不得漏出名单。")
    ] = False,
) -> None:
    """Make the plan of a re-evaluation and prepare the re-scoring workbooks."""
    # lazy: the run pulls in pydantic, YAML and pandas, --help does not
    from perfkit.run.plan import plan
    from perfkit.stages.re_evaluation.sample_run import sample_departments

    checkout = checkout_of(root, [run])
    planned = plan([run], checkout)
    if len(planned) != 1:
        found, mend = f"{len(planned)} 个运行文件", "写明一个运行文件，逐个抽样"
        raise RuleError(problem_of("CLI-RUN", run, "一个再评价的运行文件", found, mend))
    data = planned[0].run.data_path(checkout)
    for done in sample_departments(data, planned[0].run, raters=raters, force=force):
        money = f"{done.plan.frame['money'].sum():,.2f} 万元"
        twice = len(done.plan.double_scored)
        typer.echo(
            f"{done.department}：清单 {len(done.plan.frame)} 个项目（{money}），名单 {len(done.plan.projects)} 个，双评 {twice} 个。"
        )
        for text in done.plan.caveats:
            typer.echo(f"说明：{text}")
        show(list(done.problems), [])
        for name in done.written:
            typer.echo(f"已写出 {data / name}")
        for name in done.kept:
            typer.echo(f"未改动 {data / name}")
