"""One investor of the story says that something looks wrong: a part of their refund waits."""

from datetime import datetime

from sqlalchemy import select

from app import identity
from app.core.db import session
from app.identity import Person
from app.incidents import Adjustment
from app.incidents.answering import Complaint, Reason, file_dispute

WHO = "jonah@example.com"
COMPLAINT = Complaint(
    reason=Reason.REQUESTED,
    words="I am quite sure that I asked for 27,500 and not for 25,000. Please look at the form I signed.",
    in_question_cents=2_500_00,
)


def dispute(*, at: datetime) -> None:
    """File it. Callers own the transaction."""
    jonah = session.scalars(select(Person).where(Person.email == WHO)).one()
    accounts = identity.list_answered_for(person=jonah, on=at.date())
    theirs = select(Adjustment).where(Adjustment.account_id.in_(accounts), Adjustment.refund_cents > 0)
    figures = session.scalars(theirs).one()
    file_dispute(adjustment=figures, complaint=COMPLAINT, person=jonah, key="the-story", at=at)
