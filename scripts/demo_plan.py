"""What the office of the demonstration prepares: its plan of the year, its library, and talk about an open tender."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bidding.box.blinded import Owner
from identity import queries as people
from procurement.clarification import following
from procurement.clarification import operations as questions
from procurement.clarification.queries import of_tender
from procurement.library import operations as library
from procurement.plan import operations as plan
from procurement.plan import queries as plans
from procurement.tender import amending, content, from_plan
from procurement.tender import operations as tenders
from procurement.tender import queries as tender_queries
from scripts.demo_acts import Acts, account_of, papers, written
from scripts.demo_before import AMENDMENT, CLAUSES, LINES, PROJECTS, QUESTIONS, SURVEY, TEMPLATE

OFFICER, APPROVER = "officer@demo.example", "approver@demo.example"


class Planning(Acts):
    """Acts before a tender is public, and between its notice and its deadline."""

    def lines(self, year: int) -> dict[str, str]:
        """Write down the budget lines; return reference by code."""
        found = {}
        for line in LINES:
            with self.acting_as(OFFICER) as act:
                whose = people.organisation_by_ref(act.actor.organisation)
                made = plan.create_line(act, authority=whose, account=account_of(OFFICER), data={**line, "year": year})
                found[line["code"]] = made.ref
        return found

    def project(self, name: str, year: int, lines: dict[str, str], begins: datetime, *steps: str) -> str:
        """Plan a project and take it through `steps` (submit, approve, announce, withdraw); return its reference."""
        data: dict[str, Any] = {"year": year, "begins_on": begins.date(), "survey": SURVEY, **PROJECTS[name]}
        with self.acting_as(OFFICER) as act:
            whose = people.organisation_by_ref(act.actor.organisation)
            form = {**data, "budget_line": lines[data["budget_line"]]}
            ref = plan.create(act, authority=whose, account=people.account_by_ref(act.actor.ref), data=form).ref
        for step in steps:
            with self.acting_as(APPROVER if step == "approve" else OFFICER) as act:
                found = plans.by_ref(ref)
                if step == "submit":
                    plan.submit(act, found)
                elif step == "approve":
                    plan.approve(act, found, from_plan.purchases(found.authority, year))
                elif step == "announce":
                    plan.announce(act, found)
                else:
                    plan.withdraw(act, found, "由市级统一配发，不再单独采购。")
        return ref

    def begun(self, project: str, name: str, closes_at: datetime) -> str:
        """Begin the tender of a project, write it from the story and publish it; return its reference."""
        files = papers()
        with self.acting_as(OFFICER) as act:
            tender = from_plan.begin(act, plans.by_ref(project), people.account_by_ref(act.actor.ref))
            form = {"closes_at": closes_at, "rule_set_id": "cn-gp-2026", **written(name), "plan_ref": project}
            tenders.update(act, tender, form)
            for title, file_name, stored in files:
                tenders.add_document(act, tender, title, file_name, "application/pdf", stored)
            ref = tender.ref
        self.publish(ref)
        return ref

    def finish(self, project: str) -> None:
        """Say that what was planned has been bought."""
        with self.acting_as(OFFICER) as act:
            plan.finish(act, plans.by_ref(project))

    def shelve(self) -> None:
        """Keep two clauses and a template in the library."""
        for kind, title, category, held in (*CLAUSES, TEMPLATE):
            with self.acting_as(OFFICER) as act:
                library.keep(
                    act,
                    authority=people.organisation_by_ref(act.actor.organisation),
                    account=people.account_by_ref(act.actor.ref),
                    kind=kind,
                    title=title,
                    content=held,
                    category=category,
                )

    def ask(self, ref: str, number: int, which: int) -> None:
        """Let supplier `number` ask a question of the story."""
        account = account_of(f"supplier{number}@demo.example")
        owner = Owner(account.memberships[0].organisation.ref, account.ref)
        with self.acting_as(account.email) as act:
            questions.ask(act, tender_queries.by_ref(ref), owner, QUESTIONS[which][0])

    def answer(self, ref: str) -> None:
        """Answer every question that waits, to everyone."""
        words = dict(QUESTIONS)
        with self.acting_as(OFFICER) as act:
            tender = tender_queries.by_ref(ref)
            said = [questions.Answer(one.ref, one.text, words[one.text]) for one in of_tender(tender, "asked")]
            questions.answer(act, tender, said)

    def follow(self, ref: str, address: str) -> None:
        """Let an address follow a tender."""
        token = following.begin(ref, address, "zh-CN")
        if token is not None:
            following.confirm(token)

    def amend(self, ref: str) -> None:
        """Change one item by an amendment that a second person publishes."""
        with self.acting_as(OFFICER) as act:
            tender = tender_queries.by_ref(ref)
            form = content.form_of(tender)
            form["lots"][0]["items"][0] |= AMENDMENT["item"]
            change = amending.save(act, tender, text=AMENDMENT["text"], form=form, affects_bids=True)
            amending.propose(act, change)
        with self.acting_as(APPROVER) as act:
            waiting = tender_queries.amendment_of(tender_queries.by_ref(ref))
            if waiting is None:
                raise ValueError("The amendment of the demonstration is not there.")
            amending.publish(act, waiting)
