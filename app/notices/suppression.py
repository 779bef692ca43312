"""Addresses that are not written to any more, and lifting that. Callers own the transaction; see `app.core.db`."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.notices.models import Message
from app.notices.reach_models import Suppression, SuppressionCause

_BAD_ADDRESS = re.compile(r"\A5\d\d[ -]5\.1\.\d")
"""RFC 3463 3.2: the recipient's address is at fault, and not the sender, the content or the server."""


class CannotLift(DomainError):
    """This address cannot be written to again like this."""


def names_a_bad_address(reply: str) -> bool:
    """Whether a mail server's refusal is about the address, so that the next message would be refused too."""
    return _BAD_ADDRESS.match(reply) is not None


def find_suppression(address: str) -> Suppression | None:
    """What stops mail to this address now."""
    in_force = select(Suppression).where(Suppression.address == address, Suppression.lifted_at.is_(None))
    return session.scalar(in_force)


def is_stopped(address: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether anything stops mail to the address in that column, as a condition of a query."""
    return exists().where(Suppression.address == address, Suppression.lifted_at.is_(None))


def list_suppressions(addresses: Sequence[str]) -> list[Suppression]:
    """Every suppression of these addresses, lifted ones too, newest first."""
    wanted = select(Suppression).where(Suppression.address.in_(addresses)).order_by(Suppression.id.desc())
    return list(session.scalars(wanted.options(joinedload(Suppression.message), joinedload(Suppression.lifted_by))))


def get_suppression(pseudonym: str) -> Suppression:
    """The suppression of that pseudonym. Raises NoResultFound."""
    return session.scalars(select(Suppression).where(Suppression.pseudonym == pseudonym)).one()


def suppress(*, message: Message, cause: SuppressionCause, says: str, by: audit.Subject | str, at: datetime) -> None:
    """Write to the message's address no more; a second reason adds nothing."""
    if find_suppression(message.address) is not None:
        return
    made = Suppression(address=message.address, cause=cause, says=says, message_id=message.id, made_at=at)
    session.add(made)
    session.flush()
    audit.record(
        action="address.suppressed", actor=by, subject=made, at=at, cause=cause, notice_number=message.notice_number
    )


def lift(*, suppression: Suppression, reason: str, by: Person, at: datetime) -> None:
    """Write to the address again, for a reason such as that its owner called. Raises CannotLift."""
    session.refresh(suppression, with_for_update=True)
    if suppression.lifted_at is not None:
        raise CannotLift("This address is written to again already.")
    if not reason.strip():
        raise CannotLift("Write why this address works again; it goes into the audit log.")
    suppression.lifted_at, suppression.lifted_by_id, suppression.lift_reason = at, by.id, reason.strip()
    session.flush()
    audit.record(action="address.released", actor=by, subject=suppression, at=at, reason=reason.strip())
