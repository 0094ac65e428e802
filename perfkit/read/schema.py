"""The evaluation workbook 评价工作簿 as data: its sheets in order, their columns, guidance and examples."""

from __future__ import annotations

from collections.abc import Mapping

from perfkit.read.layout import Column, Form, Sheet
from perfkit.read.schema_indicators import CHECKPOINTS, INDICATORS, UNITS, VARIABLES
from perfkit.terms import (
    Adoption,
    BudgetAccount,
    FieldworkKind,
    FundRow,
    Organiser,
    Phase,
    Role,
    Secrecy,
    SurveyAccess,
)

WORKBOOK_NAME = "评价工作簿.xlsx"
EXAMPLE_MARK = "示例"
DEFAULT_OPTIONS = ("非常满意", "满意", "一般", "不满意", "非常不满意")

OVERVIEW = Sheet(
    code="overview",
    name="概况",
    aliases=("项目概况", "基本情况"),
    title="项目概况",
    guidance="逐行填写“内容”列；带 * 的必填。正文类内容可换行，留空的在文稿中显示为【待补充】。",
    required=True,
    columns=(
        Column(
            code="project_name",
            header="项目名称",
            required=True,
            guidance="与预算批复一致的全称",
            aliases=("评价对象名称",),
        ),
        Column(
            code="project_code", header="项目编码", form=Form.CODE, guidance="预算系统编码；以 0 开头的请按文本填写"
        ),
        Column(code="department", header="预算部门", aliases=("主管部门",), guidance="一级预算部门"),
        Column(
            code="agency", header="项目单位", required=True, aliases=("预算单位", "实施单位"), guidance="资金使用单位"
        ),
        Column(code="division", header="归口处室", guidance="财政部门归口管理处室"),
        Column(
            code="organiser",
            header="评价类型",
            form=Form.TERM,
            term=Organiser,
            required=True,
            aliases=("评价组织方式",),
            guidance="财政评价、部门评价或单位自评",
        ),
        Column(code="role", header="评价者角色", form=Form.TERM, term=Role, guidance="由谁评分"),
        Column(code="evaluator", header="评价机构", guidance="受托的第三方机构全称"),
        Column(code="lead_evaluator", header="主评人", guidance="签署报告的主评人"),
        Column(code="team", header="评价组成员", guidance="姓名与分工"),
        Column(
            code="budget_year",
            header="预算年度",
            form=Form.INTEGER,
            unit="年",
            required=True,
            guidance="四位年份，如 2024",
        ),
        Column(code="evaluation_date", header="评价基准日", form=Form.DATE, guidance="如 2024-12-31"),
        Column(code="period", header="项目起止时间", aliases=("实施期限",), guidance="如 2022 年 1 月至 2024 年 12 月"),
        Column(code="phase", header="项目阶段", form=Form.TERM, term=Phase, guidance="决定权重侧重"),
        Column(code="budget_account", header="预算类型", form=Form.TERM, term=BudgetAccount, guidance="四本预算之一"),
        Column(code="secrecy", header="公开属性", form=Form.TERM, term=Secrecy, guidance="未填按内部处理"),
        Column(code="is_demo", header="是否演示数据", form=Form.FLAG, guidance="演示数据在每页注明"),
        Column(code="background", header="立项背景", guidance="政策依据与要解决的问题"),
        Column(code="content", header="主要内容", guidance="项目做什么、做多少"),
        Column(code="management", header="组织管理", guidance="各方职责与流程"),
        Column(code="overall_target", header="总体目标", guidance="项目周期的绩效目标"),
        Column(code="annual_target", header="年度目标", guidance="批复的年度绩效目标"),
        Column(code="purpose", header="评价目的"),
        Column(code="object", header="评价对象"),
        Column(code="scope", header="评价范围", guidance="资金、时间、地域范围"),
        Column(
            code="bases",
            header="评价依据",
            form=Form.LINES,
            guidance="每行一条；规则依据由系统自动列出，此处补充其他依据",
        ),
        Column(code="methods", header="评价方法"),
        Column(code="standards", header="评价标准", guidance="计划、行业、历史标准"),
        Column(code="sampling_note", header="样本确定", guidance="抽样方法与覆盖范围"),
        Column(code="survey_note", header="问卷说明", guidance="问卷设计与发放过程"),
        Column(code="materials", header="资料清单"),
        Column(code="staffing", header="人员配置"),
        Column(code="schedule", header="时间安排"),
        Column(code="discipline", header="工作纪律"),
        Column(code="practices", header="主要做法", aliases=("主要经验",)),
        Column(code="limits", header="局限说明", guidance="资料缺口、无法核实的事项"),
        Column(code="other", header="其他说明"),
    ),
)

FUNDS = Sheet(
    code="funds",
    name="资金",
    aliases=("资金情况", "资金表"),
    title="资金情况",
    guidance="金额单位万元，保留两位小数。按来源、年度、单位、用途逐行填写；合计行可不填，填写时行类型选“合计”，系统会核对。",
    totals=True,
    columns=(
        Column(
            code="source",
            header="资金来源",
            example="示例：省级财政资金",
            width=22,
            guidance="如中央、省级、市级、自筹",
        ),
        Column(code="year", header="年度", form=Form.INTEGER, unit="年", example=2024, width=9),
        Column(code="agency", header="单位", aliases=("使用单位",), example="示例单位", width=18),
        Column(code="use", header="用途", aliases=("资金用途",), example="设备购置", width=18),
        Column(
            code="budget", header="预算数", form=Form.MONEY, unit="万元", aliases=("预算金额",), example=500.0, width=14
        ),
        Column(
            code="received",
            header="到位数",
            form=Form.MONEY,
            unit="万元",
            aliases=("到位金额",),
            example=480.0,
            width=14,
        ),
        Column(
            code="executed",
            header="执行数",
            form=Form.MONEY,
            unit="万元",
            aliases=("支出数", "实际支出"),
            example=450.5,
            width=14,
        ),
        Column(code="row_type", header="行类型", form=Form.TERM, term=FundRow, example=FundRow.DETAIL, width=10),
        Column(
            code="printed_rate",
            header="公布执行率",
            form=Form.PERCENT,
            example=0.9385,
            width=12,
            guidance="原材料上印出的执行率，用于复核",
        ),
        Column(code="note", header="备注", width=24),
    ),
)

EVIDENCE = Sheet(
    code="evidence",
    name="证据",
    aliases=("佐证材料", "证据清单"),
    title="证据清单",
    guidance="每份材料一行，编号不得重复；文件填“佐证材料”文件夹内的文件名，读取时自动计算校验值。",
    key=("id",),
    columns=(
        Column(
            code="id", header="证据编号", form=Form.CODE, required=True, aliases=("编号",), example="示例E01", width=12
        ),
        Column(code="document", header="资料名称", required=True, example="项目实施方案", width=34),
        Column(code="page", header="页码", form=Form.TEXT, example="第 3 页", width=10),
        Column(code="holder", header="持有单位", aliases=("提供单位",), example="示例单位", width=18),
        Column(code="category", header="资料类别", example="立项资料", width=14),
        Column(code="file", header="文件", aliases=("文件名",), example="实施方案.pdf", width=28),
        Column(code="date", header="取得日期", form=Form.DATE, width=12),
    ),
)

SURVEYS = Sheet(
    code="surveys",
    name="问卷",
    aliases=("满意度调查", "问卷调查"),
    title="满意度调查",
    guidance="每个调查群体一行。原始数据（每行一名应答者）放入“问卷”文件夹；没有原始数据的，在“问卷统计”填写各题各选项人数。",
    key=("id",),
    columns=(
        Column(code="id", header="问卷编号", form=Form.CODE, required=True, example="示例W1", width=11),
        Column(code="group", header="调查对象", required=True, aliases=("调查群体",), example="受益村民", width=18),
        Column(
            code="access",
            header="发放方式",
            form=Form.TERM,
            term=SurveyAccess,
            required=True,
            example=SurveyAccess.FRAME_SAMPLE,
            width=16,
            guidance="开放链接、二维码没有名单，不能推断总体",
        ),
        Column(code="frame", header="名单或样本框", aliases=("样本框",), example="2024 年受益农户花名册", width=24),
        Column(code="population", header="总体人数", form=Form.INTEGER, unit="人", example=1200, width=12),
        Column(code="sent", header="发放数", form=Form.INTEGER, unit="份", example=300, width=10),
        Column(code="returned", header="回收数", form=Form.INTEGER, unit="份", example=268, width=10),
        Column(code="valid", header="有效数", form=Form.INTEGER, unit="份", example=260, width=10),
        Column(
            code="scale",
            header="量表分值",
            form=Form.SCALE,
            required=True,
            example="100/75/50/25/0",
            width=18,
            guidance="由好到差，用 / 分隔",
        ),
        Column(code="file", header="原始数据文件", aliases=("文件",), example="受益村民.xlsx", width=20),
        Column(code="group_column", header="分组列", width=12, guidance="原始数据中用于分组的列名"),
        Column(
            code="question_columns",
            header="题目列",
            form=Form.LIST,
            width=22,
            guidance="列名之间用“；”分隔；空着则自动识别答案列",
        ),
        Column(
            code="options",
            header="选项",
            form=Form.LIST,
            width=32,
            example="；".join(DEFAULT_OPTIONS),
            guidance="由好到差，用“；”分隔；空着按五级满意度",
        ),
        Column(code="indicator", header="关联指标", form=Form.CODES, example="D401", width=12),
        Column(code="printed_rate", header="公布满意度", form=Form.PERCENT, width=12),
    ),
)

SURVEY_COUNTS = Sheet(
    code="survey_counts",
    name="问卷统计",
    aliases=("问卷汇总",),
    title="问卷统计（只有汇总数时填写）",
    guidance="选项 1 为最好的一档，依次填写选择人数；未使用的选项空着。",
    key=("id", "question"),
    columns=(
        Column(code="id", header="问卷编号", form=Form.CODE, required=True, example="示例W1", width=12),
        Column(code="question", header="题号", form=Form.CODE, required=True, example="Q1", width=9),
        Column(code="text", header="题目", example="您对供水水质是否满意？", width=40),
        *(
            Column(
                code=f"option{number}",
                header=f"选项{number}",
                form=Form.INTEGER,
                unit="人",
                example=(120, 90, 30, 15, 5, None, None)[number - 1],
                width=11,
            )
            for number in range(1, 8)
        ),
    ),
)

FIELDWORK = Sheet(
    code="fieldwork",
    name="访谈",
    aliases=("现场工作", "访谈与现场核查"),
    title="访谈与现场核查",
    guidance="访谈、座谈、现场核查每次一行。姓名与联系方式只进入底稿，不进入报告。",
    key=("id",),
    columns=(
        Column(code="id", header="编号", form=Form.CODE, required=True, example="示例F01", width=11),
        Column(
            code="kind", header="类型", form=Form.TERM, term=FieldworkKind, example=FieldworkKind.INTERVIEW, width=11
        ),
        Column(code="date", header="日期", form=Form.DATE, width=12),
        Column(code="place", header="单位或地点", aliases=("单位", "地点"), example="示例单位", width=22),
        Column(code="person", header="对象", aliases=("访谈对象",), example="项目负责人", width=16),
        Column(code="money", header="涉及资金", form=Form.MONEY, unit="万元", example=120.0, width=14),
        Column(code="note", header="要点", aliases=("访谈要点",), example="介绍资金分配办法", width=46),
        Column(code="evidence", header="证据编号", form=Form.CODES, width=14),
    ),
)

PROBLEMS = Sheet(
    code="problems",
    name="问题",
    aliases=("问题清单",),
    title="问题清单",
    guidance="一个问题可以关联多个指标（编码之间用“；”分隔）。建议写明谁、做什么、何时、如何证明完成。",
    key=("id",),
    columns=(
        Column(code="id", header="编号", form=Form.CODE, required=True, example="示例P01", width=11),
        Column(code="problem", header="问题", required=True, example="资金执行进度偏慢", width=30),
        Column(code="facts", header="事实", aliases=("事实依据",), example="截至基准日执行率不足 80%", width=40),
        Column(code="indicators", header="关联指标", form=Form.CODES, example="B201", width=14),
        Column(code="amount", header="金额", form=Form.MONEY, unit="万元", aliases=("涉及金额",), width=13),
        Column(code="cause", header="原因", aliases=("原因分析",), width=30),
        Column(code="advice", header="建议", aliases=("整改建议",), width=36),
        Column(code="responsible", header="责任单位", width=16),
        Column(code="deadline", header="整改时限", width=16),
        Column(code="proof", header="完成标志", width=22),
    ),
)

EXPERTS = Sheet(
    code="experts",
    name="专家评分",
    title="专家评分（可选）",
    guidance="讨论前各自独立评分的原始记录，每人每指标一行。",
    key=("rater", "code"),
    columns=(
        Column(code="rater", header="评分人", form=Form.CODE, required=True, example="示例专家甲", width=14),
        Column(code="code", header="指标编码", form=Form.CODE, required=True, example="A101", width=12),
        Column(code="score", header="得分", form=Form.NUMBER, unit="分", required=True, example=2.0, width=10),
        Column(code="note", header="意见", aliases=("评分理由",), width=46),
    ),
)

COMMENTS = Sheet(
    code="comments",
    name="意见采纳",
    aliases=("意见反馈",),
    title="意见采纳情况",
    guidance="每条书面意见一行：采纳、部分采纳或不采纳，并说明理由；引起分数变化的填写修改前后得分。",
    key=("id",),
    columns=(
        Column(code="id", header="编号", form=Form.CODE, required=True, example="示例C01", width=11),
        Column(code="origin", header="来源", required=True, aliases=("意见来源",), example="项目单位", width=18),
        Column(code="text", header="意见内容", required=True, aliases=("意见",), example="建议补充说明口径", width=44),
        Column(code="indicators", header="关联指标", form=Form.CODES, width=14),
        Column(
            code="adoption",
            header="处理",
            form=Form.TERM,
            term=Adoption,
            required=True,
            aliases=("是否采纳",),
            example=Adoption.ADOPTED,
            width=11,
        ),
        Column(code="reason", header="理由", required=True, example="已在正文补充", width=36),
        Column(code="before", header="修改前得分", form=Form.NUMBER, unit="分", width=12),
        Column(code="after", header="修改后得分", form=Form.NUMBER, unit="分", width=12),
    ),
)

PUBLISHED = Sheet(
    code="published",
    name="原报告数据",
    title="原报告数据（复核已完成的报告时填写）",
    guidance="名称填“总分”“等级”或一级指标名称；用于核对重算结果与原报告。",
    totals=True,
    key=("name",),
    columns=(
        Column(code="name", header="名称", required=True, example="示例：总分", width=18),
        Column(code="full_score", header="分值", form=Form.NUMBER, unit="分", example=100.0, width=12),
        Column(code="score", header="得分", form=Form.NUMBER, unit="分", example=86.5, width=12),
        Column(code="rate", header="得分率", form=Form.PERCENT, example=0.865, width=12),
        Column(code="grade", header="等级", example="良", width=10),
    ),
)

SHEETS: tuple[Sheet, ...] = (
    OVERVIEW, FUNDS, INDICATORS, CHECKPOINTS, VARIABLES, UNITS, EVIDENCE, SURVEYS, SURVEY_COUNTS, FIELDWORK,
    PROBLEMS, EXPERTS, COMMENTS, PUBLISHED,
)  # fmt: skip
TABLES: Mapping[str, Sheet] = {sheet.code: sheet for sheet in SHEETS if sheet is not OVERVIEW}
