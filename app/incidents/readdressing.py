"""Another address for somebody, with all that hangs on it. Callers own the transaction; see `app.core.db`."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app import notices, settlement
from app.core.errors import DomainError
from app.core.text import mask_email
from app.identity import AddressChange, AskedBy, Person
from app.identity.readdressing import check_decider, enter_address, list_answered_for, newest_changes
from app.identity.readdressing import release_address as change_address
from app.incidents.models import Incident
from app.incidents.proposal_models import Adjustment
from app.incidents.stating import Proof
from app.incidents.unreached import find_unreached
from app.notices import AddressChanged, Message
from app.scheduling import Booking, BookingStatus
from app.settlement import HoldKind, Settlement

DAYS_WITHOUT_PAYMENT = 7
BECAUSE = "The email address of somebody who answers for this account was changed."


class NotAskedFor(DomainError):
    """Nothing shows that the person asked for it."""


def enter_after_call(
    *, person: Person, new_email: str, call: Booking, reason: str, by: Person, at: datetime
) -> AddressChange:
    """Enter the address that a person asked for in a call that was held. Raises NotAskedFor, CannotReaddress."""
    if call.person_id != person.id or call.status is not BookingStatus.DONE:
        raise NotAskedFor("Choose a call with this person that was held.")
    return enter_address(
        person=person,
        new_email=new_email,
        asked_by=AskedBy.CALL,
        asked_in=call.audit_name,
        reason=reason,
        by=by,
        at=at,
    )


def enter_after_letter(
    *, person: Person, new_email: str, letter: Proof, reason: str, by: Person, at: datetime
) -> AddressChange:
    """Enter the address that a person asked for by letter, whose scan is kept. Raises CannotReaddress."""
    return enter_address(
        person=person,
        new_email=new_email,
        asked_by=AskedBy.LETTER,
        asked_in=f"letter:{letter.sha256}",
        reason=reason,
        by=by,
        at=at,
    )


def release_address(*, incident: Incident, change: AddressChange, by: Person, at: datetime) -> Message | None:
    """Change the address: the old one is told, payments wait 7 days, and what did not arrive is sent to the new one.

    Where mail to the old one comes back, the worker queues a letter in its place.

    Answers the message that is sent again, if any. Raises CannotReaddress.
    """
    check_decider(change=change, by=by)
    person, today = change.person, at.astimezone(ZoneInfo(incident.zone)).date()
    missed = find_unreached(incident, person, at=at)
    until_on = today + timedelta(days=DAYS_WITHOUT_PAYMENT)
    told = AddressChanged(
        reference=incident.reference,
        changed_on=today,
        asked_by=change.asked_by,
        new_masked=mask_email(change.new_email),
        pays_from=until_on + timedelta(days=1),
    )
    notices.queue(content=told, person=person, subject_key=change.audit_name, version=1, at=at)
    change_address(change=change, by=by, at=at)
    accounts = list_answered_for(person=person, on=today)
    _hold(settlement.list_settlements(accounts), until_on, by, at)
    return notices.send_again(message=missed.message, at=at) if missed is not None else None


def hold_what_became_due(adjustments: Sequence[Adjustment], *, at: datetime) -> None:
    """Payouts that fall due within 7 days of a change of address wait as those do that were due before."""
    week = timedelta(days=DAYS_WITHOUT_PAYMENT)
    changed = newest_changes({each.account_id for each in adjustments}, since=at - week)
    ids = [each.id for each in adjustments if each.account_id in changed]
    for due in settlement.settlements_by_adjustment(ids).values() if ids else ():
        for each in due.values():
            _hold([each], (changed[each.account_id] + week).date(), None, at)


def _hold(settlements: Sequence[Settlement], until_on: date, by: Person | None, at: datetime) -> None:
    for each in settlements:
        if not each.direction.is_invoice and not each.state.is_over:
            settlement.hold(settlement=each, kind=HoldKind.ADDRESS, reason=BECAUSE, by=by, at=at, until_on=until_on)
