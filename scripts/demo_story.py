"""The words of the demonstration: invented suppliers, experts and offers."""

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
        "value": "5",
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
        "value": "4",
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
        "value": "3",
        "model": "HY",
        "answers": {"requirement": "满足。", "points": "统一进场、统一验收，提供备品备件库；质保三年。"},
    },
    {
        "share": "0.944",
        "quality": 0.74,
        "brand": "南山",
        "value": "3",
        "model": "NS",
        "answers": {"requirement": "满足。", "points": "按总工期安排，节能改造经验丰富；质保三年。"},
    },
    {
        "share": "0.871",
        "quality": 0.70,
        "brand": "新芽",
        "value": "3",
        "model": "XY",
        "answers": {"requirement": "满足。", "points": "校园项目团队，服务响应快；质保两年。"},
    },
)

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
