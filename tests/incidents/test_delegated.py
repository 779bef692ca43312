"""A deputy signs for somebody who is away, and the signature says so."""

from datetime import datetime, timedelta

import pytest

from app import identity, incidents
from app.core.db import session
from app.identity import Person, Role
from app.incidents import CannotApprove, CannotTell, Incident, Proposal
from app.web.admin.texts import notice_texts
from tests.identity.builders import a_member_of_staff
from tests.incidents.builders import Staff, an_incident, the_staff


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def a_deputy(staff: Staff, at: datetime) -> Person:
    """Ida signs for Lena of legal, confirmed by management."""
    deputy = a_member_of_staff(full_name="Ida Holm")
    asked = identity.delegate(
        approver=staff.legal,
        role=Role.LEGAL,
        deputy=deputy,
        from_on=at.date(),
        to_on=at.date() + timedelta(days=7),
        reason="Away.",
        at=at,
    )
    identity.confirm_delegation(delegation=asked, by=staff.management, at=at)
    return deputy


def sign(proposal: Proposal, approver: Person, role: Role, at: datetime) -> None:
    incidents.approve(
        proposal=proposal,
        digest_seen=proposal.digest,
        approver=approver,
        role=role,
        note="Read.",
        texts=notice_texts(),
        at=at,
    )


def a_proposal(staff: Staff, at: datetime) -> Proposal:
    return incidents.get_proposal(an_incident(staff, at=at, stage="proposed"))


def test_a_deputy_signs_for_the_absent_approver_by_name(staff: Staff, at: datetime) -> None:
    proposal, deputy = a_proposal(staff, at), a_deputy(staff, at)

    sign(proposal, staff.management, Role.MANAGEMENT, at)
    sign(proposal, deputy, Role.LEGAL, at)

    assert proposal.state == "approved"
    assert proposal.approvals[-1].signed_by == "Ida Holm, for Lena Ortiz"


def test_a_deputy_signs_in_no_other_role_and_not_for_who_proposed_or_signed(staff: Staff, at: datetime) -> None:
    proposal, deputy = a_proposal(staff, at), a_deputy(staff, at)

    with pytest.raises(CannotApprove, match="Only a management or a legal approver"):
        sign(proposal, deputy, Role.MANAGEMENT, at)
    proposal.proposed_by_id = deputy.id
    session.flush()
    with pytest.raises(CannotApprove, match="You proposed this"):
        sign(proposal, deputy, Role.LEGAL, at)
    proposal.proposed_by_id = staff.legal.id
    session.flush()
    with pytest.raises(CannotApprove, match="Lena Ortiz proposed this"):
        sign(proposal, deputy, Role.LEGAL, at)


def test_a_deputy_does_not_sign_twice_for_one_signature(staff: Staff, at: datetime) -> None:
    proposal, deputy = a_proposal(staff, at), a_deputy(staff, at)
    sign(proposal, staff.legal, Role.LEGAL, at)

    with pytest.raises(CannotApprove, match="Legal approver has already approved"):
        sign(proposal, deputy, Role.LEGAL, at)


def test_somebody_whose_role_began_after_the_proposal_does_not_sign_it(staff: Staff, at: datetime) -> None:
    proposal = a_proposal(staff, at)
    newcomer = a_member_of_staff()
    asked = identity.grant_role(person=newcomer, role=Role.LEGAL, reason="more hands", by=staff.admin, at=at)
    assert asked is not None
    identity.confirm_change(change=asked, by=staff.management, at=at + timedelta(seconds=1))

    with pytest.raises(CannotApprove, match="only since November 22, 2026, 10:00 am, New York time, after this was"):
        sign(proposal, newcomer, Role.LEGAL, at + timedelta(hours=1))


def test_a_deputy_of_legal_decides_on_the_first_notice_and_a_stranger_does_not(staff: Staff, at: datetime) -> None:
    incident: Incident = an_incident(staff, at=at, stage="contained")
    promised_on = at.date() + timedelta(days=12)
    notice = incidents.propose_first_notice(
        incident=incident, promised_on=promised_on, texts=notice_texts(), by=staff.admin, at=at
    )

    def approve(by: Person) -> None:
        incidents.approve_notice(notice=notice, digest_seen=notice.digest, by=by, note="True.", at=at)

    with pytest.raises(CannotTell, match="Only a legal approver"):
        approve(a_member_of_staff())

    approve(a_deputy(staff, at))

    assert notice.approved_for is staff.legal
