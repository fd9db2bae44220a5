"""The filter above the trail."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional


class FilterForm(FlaskForm):
    """What to look for in the trail. It changes nothing, so it is asked by GET and needs no token."""

    class Meta:
        csrf = False

    kind = SelectField(
        _("What happened"), validators=[Optional()], validate_choice=False, description=_("Every kind that occurs")
    )
    subject = StringField(
        _("About what"),
        validators=[Optional(), Length(max=120)],
        description=_("A reference, such as T-2026-000001"),
    )
    actor = StringField(
        _("By whom"),
        validators=[Optional(), Length(max=200)],
        description=_("A reference, an organisation's name, or platform"),
    )

    def subject_words(self) -> str:
        """Return the subject in the words of the trail; a bare reference of a tender is completed."""
        asked = (self.subject.data or "").strip()
        for letter, thing in (("T-", "tender"), ("O-", "organisation"), ("A-", "account")):
            if asked.upper().startswith(letter):
                return f"{thing}/{asked.upper()}"
        return asked
