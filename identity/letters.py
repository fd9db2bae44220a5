"""Mails of this room. Each is queued after the act, in the reader's language where that is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import current_app, g
from flask_babel import force_locale, gettext

from foundation import mail
from foundation.messages import DEFAULT, TONGUES
from identity import tokens
from identity.models import Account

Words = Callable[[], tuple[str, str]]


def send(to: str, locale: str, words: Words) -> None:
    """Queue a mail in the language `locale` (a key of `TONGUES`), or in that of the present page."""
    tongue = locale if locale in TONGUES else g.get("tongue", DEFAULT)
    with force_locale(TONGUES[tongue][0]):
        subject, body = words()
    mail.queue(to, subject, body)


def address(endpoint: str, token: str) -> str:
    """Return the full address of a link."""
    return whole(endpoint, token=token)


def whole(endpoint: str, **values: str) -> str:
    """Return the full address of a page; commands have no request whose host could stand in it."""
    base: str = current_app.config["SETTINGS"].base_url
    path: str = current_app.url_map.bind("").build(endpoint, values)
    return base + path


def confirm_email(account: Account, now: datetime) -> None:
    """Send the link that proves the address, unless one left within the last minutes."""
    token = tokens.issue(account.id, "email", now)
    if token is None:
        return
    link = address("identity.confirm", token)
    send(
        account.email,
        account.locale,
        lambda: (
            gettext("Confirm your address for Sunseal"),
            gettext(
                "Someone, most likely you, registered at Sunseal with this address.\n\n"
                "Confirm it within two days by opening this link:\n%(link)s\n\n"
                "If it was not you, do nothing.",
                link=link,
            ),
        ),
    )


def set_password(account: Account, now: datetime, *, registering: bool = False) -> None:
    """Send the link that sets a new password, unless one left within the last minutes."""
    token = tokens.issue(account.id, "password", now)
    if token is None:
        return
    link = address("identity.reset", token)

    def words() -> tuple[str, str]:
        if registering:
            body = gettext(
                "Someone, most likely you, registered at Sunseal with this address. It has an account already.\n\n"
                "To set a new password, open this link within one hour:\n%(link)s\n\n"
                "If it was not you, do nothing. Nothing was changed.",
                link=link,
            )
        else:
            body = gettext(
                "Someone, most likely you, asked for a new password at Sunseal.\n\n"
                "To set it, open this link within one hour:\n%(link)s\n\n"
                "Setting it signs you out everywhere. If it was not you, do nothing. Nothing was changed.",
                link=link,
            )
        return gettext("New password for Sunseal"), body

    send(account.email, account.locale, words)


def invitation(to: str, organisation: str, role: object, token: str) -> str:
    """Send an invitation and return its link."""
    link = address("identity.invitation", token)
    send(
        to,
        "",
        lambda: (
            gettext("Invitation to %(organisation)s at Sunseal", organisation=organisation),
            gettext(
                "%(organisation)s invites you to work with it at Sunseal. Your role: %(role)s.\n\n"
                "Accept within seven days by opening this link:\n%(link)s",
                organisation=organisation,
                role=str(role),
                link=link,
            ),
        ),
    )
    return link


def password_changed(account: Account) -> None:
    """Tell the owner that the password was changed."""
    send(
        account.email,
        account.locale,
        lambda: (
            gettext("Your password for Sunseal was changed"),
            gettext(
                "The password of your account was changed and you were signed out everywhere else.\n\n"
                "If it was not you, set a new one at once: %(link)s",
                link=whole("identity.forgot"),
            ),
        ),
    )


def claim_decided(account: Account, reason: str) -> None:
    """Tell a member that the organisation was verified, or why not."""
    if reason:
        send(
            account.email,
            account.locale,
            lambda: (
                gettext("Your organisation could not be verified"),
                gettext(
                    "The supervising body could not verify your organisation's number.\n\nReason: %(reason)s\n\n"
                    "Correct the details at Sunseal and they will be looked at again.",
                    reason=reason,
                ),
            ),
        )
        return
    send(
        account.email,
        account.locale,
        lambda: (
            gettext("Your organisation is verified"),
            gettext("The supervising body verified your organisation's number. Your bids can now win."),
        ),
    )
