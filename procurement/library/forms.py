"""The library's forms: a clause to write, a search."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from procurement.library.content import CATEGORY_WORDS, PLACES

_ = lazy_gettext


class ClauseForm(FlaskForm):
    """One clause."""

    title = StringField(_("Name of the piece"))
    place = SelectField(
        _("Where it belongs in a tender"), choices=[SelectChoice(name, words) for name, words in PLACES.items()]
    )
    category = SelectField(
        _("For which purchases"), choices=[SelectChoice(name, words) for name, words in CATEGORY_WORDS.items()]
    )
    text = TextAreaField(_("Text"), render_kw={"rows": 10})
