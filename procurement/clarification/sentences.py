"""The English sentence of every refusal of this room; translations stand in ``translations/``."""

from __future__ import annotations

SENTENCES = {
    "question.unknown": "There is no such question here.",
    "question.closed": "Questions can be asked while the tender takes bids. This one does not any more.",
    "question.too_late": "Questions about this tender are not taken any more: the last moment was {latest}.",
    "question.text_missing": "Write your question.",
    "question.text_too_long": "The question is longer than {most} characters. Ask several ones.",
    "question.too_many": "You have asked {most} questions about this tender, which is the most.",
    "question.not_invited": "Only the suppliers that were invited may ask in this stage.",
    "clarification.none": "Choose at least one question and write its answer.",
    "clarification.answer_missing": "Write the answer to every question you chose.",
    "clarification.answer_too_long": "An answer is longer than {most} characters.",
    "clarification.closed": "The deadline has passed, so that an answer can no longer help anyone's bid.",
    "clarification.amendment": "This tender has no such amendment.",
    "follow.address": "This is not an e-mail address.",
    "follow.unknown": "This link is not valid. It may have been used to stop following already.",
    "follow.too_many": "Too many people ask to follow just now. Try again in an hour.",
}
