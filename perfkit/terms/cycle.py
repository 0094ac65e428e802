"""Words of the evaluation cycle 绩效管理: rules, roles, drafts, budgets, surveys, fieldwork."""

from __future__ import annotations

from perfkit.terms.word import Term


class Severity(Term):
    """Severity of a problem or finding 严重程度."""

    ERROR = "error", "错误"
    WARNING = "warning", "提醒"
    INFO = "info", "提示"


class Verified(Term):
    """How far a fact of the rules was checked 核对标记."""

    SEEN = "V", "已核对文本"
    PARTLY = "P", "部分核对"
    MEMORY = "M", "未核对"


class Status(Term):
    """Rank of a rule 规则层级."""

    NATIONAL = "national", "国家规定"
    CENTRAL_TRIAL = "central-trial", "中央部门试行"
    LOCAL = "local", "地方规定"
    PRACTICE = "practice", "实务做法"
    OURS = "ours", "本项目约定"


class Organiser(Term):
    """Who organises the evaluation 评价组织方式."""

    FINANCE = "finance", "财政评价", "财政重点评价"
    DEPARTMENT = "department", "部门评价"
    UNIT = "unit", "单位自评"


class Role(Term):
    """Role of whoever scores 评价者角色."""

    AGENCY = "agency", "单位", "预算单位"
    DEPARTMENT = "department", "主管部门"
    FINANCE = "finance", "财政", "财政部门"
    THIRD_PARTY = "third_party", "第三方", "第三方机构"


class DraftStatus(Term):
    """Status of a draft 文稿状态."""

    FIRST = "first", "初稿"
    COMMENT = "comment", "征求意见稿"
    REVISED = "revised", "修改稿"
    SUBMITTED = "submitted", "报送稿"
    FINAL = "final", "终稿"


class Secrecy(Term):
    """Secrecy 公开属性."""

    PUBLIC = "public", "公开"
    INTERNAL = "internal", "内部"
    SECRET = "secret", "涉密"


class BudgetAccount(Term):
    """The four budgets 四本预算."""

    GENERAL = "general", "一般公共预算"
    FUND = "government_fund", "政府性基金预算"
    STATE_CAPITAL = "state_capital", "国有资本经营预算"
    SOCIAL_INSURANCE = "social_insurance", "社会保险基金预算"


class Phase(Term):
    """Phase of the project 项目阶段."""

    IN_PROGRESS = "in_progress", "实施期间"
    COMPLETED = "completed", "实施完成"


class SurveyAccess(Term):
    """How a questionnaire reached its respondents 问卷发放方式."""

    FRAME_SAMPLE = "frame_sample", "名单内随机抽样", "抽样框抽样"
    CENSUS = "census", "名单全员发放", "全员发放"
    OPEN_LINK = "open_link", "开放链接", "二维码", "开放二维码"
    ON_SITE = "on_site", "现场拦访", "现场发放"


class Adoption(Term):
    """What became of a comment 意见处理."""

    ADOPTED = "adopted", "采纳"
    PARTLY = "partly", "部分采纳"
    REFUSED = "refused", "不采纳", "未采纳"


class FieldworkKind(Term):
    """Kind of fieldwork 现场工作类型."""

    INTERVIEW = "interview", "访谈"
    MEETING = "meeting", "座谈"
    SITE_CHECK = "site_check", "现场核查"


class FundRow(Term):
    """Role of a row in the fund table 资金表行类型."""

    DETAIL = "detail", "明细"
    TOTAL = "total", "合计"


class Audience(Term):
    """Which of the two documents a piece belongs to 文稿去向."""

    REPORT = "report", "报告"
    WORKPAPER = "workpaper", "复核底稿"
