"""The words of the demonstration: invented suppliers, experts, tenders and offers. Amounts are whole fen."""

from __future__ import annotations

from typing import Any

EXPERTS = ("欧阳喆", "仝堃", "沈知微", "顾行舟", "苏问渠")

SUPPLIERS: tuple[dict[str, Any], ...] = (
    {
        "name": "明川照明科技有限公司",
        "number": "91350100MA00000011",
        "person": "周明川",
        "size": "small",
        "address": "云州高新区启明路 18 号",
        "phone": "000-555 0118",
        "verified": True,
    },
    {
        "name": "北辰光电股份有限公司",
        "number": "91350100MA00000022",
        "person": "郑北辰",
        "size": "medium",
        "address": "云州经开区光谷一路 9 号",
        "phone": "000-555 0122",
        "verified": True,
    },
    {
        "name": "恒曜电器有限公司",
        "number": "91350100MA00000033",
        "person": "何恒曜",
        "size": "medium",
        "address": "云州市工业北路 201 号",
        "phone": "000-555 0133",
        "verified": True,
    },
    {
        "name": "南山节能设备有限公司",
        "number": "91350100MA00000044",
        "person": "梁南山",
        "size": "small",
        "address": "云州市南山大道 77 号",
        "phone": "000-555 0144",
        "verified": True,
    },
    {
        "name": "新芽教育装备有限公司",
        "number": "91350100MA00000055",
        "person": "许新芽",
        "size": "micro",
        "address": "云州市大学城创业园 3 栋",
        "phone": "000-555 0155",
        "verified": False,
    },
)

# `share` is the offer as a part of the ceiling, `quality` the part of the points that experts tend to give.
OFFERS: tuple[dict[str, Any], ...] = (
    {
        "share": "0.918",
        "quality": 0.93,
        "brand": "明川",
        "model": "MC",
        "answers": {
            "requirement": "满足，见技术方案第 6 页检测报告。",
            "points": "分三批施工，每校指定负责人，当日完工当日清场；质保五年，四小时到场。",
        },
    },
    {
        "share": "0.884",
        "quality": 0.86,
        "brand": "北辰",
        "model": "BC",
        "answers": {
            "requirement": "满足，见附件检测报告合集。",
            "points": "按各校放假日期逐校排期，备两支机动队；质保三年，八小时到场。",
        },
    },
    {
        "share": "0.966",
        "quality": 0.79,
        "brand": "恒曜",
        "model": "HY",
        "answers": {"requirement": "满足。", "points": "统一进场、统一验收，提供备品备件库；质保三年。"},
    },
    {
        "share": "0.944",
        "quality": 0.74,
        "brand": "南山",
        "model": "NS",
        "answers": {"requirement": "满足。", "points": "按总工期安排，节能改造经验丰富；质保三年。"},
    },
    {
        "share": "0.871",
        "quality": 0.70,
        "brand": "新芽",
        "model": "XY",
        "answers": {"requirement": "满足。", "points": "校园项目团队，服务响应快；质保两年。"},
    },
)

_BANDS_20 = [
    {"least": "18", "most": "20", "text": "优：逐校排期，含停课窗口；有应急与回退"},
    {"least": "14", "most": "17.5", "text": "良：分批排期，责任到人；应急较笼统"},
    {"least": "8", "most": "13.5", "text": "中：只有总工期；人员未落实"},
    {"least": "0", "most": "7.5", "text": "差：照抄需求，或与本项目无关"},
]


def _weighted(
    price: str, technical: str, plan: str, service: str, requirement: tuple[str, str]
) -> list[dict[str, Any]]:
    return [
        {"code": "R1", "kind": "requirement", "title": requirement[0], "guidance": requirement[1]},
        {"code": "C1", "kind": "price", "title": "价格", "guidance": "最低评审价为基准，按比例计算。", "weight": price},
        {
            "code": "C2",
            "kind": "points",
            "title": "技术参数响应",
            "weight": technical,
            "step": "0.5",
            "guidance": "逐项对照采购需求：每有一项一般参数负偏离扣 2 分，正偏离不加分；以检测报告为准。",
        },
        {
            "code": "C3",
            "kind": "points",
            "title": "实施方案",
            "weight": plan,
            "step": "0.5",
            "guidance": "看方案能否按期完成而不影响使用单位的正常工作。依据招标文件第 4.3 条；文件没有写的，不能评。",
            "bands": _BANDS_20 if plan == "20" else [],
        },
        {
            "code": "C4",
            "kind": "points",
            "title": "质保与售后",
            "weight": service,
            "step": "0.5",
            "guidance": "质保三年得一半分，每延长一年加三分；到场时间四小时内加满。",
        },
    ]


# What the demonstration's tenders favour, by category (`procurement.tender.policies`).
POLICIES: dict[str, dict[str, str]] = {
    "goods": {"sme_rate": "10", "industry": "industry", "domestic_rate": "20"},
    "services": {"sme_rate": "10", "industry": "not_listed"},
}


def declarations(tender: dict[str, Any], lot: dict[str, Any], number: int, size: str) -> dict[str, Any]:
    """Return what supplier `number` declares, as far as the tender's notice asks: its goods are its own make.

    The second supplier offers goods from abroad, so that domestic products have somebody to compete with.
    """
    policies, items = tender.get("policies") or {}, [one["item"] for one in lot["items"]]
    found: dict[str, Any] = {"enterprise_size": size}
    if policies.get("sme_rate"):
        maker = {"name": SUPPLIERS[number - 1]["name"], "size": size, "industry": policies["industry"]}
        found["sme"] = [{"item": item, **maker} for item in items]
    if policies.get("domestic_rate"):
        part = 100 // len(items)
        shares = [part] * (len(items) - 1) + [100 - part * (len(items) - 1)]
        found["domestic"] = [
            {"item": item, "domestic": number != 2, "share": str(share)}
            for item, share in zip(items, shares, strict=True)
        ]
    return found


TENDERS: dict[str, dict[str, Any]] = {
    "lights": {
        "title": "云州市直属学校教室照明改造灯具采购",
        "description": "为 86 所市直属学校的普通教室更换照明灯具，含供货、安装调试、旧灯回收、照度检测和质保。",
        "qualifications": "具有独立承担民事责任的能力；近三年无重大违法记录。",
        "category": "goods",
        "budget": 2_600_000_00,
        "method": {"id": "weighted_points"},
        "lots": [
            {
                "number": "1",
                "title": "教室灯具",
                "ceiling": 2_600_000_00,
                "items": [
                    {
                        "number": "1",
                        "title": "LED 护眼教室灯",
                        "quantity": "4800",
                        "unit": "套",
                        "spec": "36 W，Ra ≥ 95，UGR ≤ 16",
                        "is_substantive": True,
                    },
                    {
                        "number": "2",
                        "title": "黑板灯",
                        "quantity": "1200",
                        "unit": "套",
                        "spec": "维持平均照度 ≥ 500 lx",
                        "is_substantive": True,
                    },
                    {
                        "number": "3",
                        "title": "智能照明控制器",
                        "quantity": "400",
                        "unit": "台",
                        "spec": "每教室 1 台，开放协议",
                    },
                ],
            }
        ],
        "criteria": _weighted("30", "30", "20", "20", ("★ 光生物安全", "须提供 RG0 级光生物安全检测报告。")),
    },
    "library": {
        "title": "云州市第一中学图书馆古籍数字化加工服务",
        "description": "对 1.2 万册古籍做高清扫描、著录与全文识别，成果按国家图书馆元数据规范交付。",
        "qualifications": "具有独立承担民事责任的能力。",
        "category": "services",
        "budget": 1_450_000_00,
        "method": {"id": "weighted_points"},
        "lots": [
            {
                "number": "1",
                "title": "扫描与著录",
                "ceiling": 1_400_000_00,
                "items": [
                    {
                        "number": "1",
                        "title": "古籍高清扫描",
                        "quantity": "12000",
                        "unit": "册",
                        "spec": "600 dpi，无接触",
                    },
                    {
                        "number": "2",
                        "title": "元数据著录",
                        "quantity": "12000",
                        "unit": "册",
                        "spec": "含题名、责任者、版本",
                    },
                ],
            }
        ],
        "criteria": _weighted("20", "40", "20", "20", ("★ 无接触扫描", "扫描设备不得与书页接触，须附设备说明。")),
    },
    "tablets": {
        "title": "云州市职业学校实训室智能终端采购",
        "description": "为 12 所职业学校实训室采购教学平板与充电车，含部署和三年质保。",
        "qualifications": "具有独立承担民事责任的能力。",
        "category": "goods",
        "budget": 1_980_000_00,
        "method": {"id": "weighted_points"},
        "lots": [
            {
                "number": "1",
                "title": "教学平板",
                "ceiling": 1_960_000_00,
                "items": [
                    {
                        "number": "1",
                        "title": "教学平板",
                        "quantity": "1100",
                        "unit": "台",
                        "spec": "11 英寸，8 GB / 128 GB",
                    },
                    {"number": "2", "title": "移动充电车", "quantity": "24", "unit": "台", "spec": "48 位，过充保护"},
                ],
            }
        ],
        "criteria": _weighted("40", "25", "20", "15", ("★ 强制性产品认证", "须提供有效的 CCC 证书。")),
    },
    "heating": {
        "title": "云州市第三中学供暖管网改造设备采购",
        "description": "更换校区供暖管网的泵组、换热器和控制柜，夜间施工，不停供。",
        "qualifications": "具有独立承担民事责任的能力。",
        "category": "goods",
        "budget": 3_860_000_00,
        "method": {"id": "weighted_points"},
        "lots": [
            {
                "number": "1",
                "title": "泵组与换热器",
                "ceiling": 2_600_000_00,
                "items": [
                    {
                        "number": "1",
                        "title": "变频循环泵组",
                        "quantity": "14",
                        "unit": "套",
                        "spec": "IE4 能效",
                        "is_substantive": True,
                    },
                    {"number": "2", "title": "板式换热器", "quantity": "9", "unit": "台", "spec": "316L，1.6 MPa"},
                ],
            },
            {
                "number": "2",
                "title": "控制系统",
                "ceiling": 1_200_000_00,
                "items": [
                    {"number": "1", "title": "自控柜", "quantity": "11", "unit": "台", "spec": "开放协议，远程监测"},
                ],
            },
        ],
        "criteria": _weighted("30", "30", "20", "20", ("★ 能效等级", "泵组能效不得低于二级，附检测报告。")),
    },
    "desks": {
        "title": "云州市特殊教育学校可调节课桌椅采购",
        "description": "采购高度可调节的课桌椅。",
        "category": "goods",
        "budget": 860_000_00,
        "method": {"id": "weighted_points"},
        "lots": [
            {
                "number": "1",
                "title": "课桌椅",
                "ceiling": 900_000_00,
                "items": [
                    {"number": "1", "title": "可调节课桌椅", "quantity": "1500", "unit": "套", "spec": ""},
                ],
            }
        ],
        "criteria": [
            {"code": "C1", "kind": "price", "title": "价格", "weight": "25"},
            {"code": "C2", "kind": "points", "title": "质量", "weight": "60"},
        ],
    },
    "network": {
        "title": "云州市教育云平台 2027 年度运行维护服务",
        "description": "教育云平台一年期运行维护：值守、巡检、应急响应与安全加固。",
        "qualifications": "具有独立承担民事责任的能力。",
        "category": "services",
        "budget": 5_600_000_00,
        "method": {"id": "weighted_points"},
        "lots": [
            {
                "number": "1",
                "title": "运行维护",
                "ceiling": 5_500_000_00,
                "items": [
                    {"number": "1", "title": "驻场运维", "quantity": "12", "unit": "月", "spec": "7×24 小时，6 人"},
                ],
            }
        ],
        "criteria": _weighted("20", "40", "20", "20", ("★ 驻场人数", "承诺驻场不少于 6 人。")),
    },
    "soon": {
        "title": "练习项目：云州市青少年宫照明灯具采购",
        "description": "演示用的练习项目，约十分钟后截止。您可以加封一份投标，看着它自动开启，再去评分和定标。",
        "qualifications": "具有独立承担民事责任的能力。",
        "category": "goods",
        "budget": 380_000_00,
        "method": {"id": "weighted_points"},
        "lots": [
            {
                "number": "1",
                "title": "活动室灯具",
                "ceiling": 360_000_00,
                "items": [
                    {
                        "number": "1",
                        "title": "LED 护眼灯",
                        "quantity": "600",
                        "unit": "套",
                        "spec": "36 W，Ra ≥ 95",
                        "is_substantive": True,
                    },
                    {"number": "2", "title": "照明控制器", "quantity": "40", "unit": "台", "spec": "开放协议"},
                ],
            }
        ],
        "criteria": _weighted("40", "25", "20", "15", ("★ 光生物安全", "须提供 RG0 级光生物安全检测报告。")),
    },
}
