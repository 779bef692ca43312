"""What support sees of the person they are about to call: facts only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app import identity, incidents, notices, scheduling
from app.identity import Authority, Person
from app.incidents import Acknowledgment, Adjustment, Incident, answering, current
from app.incidents.answering import Dispute, Election
from app.notices import Message
from app.scheduling import Booking

MAILS_SHOWN = 5


@dataclass(frozen=True)
class InvestorCard:
    """A person, what they act for, which incidents concern them, their published figures and calls.

    Then what they said back, and our mail to them.
    """

    person: Person
    authorities: Sequence[Authority]
    told: Sequence[Incident]
    adjustments: Sequence[Adjustment]
    other_calls: Sequence[Booking]
    receipts: Sequence[Acknowledgment]
    disputes: Sequence[Dispute]
    elections: Sequence[Election]
    mails: Sequence[Message]


def card_of(person: Person, at: datetime, without: Booking | None = None) -> InvestorCard:
    """The card of an investor; the call that the page is about is not among the others."""
    on = at.astimezone(scheduling.get_zone(person.time_zone)).date()
    authorities = identity.list_authorities(person=person, on=on)
    told = incidents.list_told(person, on)
    accounts = frozenset(authority.account_id for authority in authorities)
    published = [found for incident in told if (found := incidents.find_published(incident, accounts))]
    return InvestorCard(
        person=person,
        authorities=authorities,
        told=told,
        adjustments=[each for incident in told for each in current.list_current(incident, accounts)],
        other_calls=[call for call in scheduling.list_calls_of(person) if call is not without],
        receipts=[read for proposal in published if (read := incidents.find_acknowledgment(proposal, person))],
        disputes=answering.list_filed_by(person),
        elections=answering.list_elections_by(person),
        mails=notices.list_messages(person=person, is_rehearsal=False, at_most=MAILS_SHOWN),
    )


def script_of(booking: Booking) -> Message | None:
    """What may be said: the newest notice about the case that went to this person, in the words that legal approved."""
    return notices.find_newest_notice(person=booking.person, incident_reference=booking.incident_reference)
