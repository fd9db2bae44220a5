"""Forms of the panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length

from foundation.errors import Refusal
from foundation.web import sentence
from identity.models import Account
from procurement.panel.operations import MOST_REASON
from procurement.panel.readiness import EXPERT, REPRESENTATIVE

_ = lazy_gettext

CAPACITY_NAMES = {EXPERT: _("Expert"), REPRESENTATIVE: _("Buyer's representative")}


class _Form(FlaskForm):
    def refuse(self, refusal: Refusal) -> None:
        """Show an operation's refusal at the top, with what was typed kept."""
        self.form_errors.append(sentence(refusal.rule, refusal.facts))


class AssignForm(_Form):
    """Give an expert a seat."""

    account = SelectField(_("Expert"), validators=[DataRequired(_("Choose an expert."))])
    capacity = RadioField(
        _("Sits as"),
        choices=[SelectChoice(key, name) for key, name in CAPACITY_NAMES.items()],
        default=EXPERT,
        validators=[DataRequired(_("Say whether this person sits as an expert or for the buyer."))],
    )
    reason = TextAreaField(
        _("Reason for choosing this person"),
        validators=[DataRequired(_("Give the reason. It is kept on record.")), Length(max=MOST_REASON)],
    )

    def offer(self, accounts: Sequence[Account]) -> None:
        """Fill in the experts to choose from."""
        self.account.choices = _choices(accounts)


class ReplaceForm(_Form):
    """Put another expert in the place of one."""

    account = SelectField(_("New expert"), validators=[DataRequired(_("Choose an expert."))])
    reason = TextAreaField(
        _("Why this member is replaced"),
        validators=[DataRequired(_("Give the reason. It is kept on record.")), Length(max=MOST_REASON)],
    )

    def offer(self, accounts: Sequence[Account]) -> None:
        """Fill in the experts to choose from."""
        self.account.choices = _choices(accounts)


class RemoveForm(_Form):
    """Take back an assignment before the opening."""

    reason = TextAreaField(
        _("Why the assignment is taken back"),
        validators=[DataRequired(_("Give the reason. It is kept on record.")), Length(max=MOST_REASON)],
    )


class DeclareForm(_Form):
    """Nothing but the token: the button is the declaration."""


class RecuseForm(_Form):
    """Step back, with the ground the rule set names."""

    ground = RadioField(
        _("Which relation is in the way?"), validators=[DataRequired(_("Say which relation is in the way."))]
    )
    words = TextAreaField(_("Explanation"), validators=[Length(max=MOST_REASON - 100)])

    def offer(self, grounds: Sequence[tuple[str, str]]) -> None:
        """Fill in the grounds of the rule set in the reader's language."""
        self.ground.choices = [SelectChoice(key, label) for key, label in grounds]


def _choices(accounts: Sequence[Account]) -> Any:
    empty: list[Any] = [SelectChoice("", _("Choose"))]
    return empty + [SelectChoice(one.ref, one.name) for one in accounts]
