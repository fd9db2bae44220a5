"""The sentences of this room's refusals, in English; the catalogues translate them."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "account.email_taken": "This address has an account already.",
    "account.unknown": "There is no account {ref}.",
    "organisation.unknown": "There is no organisation {ref}.",
    "organisation.no_such_kind": "There is no kind of organisation called {kind}.",
    "organisation.is_verified": (
        "Name and number of a verified organisation stay. Ask the supervising body if they have changed."
    ),
    "organisation.reason_missing": "Give the reason, so that the organisation knows what to correct.",
    "membership.unknown": "There is no such member in this organisation.",
    "membership.exists": "This person has this role here already.",
    "membership.ended": "This membership has ended already.",
    "membership.last": "The last person with this role stays. Invite a successor first.",
    "membership.role_of_kind": "An organisation of this kind has no such role.",
    "membership.not_yours_to_give": "Your role cannot give or end this role.",
    "invitation.other_address": "This invitation was sent to another address. Sign in with that one.",
    "link.unknown": "This link is not known. Copy it whole from the mail, or ask for a new one.",
    "link.used": "This link has been used already.",
    "link.expired": "This link has expired. Ask for a new one.",
    "password.short": "The password needs at least {least} characters. Several words make a good one.",
    "password.long": "The password may have at most {most} characters.",
    "password.common": "This password is among the first that anyone would try. Choose another.",
    "password.personal": "The password is little more than your name or address. Choose another.",
    "password.wrong": "The present password is not right.",
    "log_in.busy": "Many people are signing in just now. Try again in a few seconds.",
    "mail.unknown": "There is no such mail any more.",
    "mail.sent_out": "Mails leave by SMTP here, so nobody reads them at this console.",
}
