"""What people read for each rule name of this package: problems of an input, and reasons for an exclusion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from procurement.scoring.words import Words, index_of

RULES: Final[dict[str, Words]] = {
    "file.unreadable": ("无法读取文件。", "無法讀取檔案。", "The file cannot be read."),
    "json.unreadable": (
        "不是 UTF-8 的 JSON 文件。",
        "不是 UTF-8 的 JSON 檔案。",
        "The file is not JSON in UTF-8.",
    ),
    "json.duplicate_name": (
        "同一对象内有重名字段。",
        "同一物件內有重名欄位。",
        "An object holds the same name twice.",
    ),
    "format.unknown": (
        "format 应为“{expected}”。",
        "format 應為「{expected}」。",
        "The format must be “{expected}”.",
    ),
    "field.missing": ("缺少字段“{field}”。", "缺少欄位「{field}」。", "The field “{field}” is missing."),
    "field.unknown": (
        "不认识的字段“{field}”；自定义字段须以 x_ 开头。",
        "不認識的欄位「{field}」；自訂欄位須以 x_ 開頭。",
        "The field “{field}” is unknown; fields of your own begin with x_.",
    ),
    "field.type": ("类型应为 {expected}。", "型別應為 {expected}。", "The value must be of type {expected}."),
    "text.form": (
        "须为一行非空文字，至多 {longest} 字，不含控制字符。",
        "須為一行非空文字，至多 {longest} 字，不含控制字元。",
        "The text must be one line, not empty, without control characters, of at most {longest} characters.",
    ),
    "decimal.type": (
        '数须写作字符串，例如 "30.00"。',
        '數須寫作字串，例如 "30.00"。',
        'A number must be written as a string, such as "30.00".',
    ),
    "decimal.form": (
        "不是规范的十进制数；不得有指数、正号、前导零或千分位。",
        "不是規範的十進位數；不得有指數、正號、前導零或千分位。",
        "The text is no plain decimal: no exponent, plus sign, leading zero or separator is allowed.",
    ),
    "decimal.too_long": (
        "位数过多：整数至多 24 位，小数至多 12 位。",
        "位數過多：整數至多 24 位，小數至多 12 位。",
        "The number is too long: at most 24 digits before and 12 after the point.",
    ),
    "number.range": (
        "须在 {least} 与 {most} 之间。",
        "須在 {least} 與 {most} 之間。",
        "The number must lie between {least} and {most}.",
    ),
    "choice.unknown": (
        "须为下列之一：{allowed}。",
        "須為下列之一：{allowed}。",
        "The value must be one of: {allowed}.",
    ),
    "id.twice": ("编号“{value}”重复。", "編號「{value}」重複。", "The id “{value}” is used twice."),
    "ceiling.not_positive": ("最高限价须大于零。", "最高限價須大於零。", "The ceiling must be above zero."),
    "tie_break.twice": (
        "并列规则“{value}”重复。",
        "並列規則「{value}」重複。",
        "The tie-break “{value}” is listed twice.",
    ),
    "tie_break.draw_not_last": (
        "抽签只能列在最后。",
        "抽籤只能列在最後。",
        "A draw can only be the last tie-break.",
    ),
    "criteria.no_price": (
        "综合评分法须有且只有一项价格分。",
        "綜合評分法須有且只有一項價格分。",
        "Weighted points need exactly one price criterion; there is none.",
    ),
    "criteria.second_price": (
        "价格分只能有一项。",
        "價格分只能有一項。",
        "There can be only one price criterion.",
    ),
    "criteria.weights": (
        "分值合计应为 100，现为 {sum}。",
        "分值合計應為 100，現為 {sum}。",
        "The weights must sum to 100; they sum to {sum}.",
    ),
    "criteria.no_requirement": (
        "只按要求判定的，至少须有一项要求；现在没有。",
        "只按要求判定的，至少須有一項要求；現在沒有。",
        "Where requirements alone decide there must be at least one; there is none.",
    ),
    "criteria.only_requirements": (
        "只按要求判定的，不得设置价格分或评分项。",
        "只按要求判定的，不得設置價格分或評分項。",
        "Where requirements alone decide nothing is scored: no price, no points, no formula.",
    ),
    "criteria.points_not_allowed": (
        "最低评标价法不得设置评分项。",
        "最低評標價法不得設置評分項。",
        "The lowest-price method takes no points criterion.",
    ),
    "criterion.weight_not_allowed": (
        "资格与实质性要求不得有分值。",
        "資格與實質性要求不得有分值。",
        "A requirement is passed or failed and has no weight.",
    ),
    "criterion.weight_not_positive": ("分值须大于零。", "分值須大於零。", "The weight must be above zero."),
    "criterion.max_not_positive": (
        "满分须大于零。",
        "滿分須大於零。",
        "The highest score must be above zero.",
    ),
    "criterion.step_not_positive": (
        "评分步长须大于零。",
        "評分步長須大於零。",
        "The step of scores must be above zero.",
    ),
    "criterion.not_scored_by_experts": (
        "“{field}”只用于专家评分项。",
        "「{field}」只用於專家評分項。",
        "“{field}” belongs only to a criterion that experts score.",
    ),
    "criterion.formula_not_allowed": (
        "只有按公式计分的评分项才有公式。",
        "只有按公式計分的評分項才有公式。",
        "Only a criterion that is scored by a formula has one.",
    ),
    "formula.member": (
        "“{field}”不属于 {type} 公式。",
        "「{field}」不屬於 {type} 公式。",
        "“{field}” is no part of a formula of type {type}.",
    ),
    "formula.flat": (
        "得零分的数值与得满分的数值不得相同。",
        "得零分的數值與得滿分的數值不得相同。",
        "The value that earns nothing and the value that earns all must differ.",
    ),
    "formula.steps_count": (
        "须有 1 至 {most} 档。",
        "須有 1 至 {most} 級。",
        "There must be one to {most} steps.",
    ),
    "formula.points_negative": (
        "一档的分值不得小于零，现为 {points}。",
        "一級的分值不得小於零，現為 {points}。",
        "The points of a step must not be below zero; they are {points}.",
    ),
    "formula.points_above_weight": (
        "一档的分值 {points} 超过该项分值 {weight}。",
        "一級的分值 {points} 超過該項分值 {weight}。",
        "A step gives {points} points, more than the weight of {weight}.",
    ),
    "formula.step_twice": (
        "数值“{value}”列了两档。",
        "數值「{value}」列了兩級。",
        "Two steps begin at {value}.",
    ),
    "formula.not_rising": (
        "数值越好，分值应越高；这一档 {points} 分不高于前一档。",
        "數值越好，分值應越高；這一級 {points} 分不高於前一級。",
        "A better value must earn more points; this step gives {points}, no more than the one before it.",
    ),
    "formula.never_full": (
        "最好的一档得 {points} 分，应等于该项分值 {weight}。",
        "最好的一級得 {points} 分，應等於該項分值 {weight}。",
        "The best step gives {points} points; it must give the weight, {weight}.",
    ),
    "bids.none": ("没有投标。", "沒有投標。", "There is no bid."),
    "bid.price_not_positive": (
        "投标 {bid} 的报价为 {price}，须大于零；报价无效的投标须写明无效原因。",
        "投標 {bid} 的報價為 {price}，須大於零；報價無效的投標須寫明無效原因。",
        "Bid {bid} offers {price}; a price must be above zero. Declare it invalid, with a reason, if it is.",
    ),
    "value.no_such_criterion": (
        "投标 {bid} 为“{field}”报了数值，但它不是按公式计分的评分项。",
        "投標 {bid} 為「{field}」報了數值，但它不是按公式計分的評分項。",
        "Bid {bid} states a value for “{field}”, which is no criterion with a formula.",
    ),
    "bid.deductions_too_large": (
        "投标 {bid} 的扣除比例合计须小于 100 %。",
        "投標 {bid} 的扣除比例合計須小於 100 %。",
        "The deductions of bid {bid} must sum to less than 100 %.",
    ),
    "deduction.rate_range": (
        "扣除比例（百分数）须不小于 0 且小于 100，现为 {rate}。",
        "扣除比例（百分數）須不小於 0 且小於 100，現為 {rate}。",
        "A deduction in per cent must be at least 0 and below 100; it is {rate}.",
    ),
    "deduction.base_range": (
        "扣除的基数须不小于 0 且不大于投标报价，现为 {base}。",
        "扣除的基數須不小於 0 且不大於投標報價，現為 {base}。",
        "The part of the price on which a deduction counts must be at least 0 and at most the price; it is {base}.",
    ),
    "experts.none": ("没有评审专家。", "沒有評審專家。", "There is no expert to judge the criteria."),
    "expert.unsigned": (
        "专家 {name} 尚未签署评分表。",
        "專家 {name} 尚未簽署評分表。",
        "Expert {name} has not signed off.",
    ),
    "sheet.unknown_bid": (
        "专家 {name} 的评分表所指投标“{bid}”不存在。",
        "專家 {name} 的評分表所指投標「{bid}」不存在。",
        "Expert {name} has a sheet for “{bid}”, which is no bid here.",
    ),
    "sheet.twice": (
        "专家 {name} 对投标 {bid} 有两份评分表。",
        "專家 {name} 對投標 {bid} 有兩份評分表。",
        "Expert {name} has two sheets for bid {bid}.",
    ),
    "sheet.missing": (
        "缺少专家 {name} 对投标 {bid} 的评分表。",
        "缺少專家 {name} 對投標 {bid} 的評分表。",
        "The sheet of expert {name} for bid {bid} is missing.",
    ),
    "score.no_such_criterion": (
        "专家 {name} 给“{field}”评了分，但它不是专家评分项。",
        "專家 {name} 給「{field}」評了分，但它不是專家評分項。",
        "Expert {name} scored “{field}”, which is no criterion that experts score.",
    ),
    "score.out_of_range": (
        "专家 {name} 给“{field}”评了 {score} 分，范围是 0 至 {most}。",
        "專家 {name} 給「{field}」評了 {score} 分，範圍是 0 至 {most}。",
        "Expert {name} gave “{field}” {score}; the range is 0 to {most}.",
    ),
    "score.off_step": (
        "专家 {name} 给“{field}”评了 {score} 分，不是步长 {step} 的整数倍。",
        "專家 {name} 給「{field}」評了 {score} 分，不是步長 {step} 的整數倍。",
        "Expert {name} gave “{field}” {score}, which is no multiple of the step {step}.",
    ),
    "score.missing": (
        "专家 {name} 未给投标 {bid} 的“{criterion}”评分。",
        "專家 {name} 未給投標 {bid} 的「{criterion}」評分。",
        "Expert {name} has not scored “{criterion}” of bid {bid}.",
    ),
    "verdict.no_such_requirement": (
        "专家 {name} 对“{field}”作了判定，但它不是要求，也不按公式计分。",
        "專家 {name} 對「{field}」作了判定，但它不是要求，也不依公式計分。",
        "Expert {name} judged “{field}”, which is no requirement or formula here.",
    ),
    "verdict.missing": (
        "专家 {name} 未判定投标 {bid} 是否满足“{criterion}”。",
        "專家 {name} 未判定投標 {bid} 是否滿足「{criterion}」。",
        "Expert {name} has not judged whether bid {bid} meets “{criterion}”.",
    ),
    "verdict.value": (
        "专家 {name} 未判定是否认可投标 {bid} 为“{criterion}”所报的数值。",
        "專家 {name} 未判定是否認可投標 {bid} 為「{criterion}」所報的數值。",
        "Expert {name} has not judged whether to accept the value that bid {bid} states for “{criterion}”.",
    ),
    "bid.invalid": ("投标无效。", "投標無效。", "The bid is invalid."),
    "bid.above_ceiling": (
        "投标报价超过最高限价。",
        "投標報價超過最高限價。",
        "The price is above the ceiling.",
    ),
    "bid.requirement_failed": (
        "不满足资格或实质性要求“{criterion}”。",
        "不滿足資格或實質性要求「{criterion}」。",
        "The bid fails the requirement “{criterion}”.",
    ),
}


def sentence(rule: str, facts: Mapping[str, object], language: str) -> str:
    """Return the sentence for a rule with its facts put in; an unknown rule is shown by its name."""
    found = RULES.get(rule)
    return found[index_of(language)].format_map({**facts}) if found else rule
