"""Forms of this room."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, TextAreaField
from wtforms.validators import DataRequired, Length

from identity.forms import address_checks
from procurement.clarification.operations import MOST_TEXT

_ = lazy_gettext


class AskForm(FlaskForm):
    """A question."""

    text = TextAreaField(
        _("Your question"), [DataRequired(_("Write your question.")), Length(max=MOST_TEXT)], render_kw={"rows": 7}
    )


class FollowForm(FlaskForm):
    """An address that follows a tender."""

    email = EmailField(
        _("E-mail address"), address_checks(_("Write the address.")), render_kw={"autocomplete": "email"}
    )
