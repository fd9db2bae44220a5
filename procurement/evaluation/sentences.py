"""The English sentence of every refusal of this room; translations stand in ``translations/``."""

from __future__ import annotations

from procurement.evaluation import marks

SENTENCES = {
    **marks.SENTENCES,
    "evaluation.unknown": "There is no evaluation here that is open to you.",
    "evaluation.no_such_bid": "There is no such bid to judge in this lot.",
    "evaluation.not_now": "The bids of this lot are not waiting to be judged.",
    "evaluation.signed": "You have signed off this lot. Your sheets do not change any more.",
    "evaluation.not_signed": "Not everyone on the panel has signed off this lot.",
    "evaluation.marks_refused": "Nothing was saved yet. What you typed is kept; correct what is marked.",
    "evaluation.marks_missing": "Your sheets are not complete. Everything that is missing is listed.",
}
