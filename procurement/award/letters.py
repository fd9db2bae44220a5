"""Mails of the award and of selections: whoever's envelope was opened learns of the decision, after the act."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask_babel import gettext

from bidding.box.models import Bid
from identity import letters
from identity import queries as identity
from identity.rights import Role
from procurement.award import queries
from procurement.tender.models import Lot


def tell_bidders(lot: Lot) -> int:
    """Queue a mail to each bidder's members whose address is confirmed; return how many were queued."""
    award = queries.award_of(lot)
    if award is None or award.state != "decided":
        return 0
    return _tell(lot, lambda bid: partial(_words, lot, bid.id == award.bid_id))


def tell_applicants(lot: Lot) -> int:
    """Queue a mail to each applicant of a stage that ends in no award; it tells that the own result is there."""
    found = queries.selection_of(lot)
    if found is None or found.state != "decided":
        return 0
    return _tell(lot, lambda _bid: partial(_result, lot))


def _tell(lot: Lot, words: Callable[[Bid], Callable[[], tuple[str, str]]]) -> int:
    count = 0
    for bid in queries.bidders(lot):
        if bid.supplier is None:
            continue
        people = [one.account for one in identity.members(bid.supplier) if one.role == Role.SUPPLIER]
        for account in people:
            if account.email_verified_at is None or not account.is_active:
                continue
            letters.send(account.email, account.locale, words(bid))
            count += 1
    return count


def _result(lot: Lot) -> tuple[str, str]:
    # The same words for everyone: a mailbox is not the place to learn who goes on.
    tender = lot.tender
    link = letters.whole("award.own", tender=tender.ref, lot=lot.number)
    facts = {"title": tender.title, "ref": tender.ref, "lot": lot.number, "link": link}
    return (
        gettext("Your result is there: %(title)s", **facts),
        gettext(
            "The authority decided who goes on from lot %(lot)s of %(title)s (%(ref)s).\n\n"
            "Your own result, the reasons, and what comes next:\n%(link)s",
            **facts,
        ),
    )


def _words(lot: Lot, won: bool) -> tuple[str, str]:
    tender = lot.tender
    link = letters.whole("award.own", tender=tender.ref, lot=lot.number)
    facts = {"title": tender.title, "ref": tender.ref, "lot": lot.number, "link": link}
    if won:
        return (
            gettext("Your bid won: %(title)s", **facts),
            gettext(
                "The authority awarded lot %(lot)s of %(title)s (%(ref)s) to your organisation.\n\n"
                "The notice, your scores and the time for challenges:\n%(link)s",
                **facts,
            ),
        )
    return (
        gettext("Award decided: %(title)s", **facts),
        gettext(
            "The authority decided lot %(lot)s of %(title)s (%(ref)s). Your bid was not chosen.\n\n"
            "Your own scores, the reasons, the notice and the time for challenges:\n%(link)s",
            **facts,
        ),
    )
