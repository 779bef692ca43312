"""Investors, agents with hours, and booked calls, in the open transaction."""

import json
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import select

from app import scheduling
from app.audit import AuditEvent
from app.core.db import Pseudonymous, session
from app.identity import Person, Role, StaffRole
from app.scheduling import Booking, Desk, Mailbox, Window

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
"""A Sunday in New York."""
MONDAY_AT_NINE = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DESK = Desk(
    brand="Example Platform",
    mailbox=Mailbox("Example Support", "support@portal.example"),
    phone="+12125550000",
    base_url="https://portal.example",
)
_numbers = count(1)


def an_investor(*, name: str = "Grace Lindqvist", zone: str = "America/New_York") -> Person:
    """Somebody who may book."""
    number = next(_numbers)
    person = Person(full_name=name, email=f"investor{number}@example.com", phone="+12125550106", time_zone=zone)
    session.add(person)
    session.flush()
    return person


def an_agent(
    *,
    name: str = "Sam Support",
    zone: str = "America/New_York",
    days: tuple[int, ...] = (0, 1, 2, 3, 4),
    windows: tuple[Window, ...] = (Window(9 * 60, 17 * 60),),
) -> Person:
    """A member of support who takes calls in these windows."""
    number = next(_numbers)
    agent = Person(full_name=name, email=f"agent{number}@example.com", time_zone=zone)
    agent.staff_roles.append(StaffRole(role=Role.SUPPORT, granted_at=AT))
    session.add(agent)
    session.flush()
    weekly = [(day, window) for day in days for window in windows]
    scheduling.set_hours(agent=agent, weekly=weekly, by=agent, at=AT)
    return agent


def a_call(
    person: Person,
    *,
    starts_at: datetime = MONDAY_AT_NINE,
    key: str | None = None,
    incident: str = "INC-2026-003",
    at: datetime = AT,
    zone: str = "America/New_York",
    phone: str = "+1 212 555 0199",
    help_text: str = "",
) -> Booking:
    """A call booked by this investor."""
    return scheduling.book(
        person=person,
        slot_start=starts_at,
        call_type=scheduling.get_call_type(),
        zone=zone,
        phone=phone,
        help_text=help_text,
        incident_reference=incident,
        idempotency_key=key or f"key-{next(_numbers)}",
        by=person,
        desk=DESK,
        at=at,
    )


def a_hold(
    person: Person,
    *,
    starts_at: datetime = MONDAY_AT_NINE,
    key: str | None = None,
    incident: str = "INC-2026-003",
    at: datetime = AT,
) -> Booking:
    """A slot that this investor picked and has not confirmed."""
    return scheduling.hold(
        person=person,
        slot_start=starts_at,
        call_type=scheduling.get_call_type(),
        zone="America/New_York",
        incident_reference=incident,
        idempotency_key=key or f"key-{next(_numbers)}",
        at=at,
    )


def actions_about(subject: Pseudonymous) -> list[str]:
    """What was recorded about somebody or something, in order."""
    leaves = [json.loads(event.leaf) for event in session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    return [leaf["action"] for leaf in leaves if leaf["subject"] == subject.audit_name]
