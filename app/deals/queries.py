"""Reading what was imported."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.db import session
from app.deals.models import Deal, Import, Payment, Release, Request
from app.identity import Person


@dataclass(frozen=True)
class ControlTotals:
    """One deal's sums in minor units, to compare with the platform's own books."""

    deal: Deal
    requests: int
    requested_cents: int
    recorded_cents: int
    paid_cents: int

    @property
    def unallocated_cents(self) -> int:
        """What the deal could still have taken."""
        return self.deal.available_cents - self.recorded_cents


def list_control_totals() -> list[ControlTotals]:
    """The sums of every deal, in order of closing."""
    requests = (
        select(
            Request.deal_id,
            func.count().label("count"),
            func.sum(Request.requested_cents).label("requested"),
            func.sum(Request.recorded_cents).label("recorded"),
        )
        .group_by(Request.deal_id)
        .subquery()
    )
    payments = (
        select(Request.deal_id, func.sum(Payment.amount_cents).label("paid"))
        .join(Payment.request)
        .group_by(Request.deal_id)
        .subquery()
    )
    rows = session.execute(
        select(Deal, requests.c.count, requests.c.requested, requests.c.recorded, payments.c.paid)
        .outerjoin(requests, requests.c.deal_id == Deal.id)
        .outerjoin(payments, payments.c.deal_id == Deal.id)
        .order_by(Deal.closed_on, Deal.external_id)
    )
    return [ControlTotals(deal, *(int(value or 0) for value in sums)) for deal, *sums in rows]


def get_deal(external_id: str) -> Deal:
    """The deal with the platform's own identifier."""
    return session.scalars(select(Deal).where(Deal.external_id == external_id)).one()


def list_deals() -> list[Deal]:
    """Every deal, in order of closing."""
    return list(session.scalars(select(Deal).order_by(Deal.closed_on, Deal.external_id)))


def get_import(pseudonym: str) -> Import:
    """The import with this pseudonym."""
    return session.scalars(select(Import).where(Import.pseudonym == pseudonym)).one()


def list_imports() -> list[tuple[Import, Person | None]]:
    """Every import and who made it, newest first."""
    rows = session.execute(
        select(Import, Person)
        .outerjoin(Person, Person.id == Import.imported_by_id)
        .order_by(Import.imported_at.desc(), Import.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def list_releases() -> list[Release]:
    """Every release of the platform's software that was imported, in order of deployment."""
    return list(session.scalars(select(Release).order_by(Release.deployed_on, Release.id)))


def get_release(name: str) -> Release:
    """The release of that name. Raises NoResultFound."""
    return session.scalars(select(Release).where(Release.name == name)).one()
