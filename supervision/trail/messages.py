"""The verifier's sentences in three languages. One small table: the verifier runs without the house's
catalogues.
"""

from __future__ import annotations

from typing import Any

LANGUAGES = ("en", "zh-CN", "zh-TW")

STEPS: dict[str, tuple[str, str, str]] = {
    "layout": ("Layout of the folder", "文件夹结构", "資料夾結構"),
    "manifest": ("Signature of the manifest", "清单签名", "清單簽章"),
    "files": ("Digest of every file", "每个文件的摘要", "每個檔案的雜湊值"),
    "checkpoint": ("Signature of the checkpoint", "检查点签名", "檢查點簽章"),
    "entries": ("Entries against the tree's leaves", "记录与树叶比对", "紀錄與樹葉比對"),
    "root": ("Root of the tree", "树根", "樹根"),
    "order": ("Order and time of the entries", "记录的次序与时间", "紀錄的次序與時間"),
    "history": ("Earlier checkpoints", "早先的检查点", "先前的檢查點"),
    "receipts": ("Receipts", "回执", "回執"),
    "notices": ("Notices and their seals", "公告及其印章", "公告及其印章"),
}

VERDICTS: dict[str, tuple[str, str, str]] = {
    "trusted": ("intact, origin trusted", "完整无改动，来源可信", "完整未更動，來源可信"),
    "unchecked": ("intact, origin not checked", "完整无改动，来源未核对", "完整未更動，來源未核對"),
    "refused": ("refused", "拒绝", "拒絕"),
}

WORDS: dict[str, tuple[str, str, str]] = {
    "verdict": ("Verdict", "结论", "結論"),
    "ok": ("ok", "通过", "通過"),
    "no": ("REFUSED", "拒绝", "拒絕"),
    "not_taken": (
        "not checked, an earlier step took its ground away",
        "未检查：前面的步骤已失去依据",
        "未檢查：前面的步驟已失去依據",
    ),
    "more": ("and {count} more", "另有 {count} 处", "另有 {count} 處"),
    "hint": (
        "Give the log's key, had from elsewhere, with --log-key; the one inside the export proves nothing.",
        "请用 --log-key 给出另行取得的日志公钥；导出件自带的公钥不能证明来源。",
        "請以 --log-key 提供另行取得的日誌公鑰；匯出件自帶的公鑰不能證明來源。",
    ),
}

COUNTS: dict[str, tuple[str, str, str]] = {
    "files": ("{n} files", "{n} 个文件", "{n} 個檔案"),
    "entries": ("{n} entries", "{n} 条记录", "{n} 筆紀錄"),
    "size": ("size {n}", "共 {n} 条", "共 {n} 筆"),
    "origin": ("origin {n}", "来源 {n}", "來源 {n}"),
    "root": ("{n}", "{n}", "{n}"),
    "checkpoints": ("{n} checkpoints", "{n} 个检查点", "{n} 個檢查點"),
    "receipts": ("{n} receipts", "{n} 份回执", "{n} 份回執"),
    "notices": ("{n} notices", "{n} 份公告", "{n} 份公告"),
}

FINDINGS: dict[str, tuple[str, str, str]] = {
    "file.unknown": (
        "{path}: nothing may lie there",
        "{path}：此处不应有任何东西",
        "{path}：此處不應有任何東西",
    ),
    "file.missing": ("{path} is missing", "缺少 {path}", "缺少 {path}"),
    "file.added": ("{path} was added", "多出 {path}", "多出 {path}"),
    "file.changed": ("{path} was changed", "{path} 被改动", "{path} 遭更動"),
    "manifest.malformed": (
        "manifest.json is not a canonical manifest",
        "manifest.json 不是规范的清单",
        "manifest.json 不是規範的清單",
    ),
    "manifest.unreadable": (
        "a file that every export has cannot be read",
        "必备文件无法读取",
        "必備檔案無法讀取",
    ),
    "manifest.signature_differs": (
        "manifest.sig signs another manifest",
        "manifest.sig 签的是另一份清单",
        "manifest.sig 簽的是另一份清單",
    ),
    "note.malformed": ("the signed note is malformed", "签名文本格式有误", "簽章文本格式有誤"),
    "note.signature_wrong": ("the signature is wrong", "签名不正确", "簽章不正確"),
    "note.unsigned": ("no signature is by the log's key", "没有日志密钥的签名", "沒有日誌金鑰的簽章"),
    "key.malformed": ("log-key holds no verifier key", "log-key 不是公钥文本", "log-key 不是公鑰文本"),
    "checkpoint.malformed": ("the checkpoint is malformed", "检查点格式有误", "檢查點格式有誤"),
    "checkpoint.unreadable": ("the checkpoint cannot be read", "检查点无法读取", "檢查點無法讀取"),
    "checkpoint.wrong_key": (
        "the checkpoint of {origin} is signed by {name}",
        "{origin} 的检查点由 {name} 签名",
        "{origin} 的檢查點由 {name} 簽章",
    ),
    "checkpoint.manifest_differs": (
        "manifest and checkpoint speak of different trees",
        "清单与检查点所指的树不同",
        "清單與檢查點所指的樹不同",
    ),
    "entry.changed": ("{entries} changed", "{entries}被改动", "{entries}遭更動"),
    "entry.missing": ("{entries} missing", "缺少{entries}", "缺少{entries}"),
    "entry.added": ("{entries} added", "多出{entries}", "多出{entries}"),
    "entry.unreadable": ("{entries} cannot be read", "{entries}无法读取", "{entries}無法讀取"),
    "entry.swapped": (
        "entries {first} and {second} stand in each other's place",
        "第 {first} 条与第 {second} 条记录互换了位置",
        "第 {first} 筆與第 {second} 筆紀錄互換了位置",
    ),
    "entry.moved": (
        "entry {index} was moved to place {position}",
        "第 {index} 条记录被移到第 {position} 位",
        "第 {index} 筆紀錄被移到第 {position} 位",
    ),
    "entry.count": (
        "{path} holds {found} entries, not {stated}",
        "{path} 有 {found} 条记录，应为 {stated} 条",
        "{path} 有 {found} 筆紀錄，應為 {stated} 筆",
    ),
    "entry.not_those_signed": (
        "the entries are not those that were signed",
        "记录不是所签的记录",
        "紀錄不是所簽的紀錄",
    ),
    "entry.malformed": (
        "{entries} malformed ({rule})",
        "{entries}格式有误（{rule}）",
        "{entries}格式有誤（{rule}）",
    ),
    "entry.out_of_place": (
        "the entry at place {position} calls itself {says}",
        "第 {position} 位的记录自称第 {says} 条",
        "第 {position} 位的紀錄自稱第 {says} 筆",
    ),
    "entry.time_backwards": ("{entries}: time runs backwards", "{entries}：时间倒流", "{entries}：時間倒流"),
    "root.differs": ("the tree's root is not the signed one", "树根与所签不符", "樹根與所簽不符"),
    "tile.changed": ("{path} does not belong to this tree", "{path} 不属于这棵树", "{path} 不屬於這棵樹"),
    "history.unsigned": (
        "{path}: not a checkpoint signed by this log ({rule})",
        "{path}：不是本日志签名的检查点（{rule}）",
        "{path}：不是本日誌簽章的檢查點（{rule}）",
    ),
    "history.misnamed": (
        "{path}: the checkpoint is of another size",
        "{path}：检查点大小与文件名不符",
        "{path}：檢查點大小與檔名不符",
    ),
    "history.shorter": (
        "{path}: {size} entries were signed, {have} are here; the end was cut off",
        "{path}：曾签 {size} 条，现有 {have} 条，末尾被截去",
        "{path}：曾簽 {size} 筆，現有 {have} 筆，末尾遭截去",
    ),
    "history.rewritten": (
        "{path}: the first {size} entries are not those signed then; the trail was rewritten",
        "{path}：前 {size} 条不是当时所签的记录，日志被改写",
        "{path}：前 {size} 筆不是當時所簽的紀錄，日誌遭改寫",
    ),
    "receipt.refused": (
        "{path}: the receipt does not hold ({rule})",
        "{path}：回执不成立（{rule}）",
        "{path}：回執不成立（{rule}）",
    ),
    "receipt.entry_missing": (
        "{path}: {entries} missing from the trail",
        "{path}：日志中缺少{entries}",
        "{path}：日誌中缺少{entries}",
    ),
    "receipt.entry_changed": (
        "{path}: {entries} changed since the receipt",
        "{path}：出具回执后{entries}被改动",
        "{path}：出具回執後{entries}遭更動",
    ),
    "certificate.malformed": ("{path} is no certificate", "{path} 不是证书", "{path} 不是憑證"),
    "document.not_in_trail": (
        "{path}: no entry names this document",
        "{path}：没有记录提到此文件",
        "{path}：沒有紀錄提到此文件",
    ),
    "notice.missing": (
        "notice {notice} stands in the trail and is not here",
        "日志中有公告 {notice}，此处却没有",
        "日誌中有公告 {notice}，此處卻沒有",
    ),
    "notice.unsigned": (
        "notice {notice} bears no seal",
        "公告 {notice} 没有印章签名",
        "公告 {notice} 沒有印章簽章",
    ),
    "notice.signature_wrong": (
        "notice {notice}: the seal is wrong ({rule})",
        "公告 {notice} 的印章签名不正确（{rule}）",
        "公告 {notice} 的印章簽章不正確（{rule}）",
    ),
}

_ONE = ("entry {first}", "第 {first} 条记录", "第 {first} 筆紀錄")
_SEVERAL = ("entries {first}\u2013{last}", "第 {first}\u2013{last} 条记录", "第 {first}\u2013{last} 筆紀錄")


def say(table: dict[str, tuple[str, str, str]], key: str, language: str, **facts: Any) -> str:
    """Return the sentence of `key` in one of `LANGUAGES`, filled with `facts`; control characters are
    shown.
    """
    place = LANGUAGES.index(language)
    sentence = table[key][place] if key in table else key
    if "first" in facts:
        several = facts.get("last", facts["first"]) != facts["first"]
        facts["entries"] = (_SEVERAL if several else _ONE)[place].format(**facts)
    # A file's name comes from whoever made the folder: it must not move the cursor of who reads the report.
    return sentence.format(**{name: _plain(value) for name, value in facts.items()})


def _plain(value: Any) -> str:
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in str(value))
