"""Every door is declared, and every role gets what the table of rights says: role × endpoint × method."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from identity.rights import RIGHTS, Right, Role
from tests.builders.people import log_in, people

# Doors and pages are the same on both engines.
pytestmark = pytest.mark.one_engine

# Doors outside our rooms: Flask's own files.
NOT_OURS = {"static"}
# Sample values for the parts of addresses; they name nothing that exists.
SAMPLES = {
    "Whole": 999_999,
    "FloatConverter": 9.5,
    "UUIDConverter": "00000000-0000-4000-8000-000000000000",
    "PathConverter": "none/such",
}


def doors(app: Flask) -> list[tuple[Rule, str, str]]:
    """Return (rule, method, path) of every door of ours."""
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in NOT_OURS:
            continue
        values = {name: sample(rule, name) for name in rule.arguments}
        path = adapter.build(rule.endpoint, values)
        found += [(rule, method, path) for method in sorted(rule.methods or ()) if method not in ("HEAD", "OPTIONS")]
    return found


def sample(rule: Rule, name: str) -> object:
    converter = rule._converters[name]
    choices = getattr(converter, "items", None)
    if choices:
        return sorted(choices)[0]
    return SAMPLES.get(type(converter).__name__, "none")


def ask(client: FlaskClient, method: str, path: str) -> tuple[int, str, str]:
    """Return status, the rule where a page refuses, and the address it leads to."""
    answer = client.open(path, method=method, headers={"Accept": "text/html"})
    told = answer.get_data(as_text=True) if answer.status_code == 403 else ""
    rule = next((name for name in ("door.not_yours", "door.shut") if f">{name}<" in told), "")
    return answer.status_code, rule, answer.location or ""


def test_every_door_is_declared(app: Flask) -> None:
    shut = [
        rule.endpoint
        for rule, _method, _path in doors(app)
        if not getattr(app.view_functions[rule.endpoint], "open_to", None)
    ]
    assert shut == []


def test_every_declared_right_is_one_and_somebody_has_it(app: Flask) -> None:
    held = frozenset().union(*RIGHTS.values())
    for rule, _method, _path in doors(app):
        declared = app.view_functions[rule.endpoint].open_to
        assert all(isinstance(right, Right) for right in declared), rule.endpoint
        assert declared & held, rule.endpoint


@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_what_the_table_says(app: Flask, role: Role) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["SHOW_FAULT_PAGE"] = True
    found = people(app)
    wrong = []
    for rule, method, path in doors(app):
        if rule.endpoint == "identity.erase" and method == "POST":
            # It would end the account that asks; the right is the same as for GET.
            method = "GET"
        client = app.test_client()
        if role is not Role.PUBLIC:
            log_in(client, found.of_role(role))
        status, refused, location = ask(client, method, path)
        declared = app.view_functions[rule.endpoint].open_to
        if declared & RIGHTS[role]:
            # Whose thing it is, is checked by the room with a rule of its own: 403 is fine, the door's words are not.
            is_right = refused == "" and status < 500 and not location.startswith("/login?next=")
        elif role is Role.PUBLIC and method == "GET":
            is_right = status == 302 and location.startswith("/login?next=")
        else:
            is_right = status == 403 and refused == "door.not_yours"
        if not is_right:
            wrong.append(f"{method} {path} ({rule.endpoint}): {status} {refused} {location}")
    assert not wrong, "\n".join(wrong)


def test_an_undeclared_view_is_shut_even_to_those_with_every_right(app: Flask, client: FlaskClient) -> None:
    app.view_functions["identity.account"] = lambda: "in"
    found = people(app)
    log_in(client, found.inspector)
    assert ask(client, "GET", "/account")[:2] == (403, "door.shut")


def test_the_operator_has_no_right_to_tenders() -> None:
    assert RIGHTS[Role.OPERATOR] == {Right.READ_PUBLIC, Right.KEEP_ACCOUNT, Right.OPERATE}


def test_a_script_without_login_is_told_in_json(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/account", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert answer.get_json(force=True)["rule"] == "door.not_yours"
