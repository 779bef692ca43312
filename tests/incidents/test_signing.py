"""Two people sign what they saw, and neither of them proposed it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import audit, incidents
from app.core.db import session, transaction
from app.demo.people import ADMIN, LEGAL, MANAGEMENT, Member
from app.demo.story import Stage, Story
from app.identity import Person, Role
from app.incidents import CannotApprove, CannotPropose, CannotPublish, CannotTell, Incident, KeyDates, Proposal
from app.settings import MailTo, Settings
from app.web.admin.texts import notice_texts
from tests.demo.telling import AT, Shelf
from tests.incidents.builders import AS_AGREED

pytestmark = pytest.mark.both_databases


@pytest.fixture
def story(settings: Settings, shelf: Shelf) -> Iterator[Story]:
    """Everybody was told; nothing is proposed yet."""
    with shelf.story(settings, Stage.TOLD) as story:
        yield story


def person(member: Member) -> Person:
    return session.scalars(select(Person).where(Person.email == member.email)).one()


def incident() -> Incident:
    return session.scalars(select(Incident)).one()


def dates(**changes: int) -> KeyDates:
    days = {"notice_on": 0, "look_by": 11, "pay_by": 18, "remind_on": 29, "due_by": 43} | changes
    return KeyDates(**{name: AT.date() + timedelta(days=count) for name, count in days.items()})


def a_proposal(by: Member = ADMIN) -> Proposal:
    with transaction():
        incidents.investigate(incident=incident(), by=person(ADMIN), at=AT)
        return propose(by=by)


def propose(by: Member = ADMIN, key_dates: KeyDates | None = None, pay_to: str = "An account") -> Proposal:
    return incidents.propose(
        incident=incident(),
        decision=AS_AGREED,
        dates=key_dates or dates(),
        pay_to=pay_to,
        reason="The agreement says so.",
        texts=notice_texts(),
        by=person(by),
        at=AT,
    )


def sign(proposal: Proposal, member: Member, role: Role | None = None, digest: str | None = None) -> None:
    with transaction():
        incidents.approve(
            proposal=proposal,
            digest_seen=digest or proposal.digest,
            approver=person(member),
            role=role or member.role,
            note="Read.",
            texts=notice_texts(),
            at=AT,
        )


def test_management_and_legal_together_approve(story: Story) -> None:
    proposal = a_proposal()

    sign(proposal, MANAGEMENT)
    assert proposal.state == "proposed"
    sign(proposal, LEGAL)

    assert proposal.state == "approved"


def test_nobody_approves_their_own_proposal(story: Story) -> None:
    proposal = a_proposal(by=MANAGEMENT)

    with pytest.raises(CannotApprove, match="someone else must approve"):
        sign(proposal, MANAGEMENT)


def test_nobody_signs_twice_and_no_role_signs_twice(story: Story) -> None:
    proposal = a_proposal()
    sign(proposal, LEGAL)

    with pytest.raises(CannotApprove, match="already approved"):
        sign(proposal, LEGAL)


def test_an_admin_cannot_sign(story: Story) -> None:
    proposal = a_proposal(by=MANAGEMENT)

    with pytest.raises(CannotApprove, match="Only a management or a legal approver"):
        sign(proposal, ADMIN, role=Role.LEGAL)


def test_a_signature_is_on_the_digest_that_the_page_showed(story: Story) -> None:
    proposal = a_proposal()

    with pytest.raises(CannotApprove, match="changed after you opened it"):
        sign(proposal, LEGAL, digest="0" * 64)


def test_a_new_proposal_voids_the_earlier_one_with_its_signatures(story: Story) -> None:
    first = a_proposal()
    sign(first, LEGAL)

    with transaction():
        second = propose(pay_to="Another account")

    assert first.state == "void"
    assert second.version == 2
    assert second.digest != first.digest
    with pytest.raises(CannotApprove, match="This proposal is void"):
        sign(first, MANAGEMENT)


def test_nobody_signs_figures_whose_certificate_no_longer_holds(story: Story) -> None:
    proposal = a_proposal()
    with transaction():
        share = proposal.parts[0].run.shares[0]
        share.allocated_cents += 1

    with pytest.raises(CannotApprove, match=r"Orbit Robotics: the certificate no longer holds: request 1 got 2500001"):
        sign(proposal, MANAGEMENT)


def test_a_rejection_needs_a_reason_and_ends_the_proposal(story: Story) -> None:
    proposal = a_proposal()

    def refuse(reason: str) -> None:
        with transaction():
            incidents.reject(
                proposal=proposal,
                digest_seen=proposal.digest,
                approver=person(LEGAL),
                role=Role.LEGAL,
                reason=reason,
                at=AT,
            )

    with pytest.raises(CannotApprove, match="Write the reason"):
        refuse(" ")
    refuse("The clause is another one.")

    assert proposal.state == "rejected"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"look_by": 9}, "at least 10 days"),
        ({"notice_on": -2}, "The day of the notice has passed"),
        ({"pay_by": 11}, "after the day to look by"),
        ({"due_by": 10, "remind_on": 10}, "Offers end after"),
        ({"remind_on": 44}, "The reminder comes"),
    ],
)
def test_key_dates_out_of_order_are_refused_in_words(story: Story, changes: dict[str, int], words: str) -> None:
    with pytest.raises(CannotPropose, match=words), transaction():
        propose(key_dates=dates(**changes))


def test_nothing_is_proposed_without_a_run_of_the_agreements_rule(story: Story) -> None:
    with pytest.raises(CannotPropose, match="first run pro-rata-1"), transaction():
        propose()


def test_a_proposal_whose_words_changed_cannot_be_published(story: Story) -> None:
    proposal = a_proposal()
    sign(proposal, MANAGEMENT)
    sign(proposal, LEGAL)

    assert "changed after it was approved" in " ".join(incidents.list_obstacles(proposal, texts={"other": "words"}))


def test_publishing_needs_the_typed_reference_and_the_recorded_fix(story: Story) -> None:
    proposal = a_proposal()
    sign(proposal, MANAGEMENT)
    sign(proposal, LEGAL)

    def publish(typed: str) -> None:
        with transaction():
            incidents.start(proposal=proposal, typed_reference=typed, texts=notice_texts(), by=person(ADMIN), at=AT)

    with pytest.raises(CannotPublish, match="Type INC-2026-001"):
        publish("INC-2026-002")
    with pytest.raises(CannotPublish, match="which release fixed the cause"):
        publish("INC-2026-001")


def test_the_first_notice_is_sent_once(story: Story) -> None:
    notice = incident().first_notices[-1]

    with pytest.raises(CannotTell), transaction():
        incidents.send(notice=notice, texts=notice_texts(), mail_to=MailTo.EVERYONE, by=person(ADMIN), at=AT)


def test_every_step_is_in_the_log(story: Story) -> None:
    proposal = a_proposal()
    sign(proposal, LEGAL)

    seen = {logged.event.entry["action"] for logged in audit.list_events(limit=200)}
    steps = {"incident.opened", "incident.contained", "incident.went_live", "notice.approved", "proposal.approved"}
    assert steps <= seen
