"""One cent, one day or one word anywhere is another digest, and what was signed no longer counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest

from app import incidents
from app.core.db import session
from app.identity import Role
from app.incidents import CannotApprove, Proposal, StatementKind
from app.incidents.canonical import digest
from app.incidents.proposing import canonical_form
from app.web.admin.texts import notice_texts
from tests.incidents.builders import Staff, an_incident, the_staff

OF_A_PROPOSAL = ("notice_on", "look_by", "pay_by", "remind_on", "due_by", "pay_to", "reason", "version")
OF_AN_INCIDENT = ("cause", "contact_name", "contact_phone", "contact_hours", "zone", "reference")
OF_A_PART = ("remedy", "reason", "risk", "risk_reason", "distributions", "distributions_reason")
OF_THE_FIX = ("done_on",)
OF_AN_ADJUSTMENT = (
    "recorded_cents",
    "corrected_cents",
    "collected_cents",
    "change_cents",
    "refund_cents",
    "interest_cents",
    "offer_cents",
    "cash_cents",
    "distribution_cents",
    "is_held",
    "waived",
)


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


@pytest.fixture
def proposal(staff: Staff, at: datetime) -> Proposal:
    return incidents.get_proposal(an_incident(staff, at=at, stage="proposed"))


def other(value: Any) -> Any:
    """The least that could be changed: a cent, a day, a word, the next choice."""
    match value:
        case StrEnum():
            return next(each for each in type(value) if each is not value)
        case bool():
            return not value
        case int():
            return value + 1
        case date():
            return value + timedelta(days=1)
        case _:
            return f"{value} so"


@contextmanager
def changed(row: Any, name: str) -> Iterator[None]:
    """Until the block ends, as if somebody had changed it in the database."""
    before = getattr(row, name)
    with session.no_autoflush:
        setattr(row, name, other(before))
        yield
        setattr(row, name, before)


def digest_of(proposal: Proposal, texts: dict[str, str] | None = None) -> str:
    return digest(canonical_form(proposal.incident, proposal, texts or notice_texts()))


def test_the_digest_is_that_of_what_stands_there(proposal: Proposal) -> None:
    assert digest_of(proposal) == proposal.digest


def test_one_cent_at_any_adjustment_is_another_digest(proposal: Proposal) -> None:
    seen = {proposal.digest}
    changes = [(each, name) for each in proposal.adjustments for name in OF_AN_ADJUSTMENT]
    for adjustment, name in changes:
        with changed(adjustment, name):
            seen.add(digest_of(proposal))

    assert len(changes) == 16 * 11
    assert len(seen) == 1 + len(changes)


def test_one_word_or_day_anywhere_is_another_digest(proposal: Proposal) -> None:
    fix = proposal.incident.statement(StatementKind.FIXED)
    rows = [(proposal, OF_A_PROPOSAL), (proposal.incident, OF_AN_INCIDENT), (fix, OF_THE_FIX)]
    rows += [(part, OF_A_PART) for part in proposal.parts]
    changes = [(row, name) for row, names in rows for name in names]
    seen = {proposal.digest}
    for row, name in changes:
        with changed(row, name):
            seen.add(digest_of(proposal))

    assert len(seen) == 1 + len(changes)


def test_every_entry_of_the_policy_is_signed(proposal: Proposal) -> None:
    policy = dict(proposal.policy)
    seen = {proposal.digest}
    for name, value in policy.items():
        with session.no_autoflush:
            proposal.policy = policy | {name: other(value)}  # type: ignore[assignment]  # one entry is wrong on purpose
            seen.add(digest_of(proposal))
            proposal.policy = policy  # type: ignore[assignment]  # as it was

    assert len(seen) == 1 + len(policy)


def test_one_byte_of_any_template_is_another_digest(proposal: Proposal) -> None:
    texts = notice_texts()
    seen = {proposal.digest} | {digest_of(proposal, texts | {name: "0" * 64}) for name in texts}

    assert len(seen) == 1 + len(texts)


def test_what_changed_since_it_was_proposed_is_not_signed(proposal: Proposal, staff: Staff, at: datetime) -> None:
    for adjustment in proposal.adjustments[:1]:
        adjustment.collected_cents += 1
    session.flush()

    with pytest.raises(CannotApprove, match="changed after this was proposed"):
        incidents.approve(
            proposal=proposal,
            digest_seen=proposal.digest,
            approver=staff.legal,
            role=Role.LEGAL,
            note="Read.",
            texts=notice_texts(),
            at=at,
        )
