"""What support sees of the person they are about to call: facts only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app import identity, incidents, scheduling
from app.identity import Authority, Person
from app.incidents import Adjustment, Incident
from app.scheduling import Booking


@dataclass(frozen=True)
class InvestorCard:
    """A person, what they act for, which incidents concern them, their published figures and their other calls."""

    person: Person
    authorities: Sequence[Authority]
    told: Sequence[Incident]
    adjustments: Sequence[Adjustment]
    other_calls: Sequence[Booking]


def card_of(booking: Booking, at: datetime) -> InvestorCard:
    """The card of the investor of a call."""
    person = booking.person
    on = at.astimezone(scheduling.get_zone(person.time_zone)).date()
    authorities = identity.list_authorities(person=person, on=on)
    told = incidents.list_told(person, on)
    accounts = frozenset(authority.account_id for authority in authorities)
    published = [found for incident in told if (found := incidents.find_published(incident, accounts))]
    adjustments = [each for proposal in published for each in incidents.list_adjustments(proposal, accounts)]
    return InvestorCard(
        person=person,
        authorities=authorities,
        told=told,
        adjustments=[each for each in adjustments if each.published_at is not None],
        other_calls=[call for call in scheduling.list_calls_of(person) if call.id != booking.id],
    )
