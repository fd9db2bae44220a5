"""A whole award notice, as the award room publishes it: the sample of docs/formats/notice.md."""

from __future__ import annotations

from typing import Any


def a_notice(**changes: Any) -> dict[str, Any]:
    """Return a valid award notice; `changes` replace members of its head."""
    notice: dict[str, Any] = {
        "format": "sunseal-notice/1",
        "kind": "award",
        "ref": "N-2026-000412",
        "number": "云采公〔2026〕412-3 号",
        "issued_at": "2026-11-26T14:00:07+08:00",
        "issuer": {
            "name": "云州市教育局",
            "address": "云州市府前路 6 号",
            "contact": "𬭚女士",
            "phone": "0599-555 0106",
        },
        "agency": {
            "name": "云州正衡招标代理有限公司",
            "address": "云州市中山路 88 号",
            "contact": "",
            "phone": "0599-555 0188",
        },
        "demonstration": True,
        "rule_set": {"id": "cn-gpl-2015", "digest": "5f" * 32},
        "previous": None,
        "award": {
            "tender": {"ref": "T-2026-000412", "title": "云州市直属学校教室照明改造灯具采购"},
            "lot": {"lot": "1", "title": "教室灯具"},
            "method": "points",
            "winner": {
                "name": "明川照明科技有限公司",
                "number": "91350700MA2XU7QF3K",
                "address": "云州高新区启明路 18 号",
                "amount": "2386800.00",
                "enterprise_size": "small",
                "items": [
                    _item("1", "LED 护眼教室灯", "MC-36E", "36 W，Ra 97，UGR 15", "4800", "套", "386.00", "1852800.00"),
                    _item("2", "黑板灯", "MC-B20", "维持照度 560 lx", "1200", "套", "298.00", "357600.00"),
                    _item("3", "智能照明控制器", "MC-K1", "DALI-2，开放协议", "400", "台", "441.00", "176400.00"),
                ],
            },
            "ranking": [
                _line(1, "明川照明科技有限公司", "2386800.00", "2148120.00", "94.60", "won"),
                _line(2, "北辰光电股份有限公司", "2298400.00", "2298400.00", "93.14", "lost"),
                _line(3, "恒曜电器有限公司", "2512000.00", "2512000.00", "84.85", "lost"),
                _line(4, "南山节能设备有限公司", "2455200.00", "2209680.00", "83.26", "lost"),
            ],
            "excluded": [{"bidder": "䶮溪灯饰有限公司", "reason": "未提供灯具节能认证证书（资格要求 C2）。"}],
            "experts": [
                {"name": "欧阳喆", "role": "chair"},
                {"name": "仝堃", "role": "member"},
                {"name": "佘頔", "role": "member"},
                {"name": "㛃祎", "role": "member"},
                {"name": "苏问渠", "role": "representative"},
            ],
            "fee": {"amount": "32200.00", "payer": "winner", "basis": "招标文件第 2.9 条"},
            "reason": None,
            "period": {"workdays": 1, "ends_on": "2026-11-27"},
            "standstill_ends_on": "2026-12-08",
            "challenge": {"ends_on": "2026-12-08", "article": "政府采购法第五十二条"},
            "evaluation": {"sha256": "8a41f0d2c5e7b93614acfe02795d38b1c6f4e0a927d51b83640eac79f1d2b358"},
            "documents": [{"name": "招标文件", "sha256": "1c" * 32}, {"name": "中小企业声明函", "sha256": "2d" * 32}],
        },
    }
    return notice | changes


def _item(
    item: str, title: str, model: str, spec: str, quantity: str, unit: str, price: str, amount: str
) -> dict[str, str]:
    return {
        "item": item,
        "title": title,
        "brand": "明川",
        "model": model,
        "spec": spec,
        "quantity": quantity,
        "unit": unit,
        "unit_price": price,
        "amount": amount,
    }


def _line(rank: int, bidder: str, price: str, evaluated: str, total: str, outcome: str) -> dict[str, Any]:
    return {
        "rank": rank,
        "bidder": bidder,
        "price": price,
        "evaluated_price": evaluated,
        "total": total,
        "outcome": outcome,
    }
