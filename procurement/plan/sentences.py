"""The English sentence of every refusal of this room; translations stand in ``translations/``."""

from __future__ import annotations

from foundation.reader import PROBLEMS as READING

SENTENCES = {
    **READING,
    "plan.title": "Give the project a title.",
    "plan.year": "A year of the plan is a number such as 2026.",
    "plan.month": "This is not a month, such as 2027-03.",
    "plan.code": "A code has one to forty letters, digits, points or hyphens.",
    "plan.percent": "This is not a percentage between 0 and 100.",
    "plan.part": "Say which part is reserved, above 0 and below 100 per cent.",
    "plan.survey_supplier": "Name whom you asked.",
    "plan.line_title": "Say what the money is granted for.",
    "plan.line_amount": "Give the amount that was granted.",
    "plan.unknown": "There is no such project in the plan.",
    "plan.invalid": "The form cannot be saved yet: {count} things need correction.",
    "plan.not_an_authority": "Only a contracting authority has a plan.",
    "plan.not_a_draft": "This project is not a draft any more and cannot be changed here.",
    "plan.not_ready": "The project cannot go on yet. Everything that stands in the way is listed.",
    "plan.reason_missing": "Give a reason. It is kept with the project.",
    "plan.notice_lacks": "The notice of intention would be incomplete ({article}).",
    "plan.not_announced": "Announce the intention first, or give the reason of an unforeseeable urgency ({article}).",
    "plan.splitting_undecided": (
        "Purchases of this group add up to {sum} yuan, above the threshold of {limit}. Somebody has to decide whether "
        "this is splitting ({article})."
    ),
    "plan.to_be_combined": (
        "It was decided that these purchases are combined: together they are {sum} yuan, above the threshold of "
        "{limit} ({article})."
    ),
    "plan.nothing_ticked": "Tick at least one project.",
    "budget_line.unknown": "There is no such budget line.",
    "budget_line.code_taken": "This year has a budget line with the code {code} already.",
    "budget_line.below_planned": "Projects take {planned} yuan from this line already; it cannot be less.",
    "budget_line.in_use": "Projects name this budget line, so it cannot be taken away.",
    "splitting.choice": "Choose whether it is justified or to be combined.",
    "splitting.reason": "Give the reason. It is kept with the figures.",
    "splitting.changed": "The figures have changed since this page was loaded. Look at them again.",
    "splitting.none": "These figures are no suspicion any more.",
    "splitting.decided": "This was decided already.",
    "splitting.by_a_second_person": "Whoever wrote or submitted one of these projects cannot decide about it.",
}
