"""Forms of the award. Labels are English sentences that the catalogues translate."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
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
