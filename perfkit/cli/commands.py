"""The commands of an evaluation 评价命令: a new workbook, its check, the draft."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from perfkit.cli.application import FOUND, INTERRUPTED, app, checkout_of, problem_of, root_near, show
from perfkit.errors import PerfkitError, RuleError
from perfkit.terms import Severity
from perfkit.trace import Finding

WITH_ERRORS = "有错误的工作簿只核对了数据和计分参数；改正后再运行，才会核对权重、得分和报告要求。"
FORMS_WITH_RUN = "自评表的复核（权重、加总、执行率、等级等）随再评价运行文件进行：perfkit draft。"
WITHOUT_ROOT = "没有核对权重、得分和报告要求：没有找到项目目录（params）；请在项目目录内运行 perfkit check。"


@app.command(help="写一份空白的工作簿（填写说明、下拉选项、示例行）。")
def new(
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="要写的工作簿。")],
    kind: Annotated[
        str, typer.Option(help="种类：project（项目评价）、re-evaluation（再评工作簿）、project-list（项目清单）。")
    ] = "project",
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的文件。")] = False,
) -> None:
    """Write the template of a workbook."""
    # lazy: openpyxl is not needed to answer --help
    from perfkit.read.re_scoring_template import write_project_list, write_re_scoring_template
    from perfkit.read.template import PROJECT_LIST, RE_EVALUATION, write_template

    if not out.absolute().parent.is_dir():
        raise RuleError(problem_of("CLI-FOLDER", str(out), "已有的目录中的文件", "目录不存在", "先建目录"))
    if out.exists() and not force:
        raise RuleError(problem_of("CLI-EXISTS", str(out), "新文件", "文件已存在", "换一个文件名，或加 --force"))
    # aside first: whoever fails to write a new workbook keeps the old one
    with tempfile.TemporaryDirectory(prefix=".perfkit-", dir=out.absolute().parent) as aside:
        written = Path(aside) / out.name
        if kind == RE_EVALUATION:
            write_re_scoring_template(written)
        elif kind == PROJECT_LIST:
            write_project_list(written)
        else:
            write_template(written, kind)
        written.replace(out)
    typer.echo(f"已写出 {out}")


@app.command(help="一次列出工作簿的全部问题（文件、表、单元格）；有错误时以状态 1 结束。")
def check(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="评价工作簿、评价资料目录、再评价资料目录，或含有它们的目录。")
    ],
    strict: Annotated[bool, typer.Option("--strict", help="有提醒时也以状态 1 结束。")] = False,
) -> None:
    """List every problem of workbooks in one pass; exit 1 where any is an error."""
    # lazy: reading needs pydantic and calamine, --help does not
    from perfkit.read.engagement import read_loosely
    from perfkit.read.schema import WORKBOOK_NAME
    from perfkit.stages.key_evaluation import scoring_problems
    from perfkit.stages.re_evaluation.folder_check import folder_problems, re_evaluation_folders

    counts: Counter[Severity] = Counter()
    left_out: dict[str, None] = {}
    found = {path: re_evaluation_folders(path) for path in paths}
    folders = list(dict.fromkeys(folder for path in paths for folder in found[path]))
    engagements = list(_engagements(path for path in paths if not found[path] or any(path.rglob(WORKBOOK_NAME))))
    for path in folders:
        problems = folder_problems(path)
        counts.update(item.severity for item in problems)
        if len(folders) + len(engagements) > 1:
            typer.echo(f"{path}：{'' if problems else '没有发现问题'}")
        show(problems, [])
        left_out[FORMS_WITH_RUN] = None
    for path in engagements:
        engagement, read = read_loosely(path)
        problems = [*read, *(scoring_problems(engagement) if engagement is not None else ())]
        findings: list[Finding] = []
        root = root_near(path, Path.cwd())
        if any(problem.severity is Severity.ERROR for problem in problems):
            left_out[WITH_ERRORS] = None
        elif root is None:
            left_out[WITHOUT_ROOT] = None
        else:
            try:
                findings.extend(_findings(path, root))
            except PerfkitError as error:
                problems.extend(error.problems)
        counts.update([*(item.severity for item in problems), *(item.severity for item in findings)])
        if len(folders) + len(engagements) > 1:
            typer.echo(f"{path}：{'' if problems or findings else '没有发现问题'}")
        show(problems, findings)
    typer.echo("，".join(f"{severity.label} {counts[severity]} 条" for severity in Severity) + "。")
    for line in left_out:
        typer.echo(line)
    if counts[Severity.ERROR] or (strict and counts[Severity.WARNING]):
        raise typer.Exit(FOUND)


def _findings(path: Path, root: Path) -> tuple[Finding, ...]:
    """Return what the checks find in a workbook without errors."""
    from perfkit.stages.key_evaluation import examine  # lazy: scoring needs pandas and pydantic, --help does not

    return examine(path, root)


@app.command(help="执行笔记本并起草报告与底稿；失败的不影响其余，并以状态 1 结束。")
def draft(
    runs: Annotated[list[str], typer.Argument(metavar="RUN…|DIR", help="运行文件（params/runs/…），或其目录。")],
    root: Annotated[Path | None, typer.Option(help="项目目录；不写则从当前目录向上找。")] = None,
    reports: Annotated[Path | None, typer.Option(help="输出目录；不写则为项目的 reports。")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="同时运行几项；不写则至多两项。")] = None,
    force: Annotated[bool, typer.Option("--force", help="输入没有变化的也重新运行。")] = False,
    template: Annotated[Path | None, typer.Option(help="本单位的 Word 模板。")] = None,
) -> None:
    """Run notebooks and draft; a failed run does not stop the others."""
    # lazy: the run pulls in pydantic, YAML and rich, --help does not
    from perfkit.run.batch import Options, default_jobs, run_batch
    from perfkit.run.plan import plan
    from perfkit.run.screen import Screen, show_summary

    checkout = checkout_of(root, runs)
    if template is not None and not (template.is_file() and template.suffix == ".docx"):
        raise RuleError(problem_of("CLI-TEMPLATE", str(template), "已有的 .docx 文件", "没有这个文件", "核对路径"))
    if template is not None:
        from perfkit.run.template import try_template  # lazy: Word is needed for templates only

        try_template(template)
    planned = plan(runs, checkout)
    settings = Options(
        root=checkout,
        reports=(reports or checkout / "reports").absolute(),
        jobs=jobs or default_jobs(),
        force=force,
        template=None if template is None else template.absolute(),
    )
    try:
        with Screen(len(planned)) as screen:
            outcomes = run_batch(planned, settings, screen)
    except KeyboardInterrupt:
        typer.echo("已中断；没有留下半成品，已完成的版本保留。", err=True)
        raise typer.Exit(INTERRUPTED) from None
    show_summary(outcomes, checkout)
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(FOUND)


def _engagements(paths: Iterable[Path]) -> list[Path]:
    """Return the engagements that paths name: a workbook, an engagement folder, or every one below a folder."""
    from perfkit.read.schema import WORKBOOK_NAME  # lazy: pydantic

    found: dict[Path, None] = {}
    missing = []
    for path in paths:
        inside = sorted(path.rglob(WORKBOOK_NAME)) if path.is_dir() else []
        if path.is_file():
            # the workbook of a folder is named once, however often and in whatever way
            found[path.parent if path.name == WORKBOOK_NAME else path] = None
        elif inside:
            found.update(dict.fromkeys(workbook.parent for workbook in inside))
        else:
            what = f"目录内没有《{WORKBOOK_NAME}》" if path.is_dir() else "没有这个文件或目录"
            missing.append(problem_of("CLI-PATH", str(path), "评价工作簿，或放着它的目录", what, "核对路径"))
    if missing:
        raise RuleError(missing)
    return list(found)
