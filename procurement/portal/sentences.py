"""Sentences of the rules that the public pages raise, and of what a verification finds."""

SENTENCES = {
    "notice.unknown": "There is no such notice.",
    "notice.no_pdf": "This notice has no PDF. Its signed data can be downloaded.",
    "rules.unknown_set": "There is no rule set {name}.",
    "trail.no_such_tile": "The trail has no such tile at its present size.",
    "verify.nothing": "Choose a file first.",
    "verify.too_large": "The file is larger than {most} bytes.",
    "notice.unknown_kind": "There is no such kind of notice. Choose one from the list.",
}
