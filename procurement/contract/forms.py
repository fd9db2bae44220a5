"""Forms of framework agreements. Labels are English sentences that the catalogues translate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from procurement.award.parts import MOST_REASON

_ = lazy_gettext

_LENGTH = Length(max=MOST_REASON, message=_("Write at most %(max)d characters."))
_DAY = _("This is not a day, such as 2026-12-11.")


class SelectMultipleCheckboxes(SelectMultipleField):
    """Several choices, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ConcludeForm(FlaskForm):
    """The decision on a framework agreement."""

    starts_on = DateField(_("First day"), validators=[DataRequired(_DAY)])
    ends_on = DateField(_("Last day"), validators=[DataRequired(_DAY)])
    ways = SelectMultipleCheckboxes(
        _("How orders are given out"), validators=[DataRequired(_("Choose at least one way."))]
    )
    remark = TextAreaField(
        _("Remark"),
        validators=[Optional(), _LENGTH],
        description=_("Kept with the selection in the case file, not published."),
    )


class EndMemberForm(FlaskForm):
    """The end of one supplier's place."""

    reason = TextAreaField(
        _("Why the supplier leaves the agreement"),
        validators=[DataRequired(_("Give a reason.")), _LENGTH],
        description=_("It is published in a notice of its own."),
    )


class CallOffForm(FlaskForm):
    """An order. `offer` gives the form a quantity for each item of the agreement."""

    way = RadioField(_("How the supplier is found"), validators=[DataRequired(_("Choose a way."))])
    member = RadioField(_("Supplier"), validators=[Optional()], validate_choice=False)
    reason = TextAreaField(
        _("Reason of the choice"),
        validators=[Optional(), _LENGTH],
        description=_("Needed for a direct selection. It stays with the order in the case file."),
    )
    closes_at = StringField(
        _("Deadline for offers"),
        validators=[Optional()],
        description=_("For example 2026-12-11 09:30. It can be changed in the draft until it is published."),
    )

    @classmethod
    def offer(cls, items: Iterable[tuple[str, str]]) -> CallOffForm:
        """Return a form with a field ``quantity_1`` for each ``(number, label)``."""
        fields: dict[str, Any] = {
            f"quantity_{number}": StringField(label, validators=[Optional()], render_kw={"inputmode": "decimal"})
            for number, label in items
        }
        made: CallOffForm = type("CallOffForm", (cls,), fields)(prefix="call")
        return made

    def quantities(self) -> Mapping[str, str]:
        """Return what was typed, by item number."""
        return {
            name.rpartition("quantity_")[2]: field.data or ""
            for name, field in self._fields.items()
            if "quantity_" in name
        }
