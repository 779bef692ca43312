"""The demo story, told through the product's own operations, mail included, up to a stage."""

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import func, select

from app import audit, deals, identity, incidents, notices, scheduling, worker
from app.allocations import BasisKind
from app.core import files
from app.core.db import session, transaction
from app.core.errors import DomainError
from app.deals import Deal, Release
from app.demo import disputing
from app.demo.dates import DATA, shifted_files
from app.demo.people import ADMIN, LEGAL, MANAGEMENT, PASSWORD, STAFF, SUPPORT, Member
from app.identity import Person
from app.incidents import (
    Assumption,
    CaseDecision,
    Decision,
    Distributions,
    FirstNotice,
    Incident,
    NoticeState,
    Proof,
    PublicationState,
)
from app.notices import Message, Office, State
from app.settings import Settings
from app.web.admin.texts import keep_notice_texts, notice_texts


class Stage(StrEnum):
    """How far the story has come."""

    REPORTED = "reported"
    TOLD = "told"
    APPROVED = "approved"
    PUBLISHED = "published"


MOMENT_SECONDS = 0.05
LOOK_DAYS = 11
"""From the day of the notice to the last day to look."""
PAYABLE_AFTER = timedelta(days=LOOK_DAYS + 2)
"""How long after the story was told money may be paid, wherever its contact's day ends."""


class NotEmpty(DomainError):
    """The database holds something, so the story is not put into it."""


class Story:
    """The story as it is told: the installation, the moment, and everybody in it."""

    def __init__(self, settings: Settings, office: Office, at: datetime) -> None:
        self.settings = settings
        self.office = office
        self.at = at
        self.today = at.date()

    def tell(self, stage: Stage) -> None:
        """Bring the empty database to the stage. Raises NotEmpty."""
        if session.scalar(select(func.count()).select_from(Person)):
            raise NotEmpty("This database holds people already. The demo is loaded into an empty one only.")
        steps: dict[Stage, Callable[[], None]] = {
            Stage.REPORTED: self._report,
            Stage.TOLD: self._tell_everybody,
            Stage.APPROVED: self._approve,
            Stage.PUBLISHED: self._publish,
        }
        for reached, step in steps.items():
            step()
            worker.sign()
            if reached is stage:
                break
        with transaction():
            audit.record(
                action="demo.loaded",
                actor=audit.shell_actor(),
                subject=self._incident(),
                at=self.at,
                stage=stage.value,
                today=self.today.isoformat(),
            )

    def _report(self) -> None:
        hashes = [(member, identity.hash_password(PASSWORD, email=member.email)) for member in STAFF]
        sheets = deals.read_files(shifted_files(self.today))
        with transaction():
            for member, password_hash in hashes:
                self._hire(member, password_hash)
            deals.import_sheets(sheets=sheets, by=self._person(ADMIN), at=self.at)
            incidents.open_incident(
                title="Shares above the request in oversubscribed deals",
                deals=session.scalars(select(Deal).order_by(Deal.closed_on)).all(),
                detected_on=self.today - timedelta(days=5),
                contact=self._contact(),
                by=self._person(ADMIN),
                at=self.at,
            )

    def _contact(self) -> incidents.ContactPoint:
        return incidents.ContactPoint(
            name=SUPPORT[0].full_name,
            phone=self.settings.brand_support_phone,
            hours="weekdays 9 am to 5 pm",
            zone=SUPPORT[0].zone,
        )

    def _tell_everybody(self) -> None:
        proof = self._evidence("change-record.txt")
        with transaction():
            incidents.contain(
                incident=self._incident(),
                done_by="Platform engineering",
                done_on=self.today - timedelta(days=4),
                note="Release 2024.08 was taken out of service.",
                proof=proof,
                by=self._person(ADMIN),
                at=self.at,
            )
            incidents.ask_to_go_live(incident=self._incident(), by=self._person(ADMIN), at=self.at)
            incidents.confirm_live(incident=self._incident(), by=self._person(LEGAL), at=self.at)
            notice = self._send_first_notice()
        self._send_a_batch(notice)
        self._deliver()
        with transaction():
            incidents.move_notice(notice=notice, to=NoticeState.SENDING, by=self._person(ADMIN), at=self.at)
        while notice.state is NoticeState.SENDING:
            self._send_a_batch(notice)
        self._deliver()

    def _send_first_notice(self) -> FirstNotice:
        notice = incidents.propose_first_notice(
            incident=self._incident(),
            promised_on=self.today + timedelta(days=12),
            texts=notice_texts(),
            by=self._person(ADMIN),
            at=self.at,
        )
        note = "True as far as we know it, and it promises a date."
        legal = self._person(LEGAL)
        incidents.approve_notice(notice=notice, digest_seen=notice.digest, by=legal, note=note, at=self.at)
        admin, mail_to = self._person(ADMIN), self.office.mail_to
        incidents.send(notice=notice, texts=notice_texts(), mail_to=mail_to, by=admin, at=self.at)
        return notice

    def _approve(self) -> None:
        texts = keep_notice_texts(self.settings.files_dir)
        self._find_out()
        with transaction():
            incidents.bind(
                incident=self._incident(),
                binding=BasisKind.FROZEN,
                reason="Both agreements fix the averages on the day a deal closes.",
                by=self._person(ADMIN),
                at=self.at,
            )
            self._propose_and_sign(texts)

    def _find_out(self) -> None:
        """What fixed the cause, with both files that show it, and who is affected."""
        proof, report = self._evidence("release.diff"), self._evidence("test-report.txt")
        with transaction():
            incident, admin = self._incident(), self._person(ADMIN)
            incidents.record_fix(
                incident=incident,
                release=session.scalars(select(Release).where(Release.name == "2026.11.1")).one(),
                done_by="Platform engineering",
                note="What is left is shared again until nothing is. The test fails on 2024.08, passes on 2026.11.1.",
                proof=proof,
                by=admin,
                at=self.at,
            )
            incidents.add_evidence(
                incident=incident, kind=incidents.EvidenceKind.TEST, proof=report, by=admin, at=self.at
            )
            incidents.investigate(incident=incident, by=admin, at=self.at)
        incidents.replay_now(incident=self._incident(), by=self._person(ADMIN), at=self.at)

    def _propose_and_sign(self, texts: Mapping[str, str]) -> None:
        proposal = incidents.propose(
            incident=self._incident(),
            decision=self._decision(),
            dates=self._key_dates(),
            pay_to="Example Platform Client Account, First Example Bank. Give the invoice number as the reference.",
            reason="The agreement names the rule; this carries it out in both deals.",
            texts=texts,
            by=self._person(ADMIN),
            at=self.at,
        )
        for member in (MANAGEMENT, LEGAL):
            incidents.approve(
                proposal=proposal,
                digest_seen=proposal.digest,
                approver=self._person(member),
                role=member.role,
                note="Read in full, with the certificates.",
                texts=texts,
                at=self.at,
            )

    def _decision(self) -> Decision:
        """Redistribution in both deals, and what Orbit distributed trued up at the platform's cost."""
        orbit = CaseDecision(
            reason="Two years have passed, but nobody loses by carrying out the agreement.",
            distributions=Distributions.TRUED_UP,
        )
        tidewater = CaseDecision(reason="Nothing has moved since the deal closed, so the right figures simply apply.")
        doubt = Assumption(
            doubt="Whether interest is owed for the day on which a refund is sent.",
            resolved="It is paid to the last day on which a refund may be sent, even if it is sent earlier.",
        )
        return Decision({"orbit": orbit, "tidewater": tidewater}, assumptions=[doubt])

    def _publish(self) -> None:
        with transaction():
            proposal = incidents.get_proposal(self._incident())
            publication = incidents.start(
                proposal=proposal,
                typed_reference=proposal.incident.reference,
                texts=notice_texts(),
                by=self._person(ADMIN),
                at=self.at,
            )
        self._publish_a_batch(publication)
        self._deliver()
        with transaction():
            incidents.move(publication=publication, to=PublicationState.RUNNING, by=self._person(ADMIN), at=self.at)
        while publication.state is PublicationState.RUNNING:
            self._publish_a_batch(publication)
        self._deliver()
        with transaction():
            disputing.dispute(at=self.at)

    def _deliver(self) -> None:
        """Send what waits until the mail server has answered for all of it, also for what a worker took meanwhile."""
        while notices.deliver_due(self.office, at_most=1000).tries or self._is_sending():
            time.sleep(MOMENT_SECONDS)
        self._take_in_bounces()

    def _is_sending(self) -> bool:
        return session.scalar(select(Message.id).where(Message.state == State.SENDING).limit(1)) is not None

    def _take_in_bounces(self) -> None:
        """Import what the mail server reported back meanwhile, as `flask mail import-bounces` does."""
        folder = self.settings.files_dir.parent / "bounces"
        for _, raw in notices.read_mails(folder) if folder.is_dir() else ():
            with transaction():
                notices.take_report(raw=raw, by=audit.shell_actor(), at=self.at)

    def _send_a_batch(self, notice: FirstNotice) -> None:
        with transaction():
            incidents.send_batch(notice=notice, at=self.at)

    def _publish_a_batch(self, publication: incidents.Publication) -> None:
        with transaction():
            incidents.publish_batch(publication=publication, at=self.at)

    def _hire(self, member: Member, password_hash: str) -> None:
        person = identity.create_staff(
            full_name=member.full_name,
            email=member.email,
            roles=[member.role],
            time_zone=member.zone,
            by=audit.shell_actor(),
            at=self.at,
        )
        for change in identity.list_changes(person):
            identity.confirm_change(change=change, by=self._person(MANAGEMENT), at=self.at)
        identity.choose_password(person=person, password_hash=password_hash, at=self.at)
        secret = member.authenticator_secret
        identity.add_authenticator(person=person, secret=secret, code=identity.code_before(secret), at=self.at)
        if member.hours:
            weekly = [(day, scheduling.Window(*window)) for day in range(5) for window in member.hours]
            scheduling.set_hours(agent=person, weekly=weekly, by=person, at=self.at)

    def _key_dates(self) -> incidents.KeyDates:
        def after(days: int) -> date:
            return self.today + timedelta(days=days)

        return incidents.KeyDates(
            notice_on=self.today, look_by=after(LOOK_DAYS), pay_by=after(18), remind_on=after(29), due_by=after(43)
        )

    def _evidence(self, name: str) -> Proof:
        content = Path(DATA / "evidence" / name).read_bytes()
        return Proof(name=name, sha256=files.store(self.settings.files_dir, content))

    def _incident(self) -> Incident:
        return session.scalars(select(Incident)).one()

    def _person(self, member: Member) -> Person:
        return session.scalars(select(Person).where(Person.email == member.email)).one()
