"""The forms with which staff reply to a dispute."""

from collections.abc import Mapping

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from app.core.money import BadAmount, parse_money, plain_money
from app.incidents import answering
from app.incidents.answering import Dispute, Verdict
from app.settlement import Settlement
from app.web.admin.forms import ActingForm

VERDICTS = {verdict.value: verdict.label for verdict in Verdict}
STARTERS = {
    "received": "Thank you for telling us. We have read it, and we are checking it against our records.",
    "one-more-thing": "Thank you for telling us. To check this we need one more thing from you: ",
    "on-file": "We looked at the agreement that you signed, your request and our records of your payments. We found: ",
}
"""What a reply may begin with."""


class WordsForm(ActingForm):
    """What the investor reads."""

    words = TextAreaField(
        "What the investor reads",
        validators=[InputRequired("Write what the investor reads."), Length(max=answering.LONGEST_WORDS)],
    )


class AnswerForm(WordsForm):
    """Whether the figures are right, and why."""

    verdict = RadioField("What came out", choices=VERDICTS, validators=[InputRequired("Say what came out.")])


class AnewForm(WordsForm):
    """Why figures that we called wrong are right."""


class PartForm(WordsForm):
    """How much of one payout is in question."""

    currency = "USD"
    amount = StringField("In question, of what is still to be paid", validators=[InputRequired("Write an amount.")])

    def validate_amount(self, field: StringField) -> None:
        """An amount of the payout's currency."""
        try:
            parse_money(field.data or "", self.currency)
        except BadAmount as bad:
            raise ValidationError(str(bad)) from bad

    def belongs_to(self, prefix: str) -> bool:
        """Whether it is the form of that payout."""
        return bool(self.amount.name == f"{prefix}-amount")

    def cents(self) -> int:
        """The part in minor units."""
        return parse_money(self.amount.data or "", self.currency)


class CloseForm(ActingForm):
    """Why it is over."""

    reason = StringField("Why it is over", validators=[InputRequired("Write why."), Length(max=500)])


def part_forms(
    dispute: Dispute, held: Mapping[int, int], wrong: ActingForm | None
) -> list[tuple[Settlement, ActingForm]]:
    """One form for each payout that is still to be paid, with what is held of it now, or what was `wrong` with it."""
    forms: list[tuple[Settlement, ActingForm]] = []
    for each in answering.list_payouts(answering.list_disputed(dispute)):
        prefix = f"part-{each.id}"
        empty = PartForm(None, prefix=prefix, amount=plain_money(held.get(each.id, 0), each.currency))
        forms.append((each, wrong if isinstance(wrong, PartForm) and wrong.belongs_to(prefix) else empty))
    return forms
