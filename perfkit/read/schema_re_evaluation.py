"""The sheets of a re-evaluation as data 再评价表格: the list of projects, and the re-scoring workbook of one rater."""

from __future__ import annotations

from perfkit.read.layout import Column, Form, Sheet
from perfkit.terms import Blinding, RaterRole, Reason, Rectification

LIST_NAME = "项目清单.xlsx"
FORM_FOLDER = "自评表"
RE_SCORING_FOLDER = "再评价"
EXECUTION = "execution"
EXECUTION_WORD = "预算执行率"

PROJECT_LIST = Sheet(
    code="projects",
    name="项目清单",
    aliases=("项目列表", "清单"),
    title="项目清单（抽样框）",
    guidance="列出部门预算的全部项目，每个项目一行；金额单位万元。必须再评的项目在“必选”填“是”并写明理由。",
    required=True,
    key=("project",),
    columns=(
        Column(code="project", header="项目编码", form=Form.CODE, required=True, example="示例P001", width=16,
               aliases=("项目编号", "项目代码", "编码"), guidance="预算系统编码；以 0 开头的请按文本填写"),
        Column(code="name", header="项目名称", required=True, example="城区排水管网改造", width=34, aliases=("名称",)),
        Column(code="department", header="预算部门", example="示例部门", width=18,
               aliases=("主管部门", "部门", "一级预算部门"), guidance="空着按文件夹名称"),
        Column(code="agency", header="预算单位", example="示例单位", width=20,
               aliases=("单位", "项目单位", "实施单位", "单位名称")),
        Column(code="category", header="项目类别", example="民生类", width=14, aliases=("类别", "项目类型", "项目性质")),
        Column(code="money", header="预算金额", form=Form.MONEY, unit="万元", required=True, example=320.0, width=14,
               aliases=("金额", "预算数", "年度预算", "全年预算数", "年初预算数"), guidance="没有预算的填 0"),
        Column(code="certainty", header="必选", form=Form.FLAG, example="是", width=8,
               aliases=("是否必选", "必评", "是否必评"), guidance="必须再评的填“是”，并写明理由"),
        Column(code="certainty_reason", header="必选理由", example="上年再评价调减较大", width=26,
               aliases=("必选原因", "必评理由")),
        Column(code="due", header="应报日期", form=Form.DATE, width=12, aliases=("报送期限", "应报送日期")),
        Column(code="submitted", header="报送日期", form=Form.DATE, width=12,
               aliases=("实际报送日期", "提交日期", "实报日期")),
    ),
)  # fmt: skip

APPROVED_TARGETS = Sheet(
    code="approved",
    name="批复指标",
    aliases=("批复目标", "批复绩效指标"),
    title="批复的绩效指标（可选）",
    guidance="预算批复时的指标、指标值和分值，每个指标一行；用于核对自评表是否事后改动目标或权重。",
    key=("project", "level1", "level2", "level3"),
    fill_down=("project", "level1", "level2"),
    columns=(
        Column(code="project", header="项目编码", form=Form.CODE, required=True, example="示例P001", width=16,
               aliases=("项目编号", "项目代码")),
        Column(code="level1", header="一级指标", example="产出指标", width=14),
        Column(code="level2", header="二级指标", example="数量指标", width=14),
        Column(code="level3", header="三级指标", required=True, example="改造管网长度", width=30,
               aliases=("指标名称", "指标")),
        Column(code="target", header="指标值", form=Form.TARGET, example="≥12公里", width=16,
               aliases=("目标值", "年度指标值", "批复指标值")),
        Column(code="unit", header="计量单位", example="公里", width=10, aliases=("单位",)),
        Column(code="full", header="分值", form=Form.NUMBER, unit="分", example=15.0, width=10, aliases=("权重",)),
    ),
)  # fmt: skip

FOLLOW_UP_SHEET = Sheet(
    code="follow_up",
    name="上年整改",
    aliases=("上年问题整改", "整改情况"),
    title="上年自评和再评价问题的整改情况（可选）",
    guidance="上年指出的问题每个一行。",
    columns=(
        Column(code="problem", header="问题", required=True, example="示例：满意度没有调查记录", width=44,
               aliases=("上年问题",)),
        Column(code="project", header="项目编码", form=Form.CODE, width=16, aliases=("项目编号", "项目代码")),
        Column(code="department", header="预算部门", width=18, aliases=("主管部门", "部门")),
        Column(code="status", header="整改情况", form=Form.TERM, term=Rectification, required=True,
               example=Rectification.DONE, width=12, aliases=("整改状态",)),
        Column(code="note", header="说明", width=36, aliases=("备注", "整改说明")),
    ),
)  # fmt: skip

RATER_SHEET = Sheet(
    code="rater",
    name="再评人",
    aliases=("评分人",),
    title="再评人",
    guidance="一本工作簿一位再评人，只填一行；合议得分另用一本，角色选“合议”。讨论前的独立评分才能用于一致程度和信度。",
    required=True,
    columns=(
        Column(code="rater", header="再评人", form=Form.CODE, required=True, example="示例再评人", width=18,
               aliases=("评分人", "姓名"), guidance="姓名或代号；同一人在各本中写法一致"),
        Column(code="role", header="角色", form=Form.TERM, term=RaterRole, required=True,
               example=RaterRole.INDEPENDENT, width=12),
        Column(code="blinding", header="自评得分", form=Form.TERM, term=Blinding, required=True,
               example=Blinding.HIDDEN, width=18, aliases=("自评得分是否提供", "是否提供自评得分"),
               guidance="评分时是否看得到自评得分；报告如实说明"),
        Column(code="before_discussion", header="讨论前评分", form=Form.FLAG, required=True, example="是", width=12,
               aliases=("讨论前独立评分", "是否讨论前评分")),
        Column(code="date", header="评分日期", form=Form.DATE, width=12, aliases=("日期",)),
    ),
)  # fmt: skip

_PROJECT = Column(
    code="project", header="项目编码", form=Form.CODE, required=True, example="示例P001", width=16,
    aliases=("项目编号", "项目代码"),
)  # fmt: skip
_NAME = Column(code="name", header="项目名称", example="城区排水管网改造", width=30, aliases=("名称",))

SCORED_PROJECTS = Sheet(
    code="totals",
    name="项目",
    aliases=("项目评分", "再评项目"),
    title="再评项目",
    guidance="每个项目一行。在“指标评分”逐项评分的，“再评总分”空着；只评总分的填在这里。"
    "核查指标数、查阅佐证数说明核查到什么程度，得分没有变动时必须填写。",
    key=("project",),
    columns=(
        _PROJECT,
        _NAME,
        Column(code="agency", header="预算单位", example="示例单位", width=20, aliases=("单位", "项目单位")),
        Column(code="money", header="预算金额", form=Form.MONEY, unit="万元", example=320.0, width=13,
               aliases=("金额", "预算数")),
        Column(code="self_total", header="自评总分", form=Form.NUMBER, unit="分", example=96.0, width=11,
               guidance="仅供参考，系统不从这里读取"),
        Column(code="total", header="再评总分", form=Form.NUMBER, unit="分", width=11, aliases=("再评价总分", "总分"),
               guidance="只评总分时填写，0 到 100"),
        Column(code="items_checked", header="核查指标数", form=Form.INTEGER, unit="个", example=8, width=12),
        Column(code="evidence_seen", header="查阅佐证数", form=Form.INTEGER, unit="份", example=15, width=12),
        Column(code="on_site", header="现场核查", form=Form.FLAG, example="否", width=10, aliases=("是否现场",)),
        Column(code="reviewer", header="复核人", width=12),
        Column(code="note", header="备注", width=34, aliases=("说明",)),
    ),
)  # fmt: skip

SCORED_ITEMS = Sheet(
    code="scores",
    name="指标评分",
    aliases=("指标得分", "再评评分"),
    title="指标评分",
    guidance="每个指标一行，评完一个项目的全部指标；再评得分不超过分值。与自评不同的必须选差异原因、写明说明和证据编号；"
    "应得未得的可以调增。单位填报的指标、目标和实际值不要改动。",
    key=("project", "item"),
    columns=(
        _PROJECT,
        _NAME,
        Column(code="item", header="指标序号", form=Form.CODE, required=True, example="1", width=11,
               aliases=("序号", "指标编号"), guidance=f"与自评表次序一致；预算执行率写“{EXECUTION_WORD}”"),
        Column(code="level1", header="一级指标", example="产出指标", width=12),
        Column(code="level2", header="二级指标", example="数量指标", width=12),
        Column(code="level3", header="三级指标", example="改造管网长度", width=28, aliases=("指标名称", "指标")),
        Column(code="full", header="分值", form=Form.NUMBER, unit="分", required=True, example=15.0, width=10,
               guidance="按自评表；与自评表不一致的单独列出，不参与比较"),
        Column(code="target", header="目标值", example="≥12公里", width=15, aliases=("指标值", "年度指标值")),
        Column(code="actual", header="实际完成值", example="10公里", width=15, aliases=("完成值", "实际值")),
        Column(code="self_score", header="自评得分", form=Form.NUMBER, unit="分", example=15.0, width=11,
               guidance="仅供参考，系统不从这里读取"),
        Column(code="score", header="再评得分", form=Form.NUMBER, unit="分", example=12.5, width=11,
               aliases=("再评价得分", "复核得分")),
        Column(code="reason", header="差异原因", form=Form.TERM, term=Reason, example=Reason.NOT_DEDUCTED, width=16,
               aliases=("原因",)),
        Column(code="explanation", header="说明", example="完成率 83%，自评未按比例扣分", width=36,
               aliases=("差异说明", "评分说明")),
        Column(code="evidence", header="证据编号", form=Form.CODES, example="E01；E02", width=14, aliases=("佐证编号",)),
        Column(code="amount", header="涉及金额", form=Form.MONEY, unit="万元", width=13, aliases=("金额",)),
    ),
)  # fmt: skip

LIST_SHEETS = (PROJECT_LIST, APPROVED_TARGETS, FOLLOW_UP_SHEET)
RE_SCORING_SHEETS = (RATER_SHEET, SCORED_PROJECTS, SCORED_ITEMS)
# What a blind workbook must not show.
SELF_COLUMNS = frozenset({"self_total", "self_score"})
