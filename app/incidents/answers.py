"""What an investor says back. Callers own the transaction."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from app import audit
from app.core import signals
from app.core.db import ring, session
from app.core.errors import DomainError
from app.identity import Person
from app.incidents.audience import find_concerned
from app.incidents.canonical import canonical
from app.incidents.current import list_current
from app.incidents.models import Incident
from app.incidents.proposal_models import Acknowledgment, Adjustment, Proposal
from app.tlog.encoding import JSON

NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class NothingToRead(DomainError):
    """No figures are published to this person yet."""


def acknowledge(*, proposal: Proposal, person: Person, at: datetime, taken_by: Person | None = None) -> Acknowledgment:
    """Record "I have read this" with the figures seen; a second time answers the same receipt.

    `taken_by` is who of us took it by phone. Raises NothingToRead.
    """
    session.refresh(proposal, with_for_update=True)
    known = find_acknowledgment(proposal, person)
    if known is not None:
        return known
    figures = _figures_seen(proposal, person, at)
    acknowledgment = Acknowledgment(
        number=new_number("R", Acknowledgment.number),
        proposal=proposal,
        person=person,
        figures=canonical({"figures": figures}),
        event_id="",
        at=at,
    )
    session.add(acknowledgment)
    session.flush()
    acknowledgment.event_id = _record(acknowledgment, figures, taken_by or person, at)
    session.flush()
    ring(signals.checkpoint_wanted)
    return acknowledgment


def _record(acknowledgment: Acknowledgment, figures: list[JSON], actor: Person, at: datetime) -> str:
    proposal = acknowledgment.proposal
    event = audit.record(
        action="correction.acknowledged",
        actor=actor,
        subject=acknowledgment,
        at=at,
        number=acknowledgment.number,
        incident=proposal.incident.reference,
        version=proposal.version,
        digest=proposal.digest,
        figures=figures,
    )
    return event.id


def find_acknowledgment(proposal: Proposal, person: Person) -> Acknowledgment | None:
    """The receipt of this person for that proposal, if they have read it."""
    return session.scalar(
        select(Acknowledgment).where(Acknowledgment.proposal_id == proposal.id, Acknowledgment.person_id == person.id)
    )


def list_acknowledgments(incident: Incident, person: Person) -> Sequence[Acknowledgment]:
    """Every receipt of this person for any version, oldest first."""
    theirs = select(Acknowledgment).join(Acknowledgment.proposal).where(Proposal.incident_id == incident.id)
    return session.scalars(theirs.where(Acknowledgment.person_id == person.id).order_by(Acknowledgment.id)).all()


def get_acknowledgment(number: str, *, person: Person) -> Acknowledgment:
    """One's own receipt by its number. Raises NoResultFound."""
    return session.scalars(
        select(Acknowledgment).where(Acknowledgment.number == number, Acknowledgment.person_id == person.id)
    ).one()


def find_receipt(number: str) -> Acknowledgment | None:
    """Anybody's receipt by its number, for staff."""
    return session.scalar(select(Acknowledgment).where(Acknowledgment.number == number))


def _figures_seen(proposal: Proposal, person: Person, at: datetime) -> list[JSON]:
    concerned = find_concerned(proposal.incident, person, at.date())
    accounts = concerned.account_ids if concerned else frozenset[int]()
    seen = list_current(proposal.incident, accounts, up_to=proposal.version)
    figures: list[JSON] = [figure_seen(each) for each in seen]
    if not figures:
        raise NothingToRead("We have not published your figures yet.")
    return figures


def figure_seen(adjustment: Adjustment) -> dict[str, JSON]:
    """One account's figures in one deal, as a receipt keeps them."""
    return {
        "deal": adjustment.case.deal.name,
        "account": adjustment.account.external_id,
        "currency": adjustment.case.deal.currency,
        "recorded_cents": adjustment.recorded_cents,
        "corrected_cents": adjustment.corrected_cents,
        "interest_cents": adjustment.interest_cents,
        "refund_cents": adjustment.refund_cents,
        "offer_cents": adjustment.offer_cents,
        "cash_cents": adjustment.cash_cents,
        "distribution_cents": adjustment.distribution_cents,
        "waived": adjustment.waived.value,
    }


def new_number(prefix: str, numbers: InstrumentedAttribute[str]) -> str:
    """`R-7Q2M`, not among these: short enough to read out; grows by a letter when the short ones are taken."""
    for length in range(4, 12):
        for _ in range(20):
            number = f"{prefix}-" + "".join(secrets.choice(NUMBER_LETTERS) for _ in range(length))
            if session.scalar(select(numbers).where(numbers == number)) is None:
                return number
    raise RuntimeError("no receipt number is free")
