"""Mail: queued in the outbox, sent by a duty, or shown at the operator's console where no SMTP is set."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from flask import current_app
from sqlalchemy import select

from foundation.database import noting
from foundation.models import OutboxMail

MOST_TRIES = 10


def queue(to: str, subject: str, body: str) -> None:
    """Put a mail into the outbox. To be called after the act has committed, never inside it."""
    with noting() as session:
        session.add(
            OutboxMail(to=to, subject=subject, body=body, created_at=current_app.extensions["clock"].now())
        )


def send_waiting() -> None:
    """Duty: send what waits, where SMTP is set."""
    settings = current_app.config["SETTINGS"]
    if not settings.smtp_url:
        return
    with noting() as session:
        waiting = session.execute(
            select(OutboxMail)
            .where(OutboxMail.sent_at.is_(None), OutboxMail.tries < MOST_TRIES)
            .order_by(OutboxMail.id)
            .limit(50)
        ).scalars()
        for mail in waiting.all():
            mail.tries += 1
            try:
                deliver(settings.smtp_url, settings.mail_from, mail.to, mail.subject, mail.body)
                mail.sent_at = current_app.extensions["clock"].now()
            except (OSError, ValueError, smtplib.SMTPException) as error:
                # A mail that cannot even be written must not keep the others from leaving.
                mail.fault = str(error)[:500]


def deliver(smtp_url: str, sender: str, to: str, subject: str, body: str) -> None:
    """Send one mail. Raises OSError or SMTPException."""
    address = urlsplit(smtp_url)
    message = EmailMessage()
    # Names of organisations stand in subjects. A line end in one would begin a header of its own.
    message["From"], message["To"], message["Subject"] = sender, to, " ".join(subject.split())
    message.set_content(body)
    secure = address.scheme == "smtps"
    server: smtplib.SMTP = (
        smtplib.SMTP_SSL(address.hostname or "", address.port or 465, timeout=20)
        if secure
        else smtplib.SMTP(address.hostname or "", address.port or 25, timeout=20)
    )
    with server:
        if not secure and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        server.send_message(message)
