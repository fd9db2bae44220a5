"""The spreadsheet of a backlog (``docs/formats/backlog.md``): its sheets and columns, with their words. Pure.

Kinds of columns: ``line`` and ``text`` (one or several lines), ``money`` (yuan), ``decimal``, ``percent``, ``whole``,
``month``, ``moment``, ``flag`` (yes or no), and ``choice``, whose words are in `CHOICES` or are the rule sets'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procurement.rules.wording import Text

Choices = Mapping[str, Mapping[str, Text]]

CHOICES: dict[str, dict[str, Text]] = {
    "category": {
        "goods": Text("货物", "貨物", "Goods"),
        "services": Text("服务", "服務", "Services"),
        "works": Text("工程", "工程", "Works"),
    },
    "method": {
        "weighted_points": Text("综合评分法", "綜合評分法", "Weighted points"),
        "lowest_price": Text("最低评标价法", "最低評標價法", "Lowest evaluated price"),
    },
    "sme_reserve": {
        "none": Text("不预留", "不預留", "Not reserved"),
        "whole": Text("整体预留", "整體預留", "Reserved as a whole"),
        "part": Text("部分预留", "部分預留", "Reserved in part"),
    },
    "kind": {
        "requirement": Text("符合性要求", "符合性要求", "Requirement"),
        "price": Text("价格", "價格", "Price"),
        "points": Text("评委打分", "委員評分", "Points by experts"),
        "formula": Text("公式计分", "公式計分", "Points by formula"),
    },
    "formula": {
        "steps": Text("分段", "分段", "Steps"),
        "linear": Text("线性", "線性", "Linear"),
        "min_max": Text("最大最小", "最大最小", "Min–max"),
    },
    "direction": {
        "higher": Text("越高越好", "越高越好", "Higher is better"),
        "lower": Text("越低越好", "越低越好", "Lower is better"),
    },
}
FLAG = {True: Text("是", "是", "Yes"), False: Text("否", "否", "No")}


@dataclass(frozen=True)
class Column:
    """A column: its key, its kind, its words, and what the sheet of explanations says of it."""

    key: str
    kind: str
    words: Text
    hint: Text
    is_required: bool = False
    choices: str = ""

    @property
    def header(self) -> str:
        """Return the words of the first row, in the three languages."""
        said = dict.fromkeys((self.words.zh_Hans, self.words.zh_Hant, self.words.en))
        return " / ".join(said) + (" *" if self.is_required else "")


@dataclass(frozen=True)
class Sheet:
    """A sheet: its key, its name in the file, its words, and its columns from left to right."""

    key: str
    name: str
    words: Text
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        """Return the column of a key."""
        return next(one for one in self.columns if one.key == key)


_NONE = Text("", "", "")


def _must(key: str, kind: str, words: Text, hint: Text = _NONE, choices: str = "") -> Column:
    return Column(key, kind, words, hint, True, choices)


def _may(key: str, kind: str, words: Text, hint: Text = _NONE, choices: str = "") -> Column:
    return Column(key, kind, words, hint, False, choices)


_TITLE = Text("名称", "名稱", "Title")
_YEAR = Text("年度", "年度", "Year")
_CATEGORY = Text("采购类别", "採購類別", "Category")
_CODE = Text("品目编码", "品目編碼", "Catalogue code")
_QUANTITY = Text("数量", "數量", "Quantity")
_UNIT = Text("单位", "單位", "Unit")
_PROCEDURE = Text("采购方式", "採購方式", "Procedure")
_YUAN = Text("元，最多两位小数", "元，最多兩位小數", "Yuan, at most two decimals")
_OF_TENDER = Text("“项目”表中的编号", "「项目」表中的編號", "A number of the sheet of tenders")
_COUNTED = Text("空白则依次编号", "空白則依次編號", "Counted where empty")
_RESERVE = (
    _may("sme_reserve", "choice", Text("中小企业预留", "中小企業預留", "SME reserve"), choices="sme_reserve"),
    _may("sme_share", "percent", Text("预留比例", "預留比例", "Reserved share (%)")),
    _may("sme_small", "percent", Text("其中小微企业比例", "其中小微企業比例", "Of it small and micro (%)")),
    _may("sme_reason", "text", Text("不预留的理由", "不預留的理由", "Why not reserved")),
)

BUDGET = Sheet(
    "budget",
    "预算",
    Text("预算", "預算", "Budget lines"),
    (
        _must("year", "whole", _YEAR, Text("如 2027", "如 2027", "Such as 2027")),
        _must(
            "code",
            "line",
            Text("预算编码", "預算編碼", "Budget code"),
            Text("字母、数字、点、连字符", "字母、數字、點、連字號", "Letters, digits, points, hyphens"),
        ),
        _must("title", "line", _TITLE),
        _may("funding", "line", Text("资金来源", "資金來源", "Funding")),
        _must("amount", "money", Text("金额", "金額", "Amount (yuan)"), _YUAN),
    ),
)
PLAN = Sheet(
    "plan",
    "计划",
    Text("计划", "計畫", "Projects of the plan"),
    (
        _must(
            "number",
            "line",
            Text("编号", "編號", "Number"),
            Text("自己的编号，供“项目”表引用", "自己的編號，供「项目」表引用", "Your own; tenders name it"),
        ),
        _must("year", "whole", _YEAR),
        _may(
            "budget_code",
            "line",
            Text("预算编码", "預算編碼", "Budget code"),
            Text(
                "同年度“预算”表或系统中已有的编码",
                "同年度「预算」表或系統中已有的編碼",
                "Of the same year: in the sheet of budget lines, or known already",
            ),
        ),
        _must("title", "line", _TITLE),
        _may("need", "text", Text("需求概况", "需求概況", "Need")),
        _must("category", "choice", _CATEGORY, choices="category"),
        _may("classification", "line", _CODE),
        _may("quantity", "decimal", _QUANTITY),
        _may("unit", "line", _UNIT),
        _may("amount", "money", Text("预算金额", "預算金額", "Amount (yuan)"), _YUAN),
        _may("procedure", "choice", _PROCEDURE, choices="procedure"),
        _may(
            "begins_on",
            "month",
            Text("预计开始月份", "預計開始月份", "Begins in month"),
            Text("如 2027-03", "如 2027-03", "Such as 2027-03"),
        ),
        *_RESERVE,
        _may("urgency", "text", Text("紧急情况说明", "緊急情況說明", "Urgency")),
    ),
)
TENDERS = Sheet(
    "tenders",
    "项目",
    Text("项目", "標案", "Tenders"),
    (
        _must(
            "number",
            "line",
            Text("编号", "編號", "Number"),
            Text("自己的编号，供后两表引用", "自己的編號，供後兩表引用", "Your own; the next two sheets name it"),
        ),
        _may(
            "plan",
            "line",
            Text("计划编号", "計畫編號", "Project of the plan"),
            Text(
                "“计划”表中的编号，或 P- 开头的编号",
                "「计划」表中的編號，或 P- 開頭的編號",
                "A number of the sheet of projects, or P-…",
            ),
        ),
        _must("title", "line", _TITLE),
        _may("description", "text", Text("采购需求", "採購需求", "What is needed")),
        _may("qualifications", "text", Text("供应商资格", "廠商資格", "Qualifications")),
        _must("category", "choice", _CATEGORY, choices="category"),
        _may("procedure", "choice", _PROCEDURE, choices="procedure"),
        _may("ground", "choice", Text("适用情形", "適用情形", "Ground"), choices="ground"),
        _may("ground_reason", "text", Text("情形说明", "情形說明", "Facts of the ground")),
        _may("budget", "money", Text("预算金额", "預算金額", "Budget (yuan)"), _YUAN),
        _may(
            "closes_at",
            "moment",
            Text("投标截止时间", "投標截止時間", "Deadline for bids"),
            Text("如 2026-12-31 09:30", "如 2026-12-31 09:30", "Such as 2026-12-31 09:30"),
        ),
        _may("contact", "line", Text("联系人", "聯絡人", "Contact")),
        _may("phone", "line", Text("电话", "電話", "Phone")),
        _may("accepts_consortium", "flag", Text("接受联合体", "接受聯合體", "Consortia accepted")),
        _may("method", "choice", Text("评审方法", "評審方法", "Method"), choices="method"),
        _may("industry", "choice", Text("所属行业", "所屬行業", "Industry"), choices="industry"),
        *_RESERVE,
        _may("sme_rate", "percent", Text("小微企业价格扣除", "小微企業價格扣除", "Deduction for small firms (%)")),
        _may("delivery_place", "text", Text("交付地点", "交付地點", "Place of delivery")),
        _may("delivery_time", "text", Text("交付时间", "交付時間", "Time of delivery")),
        _may("payment", "text", Text("付款方式", "付款方式", "Payment")),
    ),
)
ITEMS = Sheet(
    "items",
    "标的",
    Text("标的", "標的", "Lots and items"),
    (
        _must("tender", "line", Text("项目编号", "標案編號", "Tender"), _OF_TENDER),
        _may("lot", "line", Text("包号", "包號", "Lot"), Text("空白为 1", "空白為 1", "1 where empty")),
        _may(
            "lot_title",
            "line",
            Text("包名称", "包名稱", "Title of the lot"),
            Text("写在该包第一行", "寫在該包第一列", "On the first row of the lot"),
        ),
        _may("ceiling", "money", Text("包最高限价", "包最高限價", "Ceiling of the lot (yuan)"), _YUAN),
        _may(
            "item",
            "line",
            Text("标的序号", "標的序號", "Item"),
            _COUNTED,
        ),
        _must("title", "line", _TITLE),
        _may("classification", "line", _CODE),
        _may("quantity", "decimal", _QUANTITY),
        _may("unit", "line", _UNIT),
        _may("spec", "text", Text("技术要求", "技術要求", "Specification")),
        _may("is_substantive", "flag", Text("实质性要求", "實質性要求", "Substantive")),
    ),
)
CRITERIA = Sheet(
    "criteria",
    "评审",
    Text("评审", "評審", "Criteria"),
    (
        _must("tender", "line", Text("项目编号", "標案編號", "Tender"), _OF_TENDER),
        _may(
            "code",
            "line",
            Text("代号", "代號", "Code"),
            _COUNTED,
        ),
        _must("kind", "choice", Text("类型", "類型", "Kind"), choices="kind"),
        _must("title", "line", _TITLE),
        _may("guidance", "text", Text("评审标准", "評審標準", "How it is judged")),
        _may("weight", "decimal", Text("权重", "權重", "Weight")),
        _may("step", "decimal", Text("打分间隔", "評分間隔", "Step of points")),
        _may(
            "bands",
            "text",
            Text("分档", "分檔", "Bands"),
            Text("每行一档：18-20 说明", "每行一檔：18-20 說明", "One a line: 18-20 what earns it"),
        ),
        _may("formula", "choice", Text("公式", "公式", "Formula"), choices="formula"),
        _may("direction", "choice", Text("方向", "方向", "Direction"), choices="direction"),
        _may("unit", "line", _UNIT),
        _may(
            "steps",
            "text",
            Text("分段", "分段", "Steps"),
            Text("每行一段：≥ 5 → 10", "每行一段：≥ 5 → 10", "One a line: ≥ 5 → 10"),
        ),
        _may("zero", "decimal", Text("零分值", "零分值", "Value of no points")),
        _may("full", "decimal", Text("满分值", "滿分值", "Value of full points")),
        _may(
            "evidence",
            "text",
            Text("必交证明", "必交證明", "Proofs required"),
            Text("每行一项", "每行一項", "One a line"),
        ),
        _may("evidence_optional", "text", Text("可交证明", "可交證明", "Proofs welcome")),
    ),
)
SHEETS = (BUDGET, PLAN, TENDERS, ITEMS, CRITERIA)
EXPLAINED, LISTS = "说明", "_"
