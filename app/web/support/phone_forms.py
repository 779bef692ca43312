"""The form with which support records what somebody answered on a call."""

import secrets
from collections.abc import Mapping

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.money import format_money
from app.incidents import Proof, Proposal, answering
from app.incidents.answering import Complaint, Dispute, Opening, PhoneKind, Reason
from app.web.admin.forms import ActingForm
from app.web.complaints import amount_in_question

AT_MOST = "Write at most {} characters."
SAYS = {
    PhoneKind.READ: "They have read",
    PhoneKind.TAKE: "They take",
    PhoneKind.LEAVE: "They leave",
    PhoneKind.TALK: "They want to talk first about",
    PhoneKind.DISPUTE: "Something looks wrong to them:",
    PhoneKind.WITHDRAW: "They take back what looked wrong to them:",
}


class PhoneForm(ActingForm):
    """What they said, why it was taken by phone, and what looks wrong; `key` makes a second press find the first."""

    answer = RadioField("What did they say?", validators=[InputRequired("Choose what they said.")])
    wrong = RadioField("What is it?", choices={each.value: each.label for each in Reason}, default=Reason.OTHER.value)
    words = TextAreaField(
        "In their own words",
        validators=[
            Length(max=answering.LONGEST_WORDS, message=f"Write at most {answering.LONGEST_WORDS} characters.")
        ],
    )
    amount = StringField("How much of what we pay them is in question?", validators=[Length(max=30)])
    file = FileField("A file that they sent us")
    reason = StringField(
        "Why do you take this by phone?",
        validators=[
            InputRequired("Write why you take this answer by phone."),
            Length(max=answering.LONGEST_REASON, message=AT_MOST.format(answering.LONGEST_REASON)),
        ],
    )
    key = HiddenField(
        default=lambda: secrets.token_urlsafe(16), validators=[InputRequired("Load this page again."), Length(max=40)]
    )

    def offer(self, openings: Mapping[str, Opening]) -> "PhoneForm":
        """Let the reader choose among these."""
        self.answer.choices = {value: words_for(each) for value, each in openings.items()}
        return self

    def complaint(self, currency: str, file: Proof | None) -> Complaint:
        """What looks wrong, as it was typed. Raises BadAmount."""
        in_question = amount_in_question(self.amount.data or "", currency)
        return Complaint(Reason(self.wrong.data), self.words.data or "", in_question, file=file)


def by_value(openings: list[Opening]) -> dict[str, Opening]:
    """Each under the value that its radio button sends."""
    return {f"{each.kind.value}-{each.about.id}": each for each in openings}


def words_for(opening: Opening) -> str:
    """What the reader records with it, in words."""
    about = opening.about
    if isinstance(about, Proposal):
        return f"{SAYS[opening.kind]} the correction of {about.incident.reference}, version {about.version}"
    deal, account = about.case.deal, about.account.name
    if opening.kind in (PhoneKind.DISPUTE, PhoneKind.WITHDRAW) or isinstance(about, Dispute):
        return f"{SAYS[opening.kind]} {deal.name}, {account}"
    return f"{SAYS[opening.kind]} the offer of {format_money(about.offer_cents, deal.currency)}, {deal.name}, {account}"
