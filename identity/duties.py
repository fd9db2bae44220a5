"""What time brings in this room: what ended is removed."""

from __future__ import annotations

from flask import current_app

from identity import sessions


def clean_up() -> None:
    """Remove expired links, old failures and long ended sessions. Ten minutes of delay harm nobody."""
    now = current_app.extensions["clock"].now()
    last = current_app.extensions.get("identity_cleaned")
    if last is not None and now - last < sessions.SEEN_EVERY:
        return
    sessions.clean(now)
    current_app.extensions["identity_cleaned"] = now


DUTIES = (clean_up,)
