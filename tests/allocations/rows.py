"""Deals as rows, from the demo's files or from a few numbers; all in the open transaction."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import uuid4

from app.core.db import session
from app.deals import Agreement, Deal, Import, Release, Request, RuleName
from app.identity import Account, AccountType, Person
from tests.allocations.builders import the_demo_deal

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def an_admin() -> Person:
    """Somebody who runs rules."""
    person = Person(full_name="Ada Admin", email=f"{uuid4()}@portal.example", time_zone="UTC")
    session.add(person)
    session.flush()
    return person


def an_account() -> Account:
    """An investor account of its own."""
    account = Account(
        external_id=f"INV-{uuid4()}", name="Grace Lindqvist", type=AccountType.JOINT, payment_last4="1222"
    )
    session.add(account)
    session.flush()
    return account


def a_demo_deal(deal_id: str = "orbit") -> Deal:
    """One deal of the demo with its requests and what was recorded."""
    available, asked, recorded = the_demo_deal(deal_id)
    rows = [(r.requested, str(r.basis), cents) for r, cents in zip(asked, recorded, strict=True)]
    return a_deal(available, rows)


def a_deal(available: int, rows: Sequence[tuple[int, str, int]], *, minimum: int | None = None) -> Deal:
    """A deal from (requested, basis, recorded) in minor units."""
    deal = Deal(
        external_id=f"deal-{uuid4()}",
        name="Orbit Robotics",
        currency="USD",
        available_cents=available,
        minimum_cents=minimum,
        closed_on=date(2024, 11, 22),
        allocated_at=AT,
        rule=RuleName.PRO_RATA_1,
        release=Release(name=str(uuid4()), deployed_on=date(2024, 8, 5), rule=RuleName.SINGLE_PASS, note="faulty"),
        agreement=Agreement(version=str(uuid4()), clause="4.2", clause_text="In proportion."),
        imported=Import(digest="0" * 64, files={}, added={}, unchanged={}, imported_at=AT),
        requests=[
            Request(
                account_id=an_account().id,
                position=position,
                agreement_signed_on=date(2024, 11, 15),
                requested_cents=requested,
                basis=basis,
                recorded_cents=recorded,
            )
            for position, (requested, basis, recorded) in enumerate(rows, 1)
        ],
    )
    session.add(deal)
    session.flush()
    return deal
