"""The words of an explanation in three languages, so that pages, PDF and the recompute command say the same.

Every table maps a stable name to its words in the order of `LANGUAGES`. Symbols are those of the formulas in
`explain`; facts in braces are those of `Problem.facts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LANGUAGES: Final = ("zh-Hans", "zh-Hant", "en")
_TAGS: Final = {"zh": 0, "zh-cn": 0, "zh-hans": 0, "zh-tw": 1, "zh-hant": 1, "zh-hk": 1, "en": 2}

Words = tuple[str, str, str]

STEPS: Final[dict[str, Words]] = {
    "price": ("投标报价", "投標報價", "Price as offered"),
    "ceiling": ("是否超过最高限价", "是否超過最高限價", "Within the ceiling"),
    "requirement": ("资格与实质性要求", "資格與實質性要求", "Requirement"),
    "evaluated_price": ("评审价", "評審價", "Evaluated price"),
    "baseline": ("评标基准价", "評標基準價", "Baseline price"),
    "price_score": ("价格分", "價格分", "Price score"),
    "points_score": ("评分项得分", "評分項得分", "Points by the experts"),
    "value_accepted": ("是否认可所报数值", "是否認可所報數值", "Stated value accepted"),
    "lowest_value": ("最低认可值", "最低認可值", "Lowest accepted value"),
    "highest_value": ("最高认可值", "最高認可值", "Highest accepted value"),
    "steps_score": ("分档得分", "分級得分", "Points by steps"),
    "linear_score": ("线性得分", "線性得分", "Points along a line"),
    "min_max_score": ("相对得分", "相對得分", "Points between lowest and highest"),
    "lowest_score": ("最低分", "最低分", "Lowest points"),
    "total": ("总分", "總分", "Total"),
    "technical": ("技术得分合计", "技術得分合計", "Technical points"),
    "rank": ("名次", "名次", "Rank"),
}

STEP_SENTENCES: Final[dict[str, Words]] = {
    "price": (
        "取自开标记录，未作调整。",
        "取自開標記錄，未作調整。",
        "Taken from the opening record, unchanged.",
    ),
    "ceiling": (
        "投标报价不得超过最高限价，相等不算超过。",
        "投標報價不得超過最高限價，相等不算超過。",
        "The price as offered may equal the ceiling but not exceed it.",
    ),
    "requirement": (
        "按公告规定的多数规则，统计判定不满足的专家人数。",
        "按公告規定的多數規則，統計判定不滿足的專家人數。",
        "The experts who find it not met are counted by the rule of the notice.",
    ),
    "evaluated_price": (
        "每项政策扣除均以原报价为基数，扣除后的价格只用于评审。",
        "每項政策扣除均以原報價為基數，扣除後的價格只用於評審。",
        "Each policy deduction is taken from the original price; the result serves evaluation only.",
    ),
    "baseline": (
        "参加排名的各投标中最低的评审价。",
        "參加排名的各投標中最低的評審價。",
        "The lowest evaluated price among the bids that are ranked.",
    ),
    "price_score": (
        "评标基准价除以评审价，再乘以价格分值。",
        "評標基準價除以評審價，再乘以價格分值。",
        "The baseline divided by the evaluated price, times the weight.",
    ),
    "points_score": (
        "全体专家评分的算术平均值。",
        "全體專家評分的算術平均值。",
        "The arithmetic mean of all experts' scores.",
    ),
    "value_accepted": (
        "按判定要求的同一规则，统计不认可所报数值的专家人数。",
        "依判定要求的同一規則，統計不認可所報數值的專家人數。",
        "The experts who do not accept the stated value are counted by the rule of the requirements.",
    ),
    "lowest_value": (
        "参加排名的各投标中，被认可的最低数值。",
        "參加排名的各投標中，被認可的最低數值。",
        "The lowest accepted value among the bids that are ranked.",
    ),
    "highest_value": (
        "参加排名的各投标中，被认可的最高数值。",
        "參加排名的各投標中，被認可的最高數值。",
        "The highest accepted value among the bids that are ranked.",
    ),
    "steps_score": (
        "所报数值达到哪一档，就得哪一档的分。",
        "所報數值達到哪一級，就得哪一級的分。",
        "The value earns the points of the best step that it reaches.",
    ),
    "linear_score": (
        "在得零分的数值与得满分的数值之间按比例得分，超出部分不再增减。",
        "在得零分的數值與得滿分的數值之間按比例得分，超出部分不再增減。",
        "In proportion between the value that earns nothing and the value that earns all; the same beyond them.",
    ),
    "min_max_score": (
        "在最低认可值与最高认可值之间按比例得分；各值相同时均得满分。",
        "在最低認可值與最高認可值之間按比例得分；各值相同時均得滿分。",
        "In proportion between the lowest and the highest accepted value; where all are equal each earns all.",
    ),
    "lowest_score": (
        "没有所报数值，或者所报数值不被认可，得最低分。",
        "沒有所報數值，或者所報數值不被認可，得最低分。",
        "A value that is not stated or not accepted earns the lowest points.",
    ),
    "total": ("各项得分之和。", "各項得分之和。", "The sum of all scores."),
    "technical": (
        "技术评分项得分之和，用于总分相同时排序。",
        "技術評分項得分之和，用於總分相同時排序。",
        "The sum of the technical scores, used where totals are equal.",
    ),
    "rank": (
        "排在前面的投标数加一。",
        "排在前面的投標數加一。",
        "One more than the number of bids placed ahead.",
    ),
}

SYMBOLS: Final[dict[str, Words]] = {
    "P": ("投标报价", "投標報價", "price as offered"),
    "C": ("最高限价", "最高限價", "ceiling"),
    "d": ("扣除比例（%）", "扣除比例（%）", "deduction (%)"),
    "G": ("扣除的基数", "扣除的基數", "part of the price it counts on"),
    "E": ("评审价", "評審價", "evaluated price"),
    "B": ("评标基准价", "評標基準價", "baseline price"),
    "W": ("分值", "分值", "weight"),
    "M": ("专家评分满分", "專家評分滿分", "highest score an expert may give"),
    "s": ("专家评分", "專家評分", "an expert's score"),
    "N": ("专家人数", "專家人數", "number of experts"),
    "K": ("判定不满足的专家人数", "判定不滿足的專家人數", "experts who find it not met"),
    "F": ("单项得分", "單項得分", "score of a criterion"),
    "T": ("总分", "總分", "total"),
    "Q": ("技术得分合计", "技術得分合計", "technical points"),
    "V": ("所报数值", "所報數值", "stated value"),
    "J": ("不认可的专家人数", "不認可的專家人數", "experts who do not accept it"),
    "k": ("不认可（1）或认可（0）", "不認可（1）或認可（0）", "an expert does not accept it (1) or does (0)"),
    "L": ("该档下限", "該級下限", "lower end of the step"),
    "U": ("该档上限", "該級上限", "upper end of the step"),
    "p": ("该档分值", "該級分值", "points of the step"),
    "Z": ("得零分的数值", "得零分的數值", "value that earns nothing"),
    "X": ("得满分的数值", "得滿分的數值", "value that earns all"),
    "Y": ("最低认可值", "最低認可值", "lowest accepted value"),
    "H": ("最高认可值", "最高認可值", "highest accepted value"),
    "A": ("排在前面的投标数", "排在前面的投標數", "bids placed ahead"),
    "R": ("名次", "名次", "rank"),
}

TERMS: Final[dict[str, Words]] = {
    "lowest_price": ("最低评标价法", "最低評標價法", "Lowest evaluated price"),
    "weighted_points": ("综合评分法", "綜合評分法", "Weighted points"),
    "qualification": ("按要求判定", "依要求判定", "Judged by requirements alone"),
    "qualified": ("合格", "合格", "qualified"),
    "ranked": ("参加排名", "參加排名", "ranked"),
    "excluded": ("未参加排名", "未參加排名", "excluded"),
    "tie": ("并列", "並列", "tie"),
    "draw": ("待抽签", "待抽籤", "draw to follow"),
    "supplier": ("供应商", "供應商", "Supplier"),
    "bid": ("投标", "投標", "Bid"),
    "rank": ("名次", "名次", "Rank"),
    "price": ("投标报价", "投標報價", "Price"),
    "evaluated_price": ("评审价", "評審價", "Evaluated price"),
    "bid_price": ("投标报价", "投標報價", "price as offered"),
    "technical": ("技术得分", "技術得分", "technical points"),
    "total": ("总分", "總分", "Total"),
    "each": ("每一单项得分", "每一單項得分", "each criterion's score"),
    "end": ("仅总分", "僅總分", "only the total"),
    "half_up": ("四舍五入", "四捨五入", "half-up"),
    "rounding": ("舍入", "捨入", "Rounding"),
    "rounded": ("舍入后", "捨入後", "rounded"),
    "exact": ("精确值", "精確值", "exact"),
    "method": ("评审方法", "評審方法", "Method"),
    "tender": ("采购项目", "採購項目", "Tender"),
    "lot": ("包", "包", "Lot"),
    "ceiling": ("最高限价", "最高限價", "Ceiling"),
    "currency": ("币种", "幣種", "Currency"),
    "decided_by": ("区分依据", "區分依據", "decided by"),
    "places": ("位小数", "位小數", "decimals"),
    "yes": ("是", "是", "yes"),
    "no": ("否", "否", "no"),
    "reasons": ("原因", "原因", "Reasons"),
    "explanation": ("每一分的来历", "每一分的來歷", "Where every figure comes from"),
    "equal": (
        "重算一致：文件所载结果与重算结果完全相同。",
        "重算一致：檔案所載結果與重算結果完全相同。",
        "EQUAL: the result in the file is exactly what was recomputed.",
    ),
    "nothing": (
        "文件不含结果，只作计算，无可比对。",
        "檔案不含結果，只作計算，無可比對。",
        "NOTHING TO COMPARE: the file holds no result; it was computed only.",
    ),
    "differs": (
        "重算不一致：下列位置与文件所载结果不同。",
        "重算不一致：下列位置與檔案所載結果不同。",
        "DIFFERS: the result in the file is not what was recomputed, at:",
    ),
    "refused": ("无法评审，问题如下：", "無法評審，問題如下：", "REFUSED: the input cannot be evaluated:"),
    "in_file": ("文件", "檔案", "file"),
    "recomputed": ("重算", "重算", "recomputed"),
    "absent": ("（无）", "（無）", "(absent)"),
}


def index_of(language: str) -> int:
    """Return the place of a language tag (``zh-CN``, ``zh-Hant``, ``en``) in `LANGUAGES`; raises KeyError."""
    return _TAGS[language.lower().replace("_", "-")]


def word(table: Mapping[str, Words], name: str, language: str) -> str:
    """Return the words for a name; a name without words is shown as it is."""
    found = table.get(name)
    return found[index_of(language)] if found else name
