"""The builders that every other test stands on."""

from __future__ import annotations

from flask import Flask

from identity import queries
from identity.rights import Role
from supervision.trail.queries import tip
from tests.builders.people import people


def test_everyone_is_there_once_and_nobody_stands_in_the_trail_by_name(app: Flask) -> None:
    found = people(app)
    assert found.officer.memberships[0].organisation.ref == found.authority.ref
    assert [supplier.number for supplier in found.suppliers] == [f"9111000000001313{n}D" for n in range(4)]
    assert queries.experts() == found.experts
    assert {role for role in Role if role is not Role.PUBLIC} == {
        Role(found.of_role(role).memberships[0].role) for role in Role if role is not Role.PUBLIC
    }
    assert tip().size > 30
