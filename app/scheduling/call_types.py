"""What can be booked: opening, changing and closing call types. Callers own the transaction; see `app.core.db`."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.scheduling.models import CallType

A_DAY = 24 * 60


class BadCallType(DomainError):
    """Calls cannot be booked like that."""


@dataclass(frozen=True, kw_only=True)
class CallTerms:
    """How calls of one type are booked; the defaults are ones an agent can live with."""

    name: str
    duration_minutes: int = 30
    step_minutes: int = 30
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 10
    notice_minutes: int = 120
    cut_off_minutes: int = 60
    horizon_days: int = 28
    max_per_day: int | None = 10
    incident_reference: str = ""


_BOUNDS = {
    "duration_minutes": ("Length of the call", 5, 240, 5),
    "step_minutes": ("A call may start every", 5, A_DAY, 5),
    "buffer_before_minutes": ("Free time before a call", 0, 240, 5),
    "buffer_after_minutes": ("Free time after a call", 0, 240, 5),
    "notice_minutes": ("Shortest notice", 0, 14 * A_DAY, 1),
    "cut_off_minutes": ("Latest move or cancel", 0, 14 * A_DAY, 1),
    "horizon_days": ("How far ahead", 1, 365, 1),
    "max_per_day": ("Most calls a day", 1, 100, 1),
}


def open_call_type(*, terms: CallTerms, by: Person, at: datetime) -> CallType:
    """Offer a new kind of call. Raises BadCallType."""
    _check(terms, but=None)
    call_type = CallType(**asdict(terms))
    session.add(call_type)
    session.flush()
    _record("calltype.opened", call_type, terms, by, at)
    return call_type


def change_call_type(*, call_type: CallType, terms: CallTerms, by: Person, at: datetime) -> None:
    """Change how calls of a type are booked from now on; booked ones stay as they are. Raises BadCallType."""
    _check(terms, but=call_type)
    for name, value in asdict(terms).items():
        setattr(call_type, name, value)
    session.flush()
    _record("calltype.changed", call_type, terms, by, at)


def close_call_type(*, call_type: CallType, by: Person, at: datetime) -> None:
    """Take no new bookings of a type; one that is closed already stays so."""
    if call_type.closed_at is not None:
        return
    call_type.closed_at = at
    session.flush()
    audit.record(action="calltype.closed", actor=by, subject=by, at=at, name=call_type.name)


def list_every_call_type() -> list[CallType]:
    """Open ones first, then those that were closed."""
    return list(session.scalars(select(CallType).order_by(CallType.closed_at.is_not(None), CallType.id)))


def get_any_call_type(call_type_id: int) -> CallType:
    """The type of that id, closed or not."""
    return session.get_one(CallType, call_type_id)


def _check(terms: CallTerms, *, but: CallType | None) -> None:
    if not terms.name.strip():
        raise BadCallType("Give the call a name, such as Support call.")
    same = session.scalar(select(CallType).where(CallType.name == terms.name))
    if same is not None and same is not but:
        raise BadCallType(f"There is a {terms.name!r} already. Choose another name.")
    for name, (words, least, most, step) in _BOUNDS.items():
        value = getattr(terms, name)
        if value is not None and (not least <= value <= most or value % step):
            fives = ", in steps of 5" if step == 5 else ""
            raise BadCallType(f"{words}: {value} cannot be kept. Use {least} to {most}{fives}.")


def _record(action: str, call_type: CallType, terms: CallTerms, by: Person, at: datetime) -> None:
    rules = {name: getattr(terms, name) for name in _BOUNDS}
    incident = terms.incident_reference
    audit.record(action=action, actor=by, subject=by, at=at, name=call_type.name, rules=rules, incident=incident)
