"""An incident over the demo's two deals, brought to a stage through the product's own operations.

Callers own the transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update

from app import deals, incidents
from app.core.db import session
from app.demo.dates import shifted_files
from app.identity import Person, Role
from app.incidents import (
    CaseDecision,
    ContactPoint,
    Decision,
    Distributions,
    FirstNotice,
    Incident,
    KeyDates,
    NoticeState,
    Proof,
    Proposal,
    PublicationState,
    Update,
    facts,
)
from app.incidents.audience import Concerned
from app.notices import AllClear, Correction, Message, State
from app.settings import MailTo
from app.web.admin.texts import notice_texts
from tests import worlds
from tests.identity.builders import a_member_of_staff

STAGES = ("reported", "contained", "told", "investigating", "proposed", "approved", "published")
PAY_TO = "Example Platform Client Account; the reference is the invoice number."
AS_AGREED = Decision(
    {"orbit": CaseDecision(distributions=Distributions.LEFT, distributions_reason="They have a letter of their own.")}
)
"""B in both deals."""
PROOF = Proof(name="change-record.txt", sha256="ab" * 32)


@dataclass(frozen=True)
class Staff:
    """Who works on the incident."""

    admin: Person
    management: Person
    legal: Person
    auditor: Person


def the_staff() -> Staff:
    """One member of staff for each part."""
    return Staff(*worlds.enter("staff", _hire))


def _hire() -> list[Person]:
    named = {
        "Nora Weiss": Role.ADMIN,
        "Marcus Bell": Role.MANAGEMENT,
        "Lena Ortiz": Role.LEGAL,
        "Ada Quinn": Role.AUDITOR,
    }
    return [
        a_member_of_staff(roles=[role], full_name=name, email=f"{role}@portal.example") for name, role in named.items()
    ]


def an_incident(staff: Staff, *, at: datetime, stage: str = "reported") -> Incident:
    """The demo's incident at that stage; the demo's files are imported first."""
    (incident,) = worlds.enter(f"{stage} {at.timestamp()}", lambda: [_built(staff, at, stage)])
    return incident


def _built(staff: Staff, at: datetime, stage: str) -> Incident:
    if stage == STAGES[0]:
        return _reported(staff, at)
    incident = an_incident(staff, at=at, stage=STAGES[STAGES.index(stage) - 1])
    _STEPS[stage](incident, staff, at)
    return incident


def _reported(staff: Staff, at: datetime) -> Incident:
    deals.import_sheets(sheets=deals.read_files(shifted_files(at.date())), by=staff.admin, at=at)
    return incidents.open_incident(
        title="Shares above the request",
        deals=deals.list_deals(),
        detected_on=at.date() - timedelta(days=5),
        contact=ContactPoint("Sam Carter", "+12125550100", "weekdays 9 am to 5 pm", "America/New_York"),
        by=staff.admin,
        at=at,
    )


def contain(incident: Incident, staff: Staff, at: datetime) -> None:
    """It is on record that the faulty release was stopped."""
    incidents.contain(
        incident=incident,
        done_by="Platform engineering",
        done_on=at.date() - timedelta(days=4),
        note="Taken out of service.",
        proof=PROOF,
        by=staff.admin,
        at=at,
    )


def go_live(incident: Incident, staff: Staff, at: datetime) -> None:
    """An admin asks, and legal confirms."""
    incidents.ask_to_go_live(incident=incident, by=staff.admin, at=at)
    incidents.confirm_live(incident=incident, by=staff.legal, at=at)


def tell(incident: Incident, staff: Staff, at: datetime) -> None:
    """The incident is live and the first notice sent."""
    promised_on = at.date() + timedelta(days=12)
    notice = incidents.propose_first_notice(
        incident=incident, promised_on=promised_on, texts=notice_texts(), by=staff.admin, at=at
    )
    incidents.approve_notice(notice=notice, digest_seen=notice.digest, by=staff.legal, note="True.", at=at)
    go_live(incident, staff, at)
    incidents.send(notice=notice, texts=notice_texts(), mail_to=MailTo.EVERYONE, by=staff.admin, at=at)
    leave(notice, at)


def accept_all(at: datetime) -> None:
    """As if the mail server had accepted every message that waits."""
    accepted = {"state": State.SENT, "due_at": None, "sent_at": at, "sha256": bytes(32)}
    session.execute(update(Message).where(Message.state == State.QUEUED).values(**accepted))


def leave(notice: FirstNotice | Update, at: datetime) -> None:
    """Every batch of it is made; its messages wait in the outbox."""
    incidents.send_batch(notice=notice, at=at)
    notice.state = NoticeState.SENDING  # the mail server has accepted nothing, so it cannot be continued
    session.flush()
    while incidents.send_batch(notice=notice, at=at):
        pass


def investigate(incident: Incident, staff: Staff, at: datetime) -> None:
    """Both rules were run, and the fix is on record."""
    incidents.investigate(incident=incident, by=staff.admin, at=at)
    fixed = next(release for release in deals.list_releases() if not release.rule.is_defect)
    incidents.record_fix(
        incident=incident,
        release=fixed,
        done_by="Engineering",
        note="Checked again.",
        proof=PROOF,
        by=staff.admin,
        at=at,
    )


def key_dates(today: date) -> KeyDates:
    """The dates of the demo, from that day."""
    days = {"notice_on": 0, "look_by": 11, "pay_by": 18, "remind_on": 29, "due_by": 43}
    return KeyDates(**{name: today + timedelta(days=after) for name, after in days.items()})


def propose(
    incident: Incident,
    staff: Staff,
    at: datetime,
    *,
    dates: KeyDates | None = None,
    texts: Mapping[str, str] | None = None,
) -> Proposal:
    """One redistribution over both deals."""
    return incidents.propose(
        incident=incident,
        decision=AS_AGREED,
        dates=dates or key_dates(at.date()),
        pay_to=PAY_TO,
        reason="The agreement names the rule.",
        texts=texts or notice_texts(),
        by=staff.admin,
        at=at,
    )


def approve(incident: Incident, staff: Staff, at: datetime) -> None:
    """Management and legal sign."""
    proposal = incidents.get_proposal(incident)
    for approver, role in ((staff.management, Role.MANAGEMENT), (staff.legal, Role.LEGAL)):
        incidents.approve(
            proposal=proposal,
            digest_seen=proposal.digest,
            approver=approver,
            role=role,
            note="Read in full.",
            texts=notice_texts(),
            at=at,
        )


def publish(incident: Incident, staff: Staff, at: datetime) -> None:
    """Every batch of the publication is made; its messages wait in the outbox."""
    proposal = incidents.get_proposal(incident)
    publication = incidents.start(
        proposal=proposal, typed_reference=incident.reference, texts=notice_texts(), by=staff.admin, at=at
    )
    while incidents.publish_batch(publication=publication, at=at):
        if publication.state is PublicationState.WAITING:  # the mail server has accepted nothing: it is not continued
            publication.state = PublicationState.RUNNING
            session.flush()


_STEPS: Mapping[str, Callable[[Incident, Staff, datetime], object]] = {
    "contained": contain,
    "told": tell,
    "investigating": investigate,
    "proposed": propose,
    "approved": approve,
    "published": publish,
}


def notice_to(proposal: Proposal, person: Concerned) -> AllClear | Correction:
    """What a proposal says to somebody, whether or not it is sent."""
    theirs = facts.list_adjustments(proposal, person.account_ids)
    return facts.tell(proposal, person, theirs, facts.common_facts(proposal))
