"""The tenders of the demonstration. Amounts are whole fen."""

from __future__ import annotations

from typing import Any

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


_WARRANTY: dict[str, Any] = {
    "code": "C4",
    "kind": "formula",
    "title": "质保年限",
    "weight": "20",
    "guidance": "以投标人承诺的整机质保年限计，附承诺函。",
    "formula": {
        "type": "steps",
        "unit": "年",
        "direction": "higher",
        "steps": [{"least": "3", "points": "10"}, {"least": "4", "points": "15"}, {"least": "5", "points": "20"}],
    },
    "evidence": [{"title": "质保承诺函", "required": False}],
}

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
        "criteria": [
            *_weighted("30", "30", "20", "20", ("★ 光生物安全", "须提供 RG0 级光生物安全检测报告。"))[:-1],
            _WARRANTY,
        ],
    },
    "supplies": {
        "title": "云州市教育系统 2027 年度教学用纸框架协议采购",
        "description": "各学校日常教学用纸，小额零星、多次采购，协议期一年。",
        "qualifications": "具有独立承担民事责任的能力。",
        "category": "goods",
        "budget": 960_000_00,
        "procedure": "framework",
        "ground": "catalogue",
        "ground_reason": "集中采购目录以内的小额零星采购。",
        "method": {"id": "lowest_price"},
        "lots": [
            {
                "number": "1",
                "title": "教学用纸",
                "ceiling": 960_000_00,
                "items": [
                    {
                        "number": "1",
                        "title": "A4 复印纸",
                        "quantity": "6000",
                        "unit": "箱",
                        "spec": "70 g/m²，每箱 5 包",
                    },
                ],
            }
        ],
        "criteria": [
            {"code": "R1", "kind": "requirement", "title": "★ 供货承诺", "guidance": "承诺下单后 3 日内送达。"},
            {"code": "C1", "kind": "price", "title": "价格", "weight": "100", "guidance": "单价低者优先。"},
        ],
    },
    "counsel": {
        "title": "云州市学生心理健康服务平台建设",
        "description": "建设覆盖 86 所学校的心理健康服务平台，服务流程需与供应商磋商确定。",
        "qualifications": "具有独立承担民事责任的能力。",
        "category": "services",
        "budget": 1_180_000_00,
        "procedure": "consultation",
        "ground": "complex",
        "ground_reason": "服务流程和接口因校而异，采购前不能确定详细规格。",
        "method": {"id": "weighted_points"},
        "lots": [
            {
                "number": "1",
                "title": "平台建设与服务",
                "ceiling": 1_150_000_00,
                "items": [
                    {
                        "number": "1",
                        "title": "平台建设与一年服务",
                        "quantity": "1",
                        "unit": "项",
                        "spec": "含部署与培训",
                    },
                ],
            }
        ],
        "criteria": _weighted("15", "45", "20", "20", ("★ 数据留存", "学生数据须存放在市教育云内。")),
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
        "qualifications": "注册资本不低于 500 万元；近三年具有本市教育行业同类项目业绩不少于 3 个。",
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
