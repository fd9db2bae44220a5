"""Mails to those who are invited to a stage. Queued after the act of publication, in each reader's language."""

from __future__ import annotations

from flask_babel import gettext

from foundation import filters
from identity import letters
from identity import queries as identity
from identity.models import Account
from procurement.tender.invitees import INVITED
from procurement.tender.models import Tender


def invite(tender: Tender) -> None:
    """Tell every member of every invited supplier; nothing where the stage admits everyone."""
    if tender.admits != INVITED:
        return
    for one in tender.invitees:
        for account in dict.fromkeys(place.account for place in identity.members(one.organisation)):
            _invite(tender, account)


def _invite(tender: Tender, account: Account) -> None:
    def words() -> tuple[str, str]:
        return (
            gettext("You are invited to bid: %(title)s", title=tender.title),
            gettext(
                "%(authority)s invites your organisation to bid.\n\n%(ref)s  %(title)s\nDeadline: %(deadline)s\n\n"
                "Read the notice and seal your bid under “My bids”:\n%(link)s\n\n"
                "Until the opening nobody but the authority and each invited supplier learns who was invited.",
                authority=tender.authority.name,
                ref=tender.ref,
                title=tender.title,
                deadline=filters.moment(tender.closes_at),
                link=letters.whole("box.mine"),
            ),
        )

    letters.send(account.email, account.locale, words)
