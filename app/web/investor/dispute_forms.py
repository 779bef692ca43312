"""The forms with which an investor says that something looks wrong."""

import secrets

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app import incidents
from app.incidents import Adjustment, answering
from app.incidents.answering import Complaint, ContactBy, Reason
from app.web.admin.forms import ActingForm
from app.web.complaints import amount_in_question

REASONS = {reason.value: reason.label for reason in Reason}
WAYS = {
    ContactBy.PAGE.value: "On my page, with an email that something is there",
    ContactBy.PHONE.value: "Call me, too",
}


class WordsForm(ActingForm):
    """Something to add."""

    words = TextAreaField(
        "Your words", validators=[InputRequired("Write a few words."), Length(max=answering.LONGEST_WORDS)]
    )


class DisputeForm(ActingForm):
    """What looks wrong, in which figures; `key` makes a second press find the first."""

    figures = RadioField("Which figures?", coerce=int, validators=[InputRequired("Choose the figures.")])
    reason = RadioField("What looks wrong?", choices=REASONS, validators=[InputRequired("Choose what looks wrong.")])
    words = TextAreaField(
        "Tell us in your own words",
        validators=[
            InputRequired("Write a few words, so that we know what to look at."),
            Length(max=answering.LONGEST_WORDS, message=f"Write at most {answering.LONGEST_WORDS} characters."),
        ],
    )
    amount = StringField("How much of what we pay you is in question?", validators=[Length(max=30)])
    file = FileField("A file that shows it")
    contact_by = RadioField("How should we answer?", choices=WAYS, default=ContactBy.PAGE.value)
    key = HiddenField(
        default=lambda: secrets.token_urlsafe(16),
        validators=[InputRequired("Load this page again."), Length(max=64)],
    )

    def offer(self, figures: list[Adjustment]) -> "DisputeForm":
        """Let the reader choose among these figures; with one there is nothing to choose."""
        self.figures.choices = [(each.id, f"{each.case.deal.name}, {each.account.name}") for each in figures]
        if len(figures) == 1:
            self.figures.data = figures[0].id
            self.figures.validators = []
        return self

    def complaint(self, currency: str, file: incidents.Proof | None) -> Complaint:
        """As it was typed. Raises BadAmount."""
        return Complaint(
            reason=Reason(self.reason.data),
            words=self.words.data or "",
            in_question_cents=amount_in_question(self.amount.data or "", currency),
            contact_by=ContactBy(self.contact_by.data),
            file=file,
        )
