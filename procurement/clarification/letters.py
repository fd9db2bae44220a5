"""Letters of this room: the link that confirms a follower, and what is told of each notice, in the follower's language.

Everyone who follows a tender gets the same words; there is no letter that only bidders get.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import force_locale, gettext

from foundation import mail
from foundation.filters import moment
from foundation.messages import TONGUES
from identity.letters import whole
from procurement.clarification import following
from procurement.clarification.board import page_of
from procurement.clarification.models import Follow
from procurement.clarification.timeline import Told
from procurement.notices.changed import label
from procurement.notices.difference import Difference

# A letter shows so many changes and signs of an answer; the page has the rest.
MOST_CHANGES, MOST_SIGNS = 30, 600


def confirm_following(address: str, tongue: str, title: str, token: str) -> None:
    """Send the link by which an address begins to follow a tender."""
    link = whole("clarification.confirm_follow", token=token)
    with force_locale(TONGUES[tongue][0]):
        subject = gettext("Confirm that you follow: %(title)s", title=title)
        body = gettext(
            "Someone, most likely you, asked to be told of every notice of this tender:\n%(title)s\n\n"
            "Confirm it within two days by opening this link:\n%(link)s\n\n"
            "If it was not you, do nothing.",
            title=title,
            link=link,
        )
    mail.queue(address, subject, body)


def of_notices(follow: Follow, title: str, told: Sequence[Told]) -> tuple[str, str]:
    """Return subject and body of the letter about new notices of a tender."""
    token = following.token_of(follow.tender_ref, follow.tag)
    with force_locale(TONGUES[follow.locale][0]):
        lines = [line for one in told for line in [*_lines(one), ""]]
        subject = gettext("%(title)s: %(notice)s", title=title, notice=str(told[-1].heading))
        body = gettext(
            "%(title)s (%(ref)s)\n\n%(lines)s\nThe tender with everything that was published:\n%(link)s\n\n"
            "Whether you bid or not makes no difference to this letter. To stop following:\n%(stop)s",
            title=title,
            ref=follow.tender_ref,
            lines="\n".join(lines),
            link=current_app.config["SETTINGS"].base_url + page_of(follow.tender_ref),
            stop=whole("clarification.end_follow", token=token),
        )
    return subject[:300], body


def _lines(one: Told) -> list[str]:
    found = [f"{moment(one.at)}  {one.heading}"]
    found += [one.text] if one.text else []
    found += [_change(change) for change in one.changes[:MOST_CHANGES]]
    if len(one.changes) > MOST_CHANGES:
        found.append("…")
    if one.raises:
        found.append(
            gettext("Bids that were sealed before this are to be confirmed or sealed anew before the deadline.")
        )
    for each in one.answers:
        found += [gettext("Question: %(words)s", words=_short(each["words"]))]
        found += [gettext("Answer: %(words)s", words=_short(each["answer"]))]
    return found


def _change(change: Difference) -> str:
    before, after = change.before or "–", change.after or "–"
    return f"{label(change)}: {_short(before)} → {_short(after)}"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MOST_SIGNS else words[:MOST_SIGNS] + "…"
