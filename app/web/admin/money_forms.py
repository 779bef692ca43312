"""The forms of the money pages."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import AnyOf, Length, Optional, ValidationError

from app.core.money import BadAmount, parse_money
from app.settlement import HoldKind
from app.web.admin.forms import ActingForm, not_empty, note_field, required
from app.web.forms import DayField


class AnswerForm(ActingForm):
    """The payment system's answer."""

    file = FileField("The answer, as CSV", validators=[FileRequired("Choose the file."), not_empty])


class ReasonForm(ActingForm):
    """Why something is done; it goes into the log."""

    reason = note_field("Why", "Write the reason; it goes into the audit log.")


class ClearForm(ActingForm):
    """How the rows that were left over were dealt with."""

    reason = note_field("What was done about these rows", "Write what was done; it goes into the audit log.")


class ReleaseForm(ActingForm):
    """What the second person saw and compared."""

    digest_seen = HiddenField(validators=[required("Read the page as it is now, and press again.")])
    compared = BooleanField(
        "I have compared count and totals with our own books",
        validators=[required("Compare count and totals with your own books, then tick the box.")],
    )


class HoldForm(ActingForm):
    """What is held back, and why."""

    currency = "USD"
    kind = SelectField("What stops it", choices={kind.value: kind.label for kind in HoldKind})
    part = StringField("Only a part (leave empty for all of it)", validators=[Optional(), Length(max=30)])
    until_on = DayField("Last day of the hold (leave empty until somebody lifts it)", validators=[Optional()])
    reason = note_field("Why", "Write why it is held back.")

    def validate_part(self, field: StringField) -> None:
        """An amount of the settlement's currency."""
        try:
            parse_money(field.data or "", self.currency)
        except BadAmount as bad:
            raise ValidationError(str(bad)) from bad

    def cents(self) -> int | None:
        """The part in question in minor units; None for all of it."""
        return parse_money(self.part.data, self.currency) if self.part.data else None


class UnclaimedForm(ActingForm):
    """Since when nobody claims it, and what was tried."""

    since_on = DayField("Since which day", validators=[required("Give the day since which nobody claims it.")])
    reason = note_field("What was tried to reach them", "Write what was tried; it goes into the audit log.")


class DecideForm(ActingForm):
    """The button that was pressed says which."""

    decision = StringField(validators=[AnyOf(["grant", "refuse"], "Press one of the two buttons.")])
