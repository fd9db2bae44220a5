"""The words of what the demonstration's office prepares: budget, plan, library, questions, an amendment."""

from __future__ import annotations

from datetime import date
from typing import Any

LINES: tuple[dict[str, Any], ...] = (
    {"code": "2050299-01", "title": "学校设备更新", "funding": "财政拨款", "amount": 9_800_000_00},
    {"code": "2050299-02", "title": "信息化与服务", "funding": "财政拨款", "amount": 6_400_000_00},
)

SURVEY = [
    {"supplier": f"市场调研单位{name}", "price": price, "source": "书面询价", "on": date(2026, 6, 8)}
    for name, price in (("甲", 1_050_000_00), ("乙", 1_120_000_00), ("丙", 1_180_000_00))
]

_NONE = {"sme_reserve": "none", "sme_reason": "按财库〔2020〕46 号第六条，本项目实行价格扣除，不专门预留。"}
_SMALL = {"sme_reserve": "whole", "sme_small": "60"}

PROJECTS: dict[str, dict[str, Any]] = {
    "lights": {
        "title": "教室照明改造灯具",
        "need": "为 86 所市直属学校的普通教室更换照明灯具。",
        "budget_line": "2050299-01",
        "category": "goods",
        "classification": "A02061900",
        "quantity": "4800",
        "unit": "套",
        "amount": 2_600_000_00,
        **_NONE,
    },
    "heating": {
        "title": "供暖管网改造设备",
        "need": "更换第三中学供暖管网的泵组、换热器和控制柜。",
        "budget_line": "2050299-01",
        "category": "goods",
        "classification": "A02051900",
        "quantity": "1",
        "unit": "批",
        "amount": 3_860_000_00,
        **_NONE,
    },
    "security": {
        "title": "校园网络安全设备更新",
        "need": "更新 24 所学校的防火墙与日志审计设备，含三年规则库升级。",
        "budget_line": "2050299-02",
        "category": "goods",
        "classification": "A02010301",
        "quantity": "24",
        "unit": "台",
        "amount": 1_680_000_00,
        **_SMALL,
    },
    "training": {
        "title": "教师数字素养培训服务",
        "need": "面向 600 名教师的线上线下培训，共 48 学时。",
        "budget_line": "2050299-02",
        "category": "services",
        "classification": "C02100000",
        "quantity": "600",
        "unit": "人",
        "amount": 720_000_00,
        **_SMALL,
    },
    "computers_north": {
        "title": "北区学校台式计算机",
        "need": "北区 9 所学校计算机教室更新，约 260 台。",
        "budget_line": "2050299-01",
        "category": "goods",
        "classification": "A02010105",
        "quantity": "260",
        "unit": "台",
        "amount": 1_170_000_00,
        "procedure": "inquiry",
        **_SMALL,
    },
    "computers_south": {
        "title": "南区学校台式计算机",
        "need": "南区 8 所学校计算机教室更新，约 240 台。",
        "budget_line": "2050299-01",
        "category": "goods",
        "classification": "A02010105",
        "quantity": "240",
        "unit": "台",
        "amount": 1_080_000_00,
        "procedure": "inquiry",
        **_SMALL,
    },
    "instruments": {
        "title": "音乐教室乐器",
        "need": "补充民族管弦乐器，具体清单待学校确认。",
        "budget_line": "2050299-01",
        "category": "goods",
        "amount": 320_000_00,
    },
    "masks": {
        "title": "应急防护用品",
        "need": "开学季防护用品一批。",
        "budget_line": "2050299-02",
        "category": "goods",
        "classification": "A02320000",
        "quantity": "1",
        "unit": "批",
        "amount": 180_000_00,
        **_SMALL,
    },
}

CLAUSES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        "clause",
        "付款：验收后一次付清，中小企业预付三成",
        "",
        {"terms": {"payment": "合同签订后 10 个工作日内预付 30%；验收合格后 30 日内支付其余款项。"}},
    ),
    (
        "clause",
        "供应商资格：政府采购法第二十二条",
        "",
        {"qualifications": "具有独立承担民事责任的能力；近三年无重大违法记录；依法缴纳税收和社会保障资金。"},
    ),
)

TEMPLATE: tuple[str, str, str, dict[str, Any]] = (
    "template",
    "教育装备：价格 40、技术 40、质保 20",
    "goods",
    {
        "method": {"id": "weighted_points"},
        "criteria": [
            {
                "code": "C1",
                "kind": "price",
                "title": "价格",
                "weight": "40",
                "guidance": "最低评审价为基准，按比例计算。",
            },
            {
                "code": "C2",
                "kind": "points",
                "title": "技术参数响应",
                "weight": "40",
                "step": "0.5",
                "guidance": "每有一项一般参数负偏离扣 2 分，扣完为止。",
            },
            {
                "code": "C3",
                "kind": "formula",
                "title": "质保年限",
                "weight": "20",
                "guidance": "以投标人承诺的整机质保年限计。",
                "formula": {
                    "type": "steps",
                    "unit": "年",
                    "direction": "higher",
                    "steps": [
                        {"least": "3", "points": "10"},
                        {"least": "4", "points": "15"},
                        {"least": "5", "points": "20"},
                    ],
                },
            },
        ],
    },
)

QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "泵组夜间施工的时段如何约定？停暖期能否提前进场？",
        "夜间施工时段为 21:30 至次日 5:30；停暖期可提前进场，以学校书面确认为准。所有投标人均按此准备。",
    ),
    ("自控柜需要接入既有平台吗？协议版本是什么？", "需要接入，按 BACnet/IP 开放协议；接口文档已列入招标文件。"),
)

AMENDMENT: dict[str, Any] = {
    "text": "变频循环泵组数量由 14 套改为 16 套，增加东侧换热站两套；其余内容不变。",
    "item": {"quantity": "16"},
}
