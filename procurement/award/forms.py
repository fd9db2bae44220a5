"""Forms of the award. Labels are English sentences that the catalogues translate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from procurement.award.operations import MOST_REASON

_ = lazy_gettext

_LENGTH = Length(max=MOST_REASON, message=_("Write at most %(max)d characters."))


class ProposeForm(FlaskForm):
    """The officer's proposal. Its choices are the ranked bids, best first."""

    bid = RadioField(_("Proposed winner"), validators=[DataRequired(_("Choose a bid."))])
    reason = TextAreaField(
        _("Reason"),
        validators=[Optional(), _LENGTH],
        description=_("Needed only where the winner is not alone in rank one. It is published in the award notice."),
    )


class DecideForm(FlaskForm):
    """The approver's decision as proposed."""

    remark = TextAreaField(
        _("Remark"),
        validators=[Optional(), _LENGTH],
        description=_("Kept with the award in the case file, not published."),
    )


class ReturnForm(FlaskForm):
    """The approver gives the proposal back."""

    reason = TextAreaField(_("What has to change"), validators=[DataRequired(_("Say what has to change.")), _LENGTH])


class SelectForm(FlaskForm):
    """The officer's proposal of who goes on. `offer` gives the form a field for each bid that may be left out."""

    reason = TextAreaField(
        _("Remark for the approver"),
        validators=[Optional(), _LENGTH],
        description=_("Kept with the selection in the case file, not published."),
    )

    @classmethod
    def offer(cls, names: Iterable[str]) -> SelectForm:
        """Return a form with a field ``out_A`` for each bid: empty, the bid goes on; else it holds the reason."""
        fields: dict[str, Any] = {
            f"out_{name}": TextAreaField(_("Leave it out, because"), validators=[Optional(), _LENGTH])
            for name in names
        }
        made: SelectForm = type("SelectForm", (cls,), fields)(prefix="select")
        return made

    def left_out(self) -> dict[str, str]:
        """Return the reasons by bid where one was written."""
        given = {name.rpartition("out_")[2]: field.data or "" for name, field in self._fields.items() if "out_" in name}
        return {name: said for name, said in given.items() if said.strip()}


class NextForm(FlaskForm):
    """The stage that follows."""

    stage = RadioField(_("What follows"), validators=[DataRequired(_("Choose what follows."))])
    closes_at = StringField(
        _("Deadline for bids"),
        validators=[Optional()],
        description=_("For example 2026-12-11 09:30. It can be changed in the draft until it is published."),
    )
