"""What was typed when a session had ended: carried through the log-in, so that nothing is lost.

Only a form of our own page is carried (its origin is ours): another site's form must not be posted in the name of
whoever signs in. Files and passwords are left out, since a browser does not give a file twice.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlsplit

from flask import render_template, request
from werkzeug.datastructures import MultiDict

from foundation.errors import Refusal

MOST = 4 << 20
# The log-in form takes half a megabyte, in which each sign may become three (RFC 3986 section 2.1).
MOST_CARRIED = 450_000
MOST_FIELDS = 20_000
_NEVER = frozenset({"csrf_token", "password"})

Field = tuple[str, str]


def is_ours() -> bool:
    """Tell whether the request is a form that one of our own pages sent."""
    if request.method != "POST" or request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return False
    is_same = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return is_same or urlsplit(request.origin or "").netloc == request.host


def asked_again() -> tuple[str, int]:
    """Return the page that asks for the log-in and holds what was typed; refuses where that is too much to carry."""
    request.max_content_length = 600 << 20
    request.max_form_memory_size, request.max_form_parts = MOST, MOST_FIELDS
    carried = json.dumps([field for field in _fields(request.form) if field[0] not in _NEVER], ensure_ascii=False)
    if len(quote(carried)) > MOST_CARRIED:
        raise Refusal("door.not_yours", 403)
    # A form may stand on another page than the address it is sent to; both are paths of ours.
    return render_template("identity/carry.html", carried=carried, target=request.full_path.rstrip("?")), 403


def read(text: str) -> list[Field]:
    """Return the fields that the log-in form brought back; nothing where they are not what we gave out."""
    try:
        found = json.loads(text) if text else []
    except ValueError:
        return []
    if not isinstance(found, list) or len(found) > MOST_FIELDS:
        return []
    return [(one[0], one[1]) for one in found if _is_field(one)]


def _is_field(one: Any) -> bool:
    is_pair = isinstance(one, list) and len(one) == 2 and all(isinstance(each, str) for each in one)
    return is_pair and one[0] not in _NEVER


def _fields(form: MultiDict[str, str]) -> list[Field]:
    return [(name, value) for name, values in form.lists() for value in values]
