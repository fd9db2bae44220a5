"""The form's fields of a draft's procedure: which way of buying, on what ground, who is named, under which plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext
from wtforms import Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from identity import queries as identity
from procurement.rules.procedure import Procedure
from procurement.rules.ruleset import RuleSet
from procurement.tender.board import language
from procurement.tender.reader import Problem

_ = lazy_gettext
OPEN = "open"


class ProcedureForm(Form):
    """How it is bought. The choices come from the rule set (`choose`)."""

    procedure = RadioField(_("Procedure"), default=OPEN, validate_choice=False)
    ground = SelectField(_("Legal ground"), validate_choice=False)
    ground_reason = TextAreaField(
        _("Why this ground is there"),
        description=_("Facts that another person can check. Above the threshold of open tender, name the approval."),
        render_kw={"rows": 4},
    )
    invitees = TextAreaField(
        _("Suppliers named"),
        description=_("One a line: the number, the reference or the full name of a verified supplier."),
        render_kw={"rows": 3},
    )
    plan_ref = StringField(_("Project of the plan"), description=_("For example P-2026-000001."))


@dataclass(frozen=True)
class Way:
    """A procedure as the form offers it, in the reader's language."""

    id: str
    name: str
    article: str
    confidence: str
    stages: str
    names_suppliers: bool
    needs_ground: bool
    admits_several: bool


def choose(form: Any, ruleset: RuleSet | None) -> None:
    """Give the form the procedures of a rule set, and their grounds as ``procedure/ground``."""
    known = ruleset.procedures if ruleset is not None else ()
    form.procedure.choices = [SelectChoice(one.id, one.name.template(language())) for one in known]
    grounds: dict[str, Sequence[SelectChoice]] = {"": [SelectChoice("", _("None: open tender needs none"))]}
    for one in known:
        if one.grounds:
            name = one.name.template(language())
            grounds[name] = [SelectChoice(f"{one.id}/{key}", words.template(language())) for key, words in one.grounds]
    form.ground.choices = grounds


def ways(ruleset: RuleSet | None) -> list[Way]:
    """Return what the page says of each procedure: article, how sure we are of it, its stages."""
    if ruleset is None:
        return []
    return [
        Way(
            one.id,
            one.name.template(language()),
            one.article.template(language()),
            one.confidence,
            _stages(one),
            one.first.admits == "invited",
            bool(one.grounds),
            any(stage.outcome == "agreement" for stage in one.stages),
        )
        for one in ruleset.procedures
    ]


def shown(data: Mapping[str, Any]) -> dict[str, str]:
    """Return a draft's procedure as the fields of the form show it."""
    named = [identity.organisation_by_ref(ref) for ref in data["invitees"]]
    return {
        "procedure": data["procedure"],
        "ground": f"{data['procedure']}/{data['ground']}" if data["ground"] else "",
        "ground_reason": data["ground_reason"],
        "invitees": "\n".join(f"{one.number or one.ref} {one.name}" for one in named),
        "plan_ref": data["plan_ref"],
    }


def read(form: Any, problems: list[Problem]) -> dict[str, Any]:
    """Return what was typed as plain data (`drafting`); a supplier who cannot be found becomes a problem."""
    procedure = form.procedure.data or OPEN
    of, _slash, ground = (form.ground.data or "").rpartition("/")
    return {
        "procedure": procedure,
        # A ground of another procedure is none of this one.
        "ground": ground if of == procedure else "",
        "ground_reason": form.ground_reason.data or "",
        "invitees": read_invitees(form.invitees.data, problems),
        "plan_ref": (form.plan_ref.data or "").strip(),
    }


def read_invitees(text: str | None, problems: list[Problem]) -> list[str]:
    """Return the references of the suppliers named in a text, one a line, each once."""
    found = []
    for line in filter(None, (" ".join(line.split()) for line in (text or "").splitlines())):
        known = identity.suppliers_known_as(line) or identity.suppliers_known_as(line.partition(" ")[0])
        facts = {"line": line[:60]}
        if not known:
            problems.append(Problem("draft.invitee_unknown", "/invitees", facts))
        elif len(known) > 1:
            problems.append(Problem("draft.invitee_ambiguous", "/invitees", facts))
        else:
            found.append(known[0].ref)
    return list(dict.fromkeys(found))


def _stages(procedure: Procedure) -> str:
    """Return the stages in their order; those that stand side by side, as ways of a call-off do, are parted by /."""
    said = ""
    for at, stage in enumerate(procedure.stages):
        earlier = procedure.stages[at - 1] if at else None
        if earlier is not None:
            is_beside = (stage.follows, stage.outcome) == (earlier.follows, earlier.outcome)
            said += " / " if is_beside else " → "
        said += stage.name.template(language())
    return said
