"""The forms that act on an incident, up to the decision of an approver."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from flask_wtf.file import FileField, FileRequired, MultipleFileField
from wtforms import (
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.core.errors import DomainError
from app.incidents import ContactPoint
from app.web.forms import DayField, Form

LONGEST_NOTE = 2000


class ActingForm(Form):
    """A form whose operation may refuse. A refusal stands in its error summary, and what was typed is kept."""

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn a refusal inside into errors of this form, one for each of its lines."""
        try:
            yield
        except DomainError as refusal:
            self.form_errors.extend(str(refusal).splitlines())

    def all_errors(self) -> list[tuple[str, str]]:
        """As of every form; a refusal leads to the first field that can be seen."""
        seen = [field.id for field in self if not isinstance(field, HiddenField)]
        refused_at = seen[0] if seen else "main"
        return [(refused_at, str(error)) for error in self.form_errors] + super().all_errors()

    def typed(self, *names: str) -> dict[str, Any]:
        """The data of these fields by name, as an operation takes them."""
        return {name: self[name].data for name in names}


class PressForm(ActingForm):
    """A button alone; the page around it says what it does."""


class CheckboxesField(SelectMultipleField):
    """Any number of choices, each with its own box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def required(words: str) -> InputRequired:
    """A field that cannot stay empty, with what to do in words."""
    return InputRequired(words)


def note_field(label: str, words: str) -> TextAreaField:
    """A longer text that must be given."""
    return TextAreaField(label, validators=[required(words), Length(max=LONGEST_NOTE)])


def readable_phone(_: Form, field: StringField) -> None:
    """E.164, as every phone number is kept; blanks and dashes are taken out."""
    try:
        number = phonenumbers.parse(field.data or "")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValidationError("Write the number with + and the country code, such as +1 212 555 0100.")
    field.data = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def not_empty(_: Form, field: FileField) -> None:
    """A file with nothing in it shows nothing."""
    if field.data.stream.read(1) == b"":
        raise ValidationError("The file is empty.")
    field.data.stream.seek(0)


def none_empty(_: Form, field: MultipleFileField) -> None:
    """As for one file, for each of several."""
    for upload in field.data:
        if upload.stream.read(1) == b"":
            raise ValidationError(f"{upload.filename} is empty.")
        upload.stream.seek(0)


def zones() -> list[tuple[str, str]]:
    """Every zone that stands for a place, by its name."""
    places = (zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in sorted(places))]


class NewIncidentForm(ActingForm):
    """One error with one root cause, in one or more deals."""

    title = StringField("Title, for staff only", validators=[required("Write a title."), Length(max=200)])
    deals = CheckboxesField("Deals that the error spoiled")
    detected_on = DayField("Detected on", validators=[required("Give the day on which the error was found.")])
    contact_name = StringField("Name", validators=[required("Name the person that investors call."), Length(max=200)])
    contact_phone = StringField("Phone", validators=[required("Give a number to call."), readable_phone])
    contact_hours = StringField("Hours", validators=[required("Say when somebody answers."), Length(max=200)])
    zone = SelectField("Time zone of these hours, and of the incident's dates")

    def facts(self) -> dict[str, Any]:
        """What is opened, but for its deals."""
        contact = self.typed("contact_name", "contact_phone", "contact_hours", "zone")
        return self.typed("title", "detected_on") | {"contact": ContactPoint(*contact.values())}


class StatementForm(ActingForm):
    """Somebody's word for a fact outside this system, with its evidence."""

    done_by = StringField("Who did it", validators=[required("Name who did it."), Length(max=200)])
    note = note_field("What was done, in a sentence", "Say what was done.")
    evidence = FileField("Evidence", validators=[FileRequired("Choose the file that shows it."), not_empty])

    def facts(self) -> dict[str, Any]:
        """What is stated, but for the evidence."""
        return self.typed("done_by", "note")


class StoppedForm(StatementForm):
    """That the faulty release was stopped."""

    release = SelectField("Release that was stopped", validators=[required("Choose the release.")])
    done_on = DayField("Stopped on", validators=[required("Give the day on which it was stopped.")])

    def facts(self) -> dict[str, Any]:
        """With the day."""
        return super().facts() | self.typed("done_on")


class EvidenceForm(ActingForm):
    """Further files of evidence, all of one kind."""

    kind = SelectField("What it shows", validators=[required("Choose what it shows.")])
    files = MultipleFileField("Files", validators=[FileRequired("Choose at least one file."), none_empty])


class HandOutForm(ActingForm):
    """Which file somebody takes."""

    sha256 = HiddenField(validators=[required("Choose a file.")])


class FixedForm(StatementForm):
    """That a release fixed the cause."""

    release = SelectField("Release that fixed it", validators=[required("Choose the release.")])


class ProposeNoticeForm(ActingForm):
    """What the first notice promises."""

    promised_on = DayField("Figures promised by", validators=[required("Promise a date.")])


class DecisionForm(ActingForm):
    """An approver's decision on what the page showed; the button that was pressed says which."""

    note = note_field("Why", "Write the reason; it goes into the audit log.")
    digest_seen = HiddenField(validators=[required("Read the page as it is now, and press again.")])
    decision = StringField(validators=[AnyOf(["approve", "reject"], "Press one of the two buttons.")])

    @property
    def approves(self) -> bool:
        """Whether the button said yes."""
        return bool(self.decision.data == "approve")
