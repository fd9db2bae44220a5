"""The token of a session for clients that attack what lies behind it."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


def token_of(client: FlaskClient, address: str = "/account") -> str:
    """Return the token that stands in the forms of a page."""
    found = TOKEN.search(client.get(address).get_data(as_text=True))
    assert found, address
    return found[1]


def with_token(client: FlaskClient, address: str = "/account") -> FlaskClient:
    """Let a client send its session's token with every request."""
    client.environ_base["HTTP_X_CSRFTOKEN"] = token_of(client, address)
    return client
