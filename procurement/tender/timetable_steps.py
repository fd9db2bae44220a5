"""The periods of a procurement in the order in which it meets them: rule, event, and what must keep it. Pure data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One period: the rule, the event it is counted from (the first of `start` that is known), and what must keep it.

    `done` is the event that must keep it. `back` counts backwards. `outcome` limits it to stages that end so. An event
    that ends with ``.end`` is the end of the step of that rule.
    """

    rule: str
    start: tuple[str, ...]
    done: str = ""
    back: bool = False
    outcome: str = ""


AWARD, AGREEMENT = "award", "agreement"
# In the order in which a procurement meets them.
STEPS: tuple[Step, ...] = (
    Step("intention.period", ("intention_published_at",), "published_at"),
    Step("single_source.publicity", ("publicity_published_at",), "published_at"),
    Step("notice.medium", ("notice_received_at",), "published_at"),
    Step("notice.period", ("published_at",)),
    Step("tender.document_period", ("published_at",), "documents_until"),
    Step("tender.min_period", ("published_at",), "deadline"),
    Step("tender.after_sale", ("documents_until",), "deadline"),
    Step("objection.document", ("deadline",), "objected_at", back=True),
    Step("clarification.before_deadline", ("deadline",), back=True),
    Step("question.before_deadline", ("deadline",), "question_received_at", back=True),
    Step("inquiry.answer", ("question_received_at",), "question_answered_at"),
    Step("bond.refund_withdrawn", ("withdrawn_at",), "bond_refunded_at"),
    Step("termination.refund", ("terminated_at",), "fees_refunded_at"),
    Step("panel.draw_earliest", ("evaluation_starts_at", "deadline"), "drawn_at", back=True),
    Step("abnormal.explanation", ("explanation_asked_at",), "explanation_until"),
    Step("evaluation.report", ("evaluated_at",), "reported_at"),
    Step("award.candidates", ("reported_at", "evaluated_at"), "candidates_published_at", outcome=AWARD),
    Step("award.candidate_publicity", ("candidates_published_at",), "decided_at", outcome=AWARD),
    Step("award.decision", ("reported_at", "evaluated_at"), "decided_at", outcome=AWARD),
    Step("award.notice", ("decided_at",), "award_published_at", outcome=AWARD),
    Step("award.report", ("decided_at",), "award_reported_at", outcome=AWARD),
    Step("award.notice_period", ("award_published_at",), outcome=AWARD),
    Step("challenge.period", ("award_published_at",), "challenge_received_at"),
    Step("challenge.answer", ("challenge_received_at",), "challenge_answered_at"),
    Step("complaint.period", ("challenge.answer.end", "known_at"), "complaint_received_at"),
    Step("complaint.acceptance", ("complaint_received_at",)),
    Step("complaint.examine", ("complaint_received_at",)),
    Step("complaint.copy", ("complaint_received_at",)),
    Step("complaint.decision", ("complaint_received_at",), "complaint_decided_at"),
    Step("complaint.suspension", ("suspended_at",)),
    Step("complaint.ban_least", ("banned_at",)),
    Step("complaint.ban_most", ("banned_at",)),
    Step("contract.period", ("award_published_at",), "contract_signed_at", outcome=AWARD),
    Step("bond.refund_losers", ("award_published_at",), "losers_refunded_at", outcome=AWARD),
    Step("bond.refund_losers_after_contract", ("contract_signed_at",), "losers_refunded_at", outcome=AWARD),
    Step("bond.refund_winner", ("contract_signed_at",), "winner_refunded_at", outcome=AWARD),
    Step("contract.publish", ("contract_signed_at",), "contract_published_at", outcome=AWARD),
    Step("contract.file", ("contract_signed_at",), "contract_filed_at", outcome=AWARD),
    Step("payment.sme", ("delivered_at",), "paid_at", outcome=AWARD),
    Step("payment.sme_agreed", ("delivered_at",), "paid_as_agreed_at", outcome=AWARD),
    Step("framework.open_decision", ("application_received_at",), "application_decided_at", outcome=AGREEMENT),
    Step("framework.open_notice", ("application_decided_at",), outcome=AGREEMENT),
    Step("framework.agreement", ("admitted_at",), "agreement_signed_at", outcome=AGREEMENT),
    Step("framework.tell_users", ("agreement_signed_at",), outcome=AGREEMENT),
    Step("framework.file", ("agreement_signed_at",), "agreement_filed_at", outcome=AGREEMENT),
    Step("framework.duration_goods", ("agreement_signed_at",), "agreement_ended_at", outcome=AGREEMENT),
    Step("framework.duration_services", ("agreement_signed_at",), "agreement_ended_at", outcome=AGREEMENT),
    Step("framework.summary", ("agreement_ended_at",), "summary_published_at", outcome=AGREEMENT),
    Step("archive.period", ("ended_at", "contract_filed_at")),
)
