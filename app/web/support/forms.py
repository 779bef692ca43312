"""The forms of support. What may be done is the domain's to say; here is only what a field needs to be read."""

from wtforms import (
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from app.scheduling import CallOutcome
from app.web.admin.forms import ActingForm

OUTCOMES = {outcome.value: outcome.label for outcome in CallOutcome}
LONGEST_NOTES = 5000


class VersionedForm(ActingForm):
    """A form about a call as the reader saw it."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired("Load this page again.")])


class NotesForm(VersionedForm):
    """The notes as they are being typed."""

    notes = TextAreaField("Notes", validators=[Length(max=LONGEST_NOTES)])


class OutcomeForm(NotesForm):
    """What came of a call, by one press."""

    outcome = RadioField(choices=OUTCOMES, validators=[InputRequired("Say what came of the call.")])


class CancelForm(ActingForm):
    """Why we cancel; the investor reads it."""

    reason = TextAreaField("Reason", validators=[InputRequired("Write the reason; we mail it."), Length(max=500)])


class ReassignForm(VersionedForm):
    """Who makes the call instead."""

    agent = SelectField("Give it to", coerce=int, validators=[InputRequired("Choose somebody.")])


class MoveForm(VersionedForm):
    """The new time; the field itself is drawn as times by day."""

    start = HiddenField("Time", validators=[InputRequired("Choose a time.")])
    zone = HiddenField()


class LateForm(ActingForm):
    """How late, and for how long."""

    minutes = SelectField(
        "We run late by",
        coerce=int,
        choices={str(minutes): f"about {minutes} minutes" for minutes in (10, 15, 20, 30, 45, 60)},
    )
    hours = SelectField(
        "Tell whoever is called within",
        coerce=int,
        choices={"1": "1 hour", "2": "2 hours", "4": "4 hours", "8": "8 hours"},
    )


class BookForForm(ActingForm):
    """A call for somebody on the phone."""

    start = HiddenField("Time", validators=[InputRequired("Choose a time.")])
    zone = HiddenField()
    case = HiddenField()
    key = HiddenField(validators=[InputRequired("Load this page again."), Length(max=64)])
    phone = TelField("Number to call", validators=[InputRequired("Write the number to call."), Length(max=40)])
    help_text = TextAreaField("What would help on the call", validators=[Length(max=1000)])


class UnbookedForm(ActingForm):
    """A call that nobody booked: they called us, or we called them."""

    began = DateTimeLocalField("When it began", validators=[InputRequired("Write when the call began.")])
    minutes = IntegerField(
        "How many minutes",
        validators=[InputRequired("Write how long it took."), NumberRange(1, 240, "Write 1 to 240 minutes.")],
    )
    phone = TelField("Their number", validators=[InputRequired("Write their number."), Length(max=40)])
    case = SelectField("About")
    outcome = SelectField("What came of it", choices=OUTCOMES)
    notes = TextAreaField("Notes", validators=[Length(max=LONGEST_NOTES)])
    key = HiddenField(validators=[InputRequired("Load this page again."), Length(max=64)])


class SearchForm(ActingForm):
    """What somebody on the phone says of themselves."""

    text = StringField("Find somebody", validators=[InputRequired("Write what to look for."), Length(max=200)])


class SeenForm(ActingForm):
    """Which page of the investor's to show; empty is the list of their corrections."""

    case = HiddenField()
