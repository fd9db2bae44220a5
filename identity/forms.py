"""Forms of this room. Labels are English sentences that the catalogues translate."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from foundation.errors import Refusal
from foundation.web import sentence
from identity import passwords
from identity.rights import Role

_ = lazy_gettext

# Control, format, surrogate and line signs (Unicode categories).
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Scripts such as Persian need these two inside words.
_JOINERS = "\u200c\u200d"
SIZES = [
    ("", _("Not stated")),
    ("large", _("Large")),
    ("medium", _("Medium")),
    ("small", _("Small")),
    ("micro", _("Micro")),
]
LANGUAGES = [("zh-CN", "简体中文"), ("zh-TW", "繁體中文"), ("en", "English")]
ROLE_NAMES = {
    Role.PUBLIC: _("Public"),
    Role.OFFICER: _("Officer"),
    Role.APPROVER: _("Approver"),
    Role.SUPPLIER: _("Supplier"),
    Role.EXPERT: _("Expert"),
    Role.INSPECTOR: _("Inspector"),
    Role.AUDITOR: _("Auditor"),
    Role.OPERATOR: _("Operator"),
}
KIND_NAMES = {
    "authority": _("Authority"),
    "supplier": _("Supplier"),
    "supervisor": _("Supervising body"),
    "platform": _("Platform"),
}


def chosen(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Return choices of (value, label) in the form that WTForms reads."""
    return [SelectChoice(value, label) for value, label in pairs]


def needed(message: Any) -> DataRequired:
    """Demand an answer, in a sentence that says which."""
    return DataRequired(message)


def trimmed(value: str | None) -> str | None:
    """Return one line without spaces around it and without signs that cannot be seen; passwords are never trimmed.

    Line ends would begin a header in a mail's subject, and signs that turn the direction of reading let a name lie.
    """
    if not value:
        return value
    seen = (" " if unicodedata.category(sign) in _UNSEEN and sign not in _JOINERS else sign for sign in value)
    return " ".join("".join(seen).split())


def trimmed_text(value: str | None) -> str | None:
    """Return a text of several lines without spaces around it."""
    return value.strip() if value else value


def looks_like_an_address(_form: Any, field: Field) -> None:
    """Check the form of an e-mail address (RFC 5322). No name server is asked, and names for tests are names."""
    try:
        validate_email(field.data or "", check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValidationError(_("Write the address like name@example.org.")) from error


def address_checks(message: Any) -> list[Any]:
    """Return the checks of an e-mail address."""
    return [needed(message), Length(max=200), looks_like_an_address]


def typed(field: Field) -> str:
    """Return what was written into a field; nothing is the empty text."""
    return str(field.data or "")


class Form(FlaskForm):
    """A form whose operation may refuse; the refusal is told at a field or at the top."""

    def refuse(self, refusal: Refusal, field: Field | None = None) -> None:
        """Show a refusal like a wrong answer, with what was typed kept."""
        told = sentence(refusal.rule, refusal.facts)
        if field is None:
            self.form_errors.append(told)
        else:
            field.errors = [*field.errors, told]


def good_password(form: Any, field: Field) -> None:
    """Check a new password against the house's floor and what else the form says about the person."""
    email = form.email.data if "email" in form else ""
    name = form.name.data if "name" in form else ""
    try:
        passwords.check(field.data or "", email=email or "", name=name or "")
    except Refusal as refusal:
        raise ValidationError(sentence(refusal.rule, refusal.facts)) from refusal


def new_password(label: Any) -> PasswordField:
    """Return the field of a new password."""
    return PasswordField(
        label,
        [needed(_("Choose a password.")), good_password],
        description=_("At least 12 characters. Several words that belong together only for you are best."),
        render_kw={"autocomplete": "new-password"},
    )


class LogInForm(Form):
    """Log in."""

    email = EmailField(
        _("E-mail address"),
        [needed(_("Write your e-mail address.")), Length(max=200)],
        filters=[trimmed],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _("Password"), [needed(_("Write your password."))], render_kw={"autocomplete": "current-password"}
    )


class RegisterForm(Form):
    """Register a supplier."""

    organisation = StringField(
        _("Name of the organisation"),
        [needed(_("Write the organisation's name as it is registered.")), Length(max=200)],
        filters=[trimmed],
        render_kw={"autocomplete": "organization"},
    )
    number = StringField(
        _("Organisation number"),
        [needed(_("Write the organisation's number.")), Length(max=40)],
        filters=[trimmed],
        description=_("The unified social credit code, or the number in your country's register."),
    )
    enterprise_size = SelectField(
        _("Size of the enterprise"),
        choices=chosen(SIZES),
        description=_("Small and micro enterprises may have advantages under the rules of a tender."),
    )
    address = StringField(_("Address"), [Optional(), Length(max=300)], filters=[trimmed])
    phone = TelField(_("Phone"), [Optional(), Length(max=60)], filters=[trimmed], render_kw={"autocomplete": "tel"})
    name = StringField(
        _("Your name"),
        [needed(_("Write your name.")), Length(max=100)],
        filters=[trimmed],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        _("E-mail address"),
        address_checks(_("Write your e-mail address.")),
        filters=[trimmed],
        description=_("You sign in with it, and notices about your bids go there."),
        render_kw={"autocomplete": "email"},
    )
    password = new_password(_("Password"))


class AskResetForm(Form):
    """Ask for a link that sets a new password."""

    email = EmailField(
        _("E-mail address"),
        address_checks(_("Write your e-mail address.")),
        filters=[trimmed],
        render_kw={"autocomplete": "username"},
    )


class ResetForm(Form):
    """Set a new password by link."""

    password = new_password(_("New password"))


class ChangePasswordForm(Form):
    """Change the password while logged in."""

    present = PasswordField(
        _("Present password"),
        [needed(_("Write your present password."))],
        render_kw={"autocomplete": "current-password"},
    )
    password = new_password(_("New password"))


class ProfileForm(Form):
    """Name and language of mails."""

    name = StringField(
        _("Your name"),
        [needed(_("Write your name.")), Length(max=100)],
        filters=[trimmed],
        render_kw={"autocomplete": "name"},
    )
    locale = SelectField(_("Language of your mails"), choices=chosen(LANGUAGES))


class EraseForm(Form):
    """Close the account and erase the person."""

    present = PasswordField(
        _("Present password"),
        [needed(_("Write your present password."))],
        render_kw={"autocomplete": "current-password"},
    )
    sure = BooleanField(_("I know that this cannot be undone."), [needed(_("Confirm that this cannot be undone."))])


class OrganisationForm(Form):
    """Details of the own organisation."""

    name = StringField(
        _("Name of the organisation"),
        [needed(_("Write the organisation's name as it is registered.")), Length(max=200)],
        filters=[trimmed],
    )
    number = StringField(
        _("Organisation number"),
        [needed(_("Write the organisation's number.")), Length(max=40)],
        filters=[trimmed],
        description=_("The unified social credit code, or the number in your country's register."),
    )
    enterprise_size = SelectField(_("Size of the enterprise"), choices=chosen(SIZES))
    address = StringField(_("Address"), [Optional(), Length(max=300)], filters=[trimmed])
    contact = StringField(_("Contact person"), [Optional(), Length(max=100)], filters=[trimmed])
    phone = TelField(_("Phone"), [Optional(), Length(max=60)], filters=[trimmed])


class InviteForm(Form):
    """Invite a person to a role."""

    email = EmailField(
        _("E-mail address"), address_checks(_("Write the address of the person you invite.")), filters=[trimmed]
    )
    role = RadioField(_("Role"), validators=[needed(_("Choose a role."))])

    def offer(self, roles: Any) -> InviteForm:
        """Set the roles that may be chosen."""
        self.role.choices = chosen((role.value, ROLE_NAMES[role]) for role in Role if role in roles)
        if len(self.role.choices) == 1 and not self.role.data:
            self.role.data = self.role.choices[0].value
        return self


class AcceptForm(Form):
    """Accept an invitation with a new account."""

    name = StringField(
        _("Your name"),
        [needed(_("Write your name.")), Length(max=100)],
        filters=[trimmed],
        render_kw={"autocomplete": "name"},
    )
    password = new_password(_("Password"))


class RefuseClaimForm(Form):
    """Refuse an organisation's claim."""

    reason = TextAreaField(
        _("Reason for the refusal"),
        [
            needed(_("Give the reason, so that the organisation knows what to correct.")),
            Length(max=500),
        ],
        filters=[trimmed_text],
        description=_("The members of the organisation read it. Do not say whether others use the number."),
    )


class NewOrganisationForm(Form):
    """Create an authority or a supervising body with its first member."""

    kind = RadioField(
        _("Kind"),
        [needed(_("Choose the kind of organisation."))],
        choices=chosen((kind, KIND_NAMES[kind]) for kind in ("authority", "supervisor")),
    )
    name = StringField(
        _("Name of the organisation"),
        [needed(_("Write the organisation's name as it is registered.")), Length(max=200)],
        filters=[trimmed],
    )
    number = StringField(
        _("Organisation number"),
        [needed(_("Write the organisation's number.")), Length(max=40)],
        filters=[trimmed],
    )
    email = EmailField(
        _("E-mail address of the first member"),
        address_checks(_("Write the address of the person you invite.")),
        filters=[trimmed],
        description=_("An authority's first member becomes its approver, a supervising body's an inspector."),
    )
