"""The small words of OCDS 1.1.5: packages, amounts, parties, documents. Rooms map their own part with them. Pure.

What is exported here is a view for programs of others; what was signed is the notice's canonical JSON.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from foundation.errors import HouseFault

VERSION = "1.1"
# An installation that publishes for others registers a prefix of its own with the Open Contracting Partnership.
PREFIX = "ocds-5un5ea"
# Register of organisation numbers (org-id.guide): the unified social credit code of the People's Republic of China.
SCHEME = "CN-SAIC"
_EXTENSION = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_{}_extension/{}/extension.json"
EXTENSIONS = tuple(
    _EXTENSION.format(name, version)
    for name, version in (
        ("lots", "v1.1.5"),
        ("awardCriteriaBreakdown", "master"),
        ("selectionCriteria", "master"),
        ("enquiry", "v1.1.5"),
    )
)


def ocid(ref: str) -> str:
    """Return the contracting process's global id for a tender's reference."""
    return f"{PREFIX}-{ref}"


def number(text: str) -> int | float:
    """Return exact decimal text as a JSON number that reads back as the same decimal; others are our fault."""
    exact = Decimal(text)
    found: int | float = int(exact) if exact == exact.to_integral_value() else float(exact)
    if Decimal(repr(found)) != exact:
        raise HouseFault(f"{text} has more digits than a JSON number carries")
    return found


def value(amount: str, currency: str) -> dict[str, Any]:
    """Return an amount of money from its decimal text."""
    return {"amount": number(amount), "currency": currency}


def party(name: str, *, organisation_number: str = "", ref: str = "", roles: Iterable[str] = ()) -> dict[str, Any]:
    """Return an organisation; its id is its register number, else its reference in the house, else its name."""
    found: dict[str, Any] = {"id": party_id(name, organisation_number, ref), "name": name, "roles": sorted(roles)}
    if organisation_number:
        found["identifier"] = {"scheme": SCHEME, "id": organisation_number, "legalName": name}
    return found


def party_id(name: str, organisation_number: str = "", ref: str = "") -> str:
    """Return the id by which one release names an organisation throughout."""
    return f"{SCHEME}-{organisation_number}" if organisation_number else ref or name


def merged_parties(parties: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each organisation once, with all of its roles."""
    found: dict[str, dict[str, Any]] = {}
    for each in parties:
        known = found.setdefault(each["id"], {**each, "roles": []})
        known.update({name: item for name, item in each.items() if name != "roles"})
        known["roles"] = sorted({*known["roles"], *each["roles"]})
    return list(found.values())


def filled(value: Any) -> Any:
    """Return a JSON value without its empty members: the standard leaves out what there is nothing to say of."""
    if isinstance(value, dict):
        kept = {name: filled(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in (None, "", {}, [])}
    return [filled(each) for each in value] if isinstance(value, list | tuple) else value


def document(id: str, kind: str, title: str, url: str, **more: Any) -> dict[str, Any]:
    """Return a document of OCDS `documentType` `kind`; `more` are further members such as format."""
    return {"id": id, "documentType": kind, "title": title, "url": url, **more}


def package(releases: list[dict[str, Any]], *, uri: str, published: str, publisher: str, **more: Any) -> dict[str, Any]:
    """Return a release package; `published` is an RFC 3339 moment."""
    return {**_packed(uri, published, publisher, more), "releases": releases}


def record_package(
    records: list[dict[str, Any]], *, uri: str, published: str, publisher: str, **more: Any
) -> dict[str, Any]:
    """Return a record package; `published` is an RFC 3339 moment."""
    return {**_packed(uri, published, publisher, more), "records": records}


def _packed(uri: str, published: str, publisher: str, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "uri": uri,
        "version": VERSION,
        "extensions": list(EXTENSIONS),
        "publishedDate": published,
        "publisher": {"name": publisher},
        **more,
    }
