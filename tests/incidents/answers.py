"""Who answers, and about what, over the published demo. Callers own the transaction."""

from datetime import datetime
from itertools import count

from sqlalchemy import select

from app.core.db import session
from app.identity import Account, Person, Role
from app.incidents import Adjustment, answering
from app.incidents.answering import Complaint, Dispute, Reason
from app.settlement import Direction, Settlement
from tests.identity.builders import a_member_of_staff

_keys = count(1)


def the_person(first_name: str) -> Person:
    """Somebody of the demo by their first name."""
    return session.scalars(select(Person).where(Person.email == f"{first_name.lower()}@example.com")).one()


def the_figures(account: str, deal: str) -> Adjustment:
    """The newest figures of an account, by its name, in a deal, by its number."""
    theirs = select(Adjustment).join(Adjustment.account).where(Account.name == account)
    found = [each for each in session.scalars(theirs.order_by(Adjustment.id)) if each.case.deal.external_id == deal]
    return found[-1]


def the_settlement(adjustment: Adjustment, direction: Direction) -> Settlement:
    """What the figures made due that way."""
    due = select(Settlement).where(Settlement.adjustment_id == adjustment.id, Settlement.direction == direction)
    return session.scalars(due).one()


def a_dispute(
    adjustment: Adjustment, person: Person, *, at: datetime, in_question_cents: int | None = None, key: str = ""
) -> Dispute:
    """This person says that the figures are wrong."""
    return answering.file_dispute(
        adjustment=adjustment,
        complaint=Complaint(Reason.REQUESTED, "I asked for more.", in_question_cents=in_question_cents),
        person=person,
        key=key or f"key-{next(_keys)}",
        at=at,
    )


def a_supporter() -> Person:
    """A member of support."""
    return a_member_of_staff(roles=[Role.SUPPORT], full_name="Priya Nair")


def held(settlement: Settlement, on: datetime) -> int:
    """How much of it waits for a dispute, in minor units."""
    return answering.waiting_cents([settlement], on=on.date()).get(settlement.id, 0)
