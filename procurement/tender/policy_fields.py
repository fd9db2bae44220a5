"""The form's fields of a draft's policies, and their way to and from the plain data of `policies`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext
from wtforms import Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from procurement.rules import ruleset as rulesets
from procurement.rules.rule import Range, Rule
from procurement.rules.ruleset import RuleSet
from procurement.tender import policies
from procurement.tender.board import language, now
from procurement.tender.reader import Problem, Reader

_ = lazy_gettext
_NUMERIC = {"inputmode": "decimal", "class": "n"}
_TEXTS: tuple[str, ...] = (
    "sme_reserve",
    "sme_share",
    "sme_small",
    "sme_reason",
    "industry",
    "sme_rate",
    "sme_consortium_rate",
)
_TEXTS += ("domestic_rate", "energy", "energy_list", "environment", "environment_list", "imported", "imported_approval")
# What the shares of a reservation, and each rate, are bounded by.
_BOUNDS = {"sme_share": "policy.sme_reserve", "sme_small": "policy.sme_reserve_small"}
_RATES = {"sme_rate": policies.SME, "sme_consortium_rate": policies.CONSORTIUM, "domestic_rate": policies.DOMESTIC}
# The price that the preview compares.
EXAMPLE = Decimal(100)

RESERVES = [
    SelectChoice("none", _("Not reserved: everyone may bid")),
    SelectChoice("whole", _("Reserved as a whole for small and medium enterprises")),
    SelectChoice("part", _("A share of the contract is for small and medium enterprises")),
]
DEGREES = [
    SelectChoice("none", _("Not asked for")),
    SelectChoice("priority", _("Preferred")),
    SelectChoice("mandatory", _("Must be certified")),
]
IMPORTS = [
    SelectChoice("no", _("Not allowed")),
    SelectChoice("approved", _("Allowed: the purchase is approved")),
]


def industries() -> list[SelectChoice]:
    """Return the industries of the rule sets as choices, in the reader's language."""
    found: dict[str, str] = {}
    for ruleset in rulesets.available(now().date()):
        if "policy.industries" in ruleset:
            rule = ruleset.rule("policy.industries")
            found |= {key: rule.label(key, language()) for key in rule.items if key not in found}
    return [SelectChoice("", _("Choose")), *(SelectChoice(key, label) for key, label in found.items())]


class PolicyForm(Form):
    """What is reserved, deducted and asked of goods."""

    sme_reserve = RadioField(_("Reserved for small and medium enterprises"), choices=RESERVES, default="none")
    sme_share = StringField(_("Reserved share of the contract, in per cent"), render_kw=_NUMERIC)
    sme_small = StringField(_("Of it for small and micro enterprises, in per cent"), render_kw=_NUMERIC)
    sme_reason = TextAreaField(_("Why it is not reserved, or not as a whole"), render_kw={"rows": 2})
    industry = SelectField(_("Industry by which the size is judged"), choices=industries)
    sme_rate = StringField(_("Deduction for small and micro enterprises, in per cent"), render_kw=_NUMERIC)
    sme_consortium_rate = StringField(
        _("Deduction for a large share of small partners, in per cent"), render_kw=_NUMERIC
    )
    domestic_rate = StringField(_("Deduction for domestic products, in per cent"), render_kw=_NUMERIC)
    energy = SelectField(_("Energy-saving products"), choices=DEGREES, default="none")
    energy_list = StringField(_("List and category"))
    energy_items = StringField(_("Items concerned"))
    environment = SelectField(_("Products with the environmental label"), choices=DEGREES, default="none")
    environment_list = StringField(_("List and category"))
    environment_items = StringField(_("Items concerned"))
    imported = RadioField(_("Imported goods"), choices=IMPORTS, default="no")
    imported_approval = StringField(_("Number of the approval"))


def shown(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the policies of a draft as the fields show them."""
    found = policies.read(Reader(data or {}, "", []))
    return found | {f"{label}_items": ", ".join(found[f"{label}_items"]) for label in policies.LABELS}


def read(form: Form, at: str, problems: list[Problem]) -> dict[str, Any]:
    """Return the policies as typed; what cannot be read is told by `policies.read`."""
    typed: dict[str, Any] = {name: (form[name].data or "").strip() for name in _TEXTS}
    for name in (*_BOUNDS, *_RATES):
        typed[name] = typed[name].replace("％", "%").removesuffix("%").strip()
    for label in policies.LABELS:
        listed = re.split(r"[\s,，、;；]+", form[f"{label}_items"].data or "")
        typed[f"{label}_items"] = [one.replace("／", "/") for one in listed if one]
    return typed


def defaults(ruleset: RuleSet, category: str) -> dict[str, Any]:
    """Return what a new draft begins with: the lowest rates that its law allows, nothing reserved."""
    found = {}
    for name, id in _RATES.items():
        rule = policies.rate_rule(ruleset, id, category)
        if rule is not None and (name != "domestic_rate" or category == "goods"):
            found[name] = str(rule.value.least if isinstance(rule.value, Range) else rule.decimal)
    return shown(found)


def hints(ruleset: RuleSet, category: str) -> dict[str, str]:
    """Return for each field that a rule bounds the rule in one line with its article, in the reader's language."""
    ids = {name: rule.id for name, id in _RATES.items() if (rule := policies.rate_rule(ruleset, id, category))}
    return {name: _told(ruleset.rule(id)) for name, id in (_BOUNDS | ids).items() if id in ruleset}


def previews(form: Form) -> Iterator[tuple[str, Decimal]]:
    """Yield how a bid of 100.00 would be compared: ``sme``, ``consortium``, ``domestic``, ``both`` and the price.

    Deductions add up, each on the original price; what cannot be read is left out.
    """
    rates = {name: _rate(form[name].data) for name in _RATES}
    if form["sme_reserve"].data != "none":
        rates |= {"sme_rate": Decimal(0), "sme_consortium_rate": Decimal(0)}
    small, partners, domestic = (rates[name] for name in _RATES)
    for kind, rate in (("sme", small), ("consortium", partners), ("domestic", domestic)):
        if rate:
            yield kind, _compared(rate)
    if small and domestic:
        yield "both", _compared(small + domestic)


def _compared(rate: Decimal) -> Decimal:
    return (EXAMPLE * (100 - rate) / 100).quantize(Decimal("0.01"))


def _rate(text: str | None) -> Decimal:
    try:
        found = Decimal((text or "0").strip().removesuffix("%").strip() or "0")
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() and 0 < found < 50 else Decimal(0)


def _told(rule: Rule) -> str:
    cited = rule.cite(language())
    return f"{rule.title(language())}（{cited}）" if language() != "en" else f"{rule.title(language())} ({cited})"
