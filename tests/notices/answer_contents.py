"""Mail about what investors answer, one of each kind and variant."""

from dataclasses import replace
from datetime import UTC, date, datetime

from app.notices import AnswerGiven, Contact, Content, Done, Replied

CONTACT = Contact("Maya Ortiz", "+1 212-555-0000", "weekdays 9 am to 5 pm New York time")
REFERENCE = "INC-2026-003"
DISPUTED = AnswerGiven(
    reference=REFERENCE,
    contact=CONTACT,
    account="Lindqvist Joint",
    deal_name="Orbit Robotics",
    done=Done.DISPUTED,
    by_name="Grace Lindqvist",
    given_at=datetime(2026, 12, 3, 19, 30, tzinfo=UTC),
    zone="America/New_York",
)
REPLIED = Replied(reference=REFERENCE, contact=CONTACT, asked_on=date(2026, 12, 3))

EVERY_ANSWER: dict[str, Content] = {
    "answer-given-disputed": DISPUTED,
    "answer-given-withdrew": replace(DISPUTED, done=Done.WITHDREW),
    "answer-given-took": replace(DISPUTED, done=Done.TOOK),
    "answer-given-left": replace(DISPUTED, done=Done.LEFT),
    "answer-given-talks": replace(DISPUTED, done=Done.TALKS),
    "answer-given-took-by-phone": replace(DISPUTED, done=Done.TOOK, taken_by="Priya Nair"),
    "answer-given-read-by-phone": replace(DISPUTED, done=Done.READ, account="", deal_name="", taken_by="Priya Nair"),
    "replied": REPLIED,
    "replied-copy": replace(REPLIED, is_copy=True),
}
