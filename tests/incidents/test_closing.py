"""Closing an incident: nothing is missing or it is let go with a reason, two people close, and then money rests."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import update

from app import audit, settlement, worker
from app.core.db import session, transaction
from app.identity import Person
from app.incidents import (
    Incident,
    IncidentState,
    Proof,
    answering,
    books,
    closing,
    get_proposal,
    money,
    papers,
    record_party,
)
from app.incidents.answering import Complaint, Reason
from app.incidents.audience import count_concerned
from app.incidents.books import BooksProof, Changed
from app.incidents.closing import CannotClose, CannotExcept
from app.incidents.papers import CannotArchive, Paper, PaperKind, Press
from app.incidents.papers.models import PaperSet
from app.incidents.signing_models import Party
from app.notices import Message, State
from app.settlement import CannotPay, Direction, Settlement, SettlementState
from app.worker import log_keeping
from tests.incidents.builders import Staff, accept_all, an_incident, the_staff
from tests.papers import needs_pango

pytestmark = pytest.mark.both_databases
LATER = timedelta(days=13)
KEPT = date(2099, 12, 31)


@pytest.fixture
def staff(app: Flask) -> Staff:
    with transaction():
        return the_staff()


@pytest.fixture
def incident(staff: Staff, at: datetime) -> Incident:
    """Published to everybody, and the mail server accepted every notice."""
    with transaction():
        made = an_incident(staff, at=at, stage="published")
        accept_all(at)
    return made


def blockers_of(incident: Incident, at: datetime) -> str:
    return "\n".join(each.says for each in closing.find_blockers(incident, at=at))


def settle(incident: Incident, staff: Staff, at: datetime) -> None:
    """Every refund is paid and answered for; every offer but the first is declined, the first is taken."""
    batch = money.prepare_batch(incident=incident, by=staff.admin, at=at)
    money.release_batch(incident=incident, batch=batch, digest_seen=batch.digest, by=staff.management, at=at)
    settlement.take_file(batch=batch, by=staff.admin, at=at)
    rows = [f"{item.reference},settled,{at.date()},,," for item in batch.items]
    first, *others = session.query(Settlement).filter_by(direction=Direction.OFFER).order_by(Settlement.id)
    rows.append(f"{first.number},paid,{at.date()},,{first.total_cents / 100:.2f},USD")
    content = "\n".join(["reference,state,date,code,amount,currency", *rows]).encode()
    settlement.book(incident_id=incident.id, name="answer.csv", content=content, by=staff.admin, at=at)
    for each in others:
        each.state = SettlementState.DECLINED
    session.flush()


def change_books(incident: Incident, staff: Staff, at: datetime) -> None:
    proposal = get_proposal(incident)
    seen = books.digest_of(books.list_lines(proposal), version=proposal.version)
    proof = Proof("ticket.txt", "ab" * 32)
    today = answering.today_in(incident, at)
    changed = Changed("Fund accounting", today, "Changed.", BooksProof.RECORD, proof, b"Changed.")
    books.confirm_books(incident=incident, out_seen=seen, changed=changed, by=staff.admin, at=at)


def tell_parties(incident: Incident, staff: Staff, at: datetime) -> None:
    for party in Party:
        record_party(incident=incident, party=party, told_on=at.date(), because="", by=staff.legal, at=at)


def make_ready(incident: Incident, staff: Staff, at: datetime) -> None:
    with transaction():
        settle(incident, staff, at)
        change_books(incident, staff, at)
        tell_parties(incident, staff, at)


def sign_log(app: Flask) -> None:
    """The worker signs all that happened."""
    settings = app.extensions["settings"]
    if not settings.audit_key_file.exists():
        audit.make_key_file(path=settings.audit_key_file, origin=settings.audit_origin)
    log_keeping.sign()


def archive_of(app: Flask, incident: Incident) -> Sequence[Paper]:
    sign_log(app)
    return papers.print_papers(incident, PaperKind.ARCHIVE, app.extensions["press"])


def keep_archive(app: Flask, incident: Incident, staff: Staff, at: datetime) -> PaperSet:
    """As the worker does it."""
    sign_log(app)
    with transaction():
        papers.ask_for_papers(incident=incident, kind=PaperKind.ARCHIVE, by=staff.admin, at=at)
    with app.app_context():
        worker.do_jobs()
    made = closing.find_archive(incident)
    assert made is not None
    return made


def test_everything_that_is_missing_is_said_with_where_it_is_put_right(incident: Incident, at: datetime) -> None:
    says = blockers_of(incident, at)

    assert "9 settlements are not settled or ended." in says
    assert "Nobody has recorded that the platform’s own books were changed." in says
    assert "Nothing is recorded about the insurer, regulator, auditor, startup and bank" in says
    assert all(each.where for each in closing.find_blockers(incident, at=at))


def test_before_publication_that_is_all_that_is_said(staff: Staff, at: datetime) -> None:
    with transaction():
        early = an_incident(staff, at=at, stage="approved")

    assert blockers_of(early, at) == "No correction is published to everybody yet."


def test_nothing_is_missing_once_all_is_done(incident: Incident, staff: Staff, at: datetime) -> None:
    make_ready(incident, staff, at + LATER)

    assert blockers_of(incident, at + LATER) == ""


def test_somebody_who_was_not_reached_is_let_go_only_with_a_reason(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    make_ready(incident, staff, at + LATER)
    jonah = session.query(Person).filter_by(email="jonah@example.com").one()
    with transaction():
        session.execute(update(Message).where(Message.person_id == jonah.id).values(state=State.BOUNCED))
    assert "1 person was not reached." in blockers_of(incident, at + LATER)

    with pytest.raises(CannotExcept, match="Write why"), transaction():
        closing.except_person(incident=incident, person=jonah, reason=" ", by=staff.admin, at=at)
    with transaction():
        closing.except_person(incident=incident, person=jonah, reason="No address is known.", by=staff.admin, at=at)

    assert blockers_of(incident, at + LATER) == ""


def test_whoever_was_reached_needs_no_exception(incident: Incident, staff: Staff, at: datetime) -> None:
    grace = session.query(Person).filter_by(email="grace@example.com").one()

    with pytest.raises(CannotExcept, match="was reached"), transaction():
        closing.except_person(incident=incident, person=grace, reason="Why not.", by=staff.admin, at=at)


def test_money_on_its_way_is_not_let_go(incident: Incident, staff: Staff, at: datetime) -> None:
    with transaction():
        batch = money.prepare_batch(incident=incident, by=staff.admin, at=at + LATER)
        money.release_batch(
            incident=incident, batch=batch, digest_seen=batch.digest, by=staff.management, at=at + LATER
        )
        sent = batch.items[0].settlement

    with pytest.raises(CannotExcept, match="on its way"), transaction():
        closing.except_settlement(incident=incident, settlement=sent, reason="Late.", by=staff.admin, at=at)
    assert f"Batch {batch.number}: release and send it" in blockers_of(incident, at + LATER)


def test_a_dispute_that_is_not_closed_keeps_it_open(incident: Incident, staff: Staff, at: datetime) -> None:
    make_ready(incident, staff, at + LATER)
    chen = next(each for each in get_proposal(incident).adjustments if each.account.name == "Chen Wei")
    person = session.query(Person).filter_by(email="chen@example.com").one()
    complaint = Complaint(Reason.AVERAGE, "My average is higher than that.")
    with transaction():
        filed = answering.file_dispute(adjustment=chen, complaint=complaint, person=person, key="k" * 32, at=at + LATER)
    assert "1 dispute is not closed." in blockers_of(incident, at + LATER)

    with transaction():
        answering.withdraw(dispute=filed, by=person, at=at + LATER)

    assert "dispute" not in blockers_of(incident, at + LATER)


def test_each_deal_is_conserved_to_the_cent(incident: Incident, staff: Staff, at: datetime) -> None:
    make_ready(incident, staff, at + LATER)

    for each in closing.conserve(incident):
        total = each.books
        assert each.holds
        assert total.carried_cents + total.platform_cents + total.open_cents == total.recorded_cents
        assert each.bridged_cents == total.platform_cents, "what nobody took is what the platform paid for"


@needs_pango
def test_the_archive_holds_everything_and_is_the_same_bytes_again(
    app: Flask, incident: Incident, staff: Staff, at: datetime
) -> None:
    make_ready(incident, staff, at + LATER)
    first, second = archive_of(app, incident), archive_of(app, incident)

    assert [each.sha256 for each in first] == [each.sha256 for each in second]
    with ZipFile(BytesIO(first[0].content)) as packed:
        held = {name: packed.read(name) for name in packed.namelist()}
    sums = dict(line.split("  ")[::-1] for line in held.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in held.items()}
    endings = ("-closing.pdf", "-closing.json", "-dossier.pdf", "-attestation.json", "-books.csv", "-settlements.csv")
    assert all(any(name.endswith(ending) for name in held) for ending in endings)
    assert "audit/checkpoint" in held
    statements = held["INC-2026-001-statements.csv"].decode().split()
    assert len(statements) == 1 + count_concerned(incident, at.date())
    assert len({line.partition(",")[2] for line in statements}) == len(statements), "each reads their own"
    assert any(name.startswith("batches/B-") for name in held)


@needs_pango
def test_an_attestation_that_does_not_hold_makes_no_archive(app: Flask, incident: Incident, at: datetime) -> None:
    press: Press = app.extensions["press"]

    with pytest.raises(CannotArchive, match="The attestation does not hold"):
        papers.print_papers(incident, PaperKind.ARCHIVE, press)


@needs_pango
def test_two_people_close_and_then_no_money_moves(app: Flask, incident: Incident, staff: Staff, at: datetime) -> None:
    at += LATER
    make_ready(incident, staff, at)
    archive = keep_archive(app, incident, staff, at)
    assert closing.is_current(incident, archive)
    with transaction():
        asked = closing.ask_to_close(
            incident=incident, archive=archive, mail_until=KEPT, note="All done.", by=staff.admin, at=at
        )
    seen = asked.archive_sha256
    for person, says in ((staff.admin, "somebody else must"), (staff.auditor, "Management or legal closes")):
        with pytest.raises(CannotClose, match=says), transaction():
            closing.close(asked=asked, archive_seen=seen, mail_until_seen=KEPT, by=person, at=at)
    with pytest.raises(CannotClose, match="Another archive"), transaction():
        closing.close(asked=asked, archive_seen="0" * 64, mail_until_seen=KEPT, by=staff.legal, at=at)
    with pytest.raises(CannotClose, match="kept until December 31, 2099 now"), transaction():
        closing.close(asked=asked, archive_seen=seen, mail_until_seen=date(2031, 1, 1), by=staff.legal, at=at)

    with transaction():
        closing.close(asked=asked, archive_seen=seen, mail_until_seen=KEPT, by=staff.legal, at=at)

    assert incident.state is IncidentState.CLOSED
    assert all(each.ledger_cents == 0 for each in closing.conserve(incident)), "the platform bears the rest"
    assert sum(each.cents for each in settlement.list_balances()) == 0
    assert audit.list_events(action="incident.closed")[0].event.said["archive"] == seen
    with pytest.raises(CannotPay, match="is closed"), transaction():
        money.prepare_batch(incident=incident, by=staff.admin, at=at)
    with pytest.raises(CannotClose, match="not opened again"), transaction():
        closing.ask_to_close(incident=incident, archive=archive, mail_until=KEPT, note="Again.", by=staff.admin, at=at)


@needs_pango
def test_what_changed_since_the_archive_was_made_is_not_closed(
    app: Flask, incident: Incident, staff: Staff, at: datetime
) -> None:
    at += LATER
    make_ready(incident, staff, at)
    archive = keep_archive(app, incident, staff, at)
    with transaction():
        asked = closing.ask_to_close(
            incident=incident, archive=archive, mail_until=KEPT, note="All done.", by=staff.admin, at=at
        )
        seen = asked.archive_sha256
    with transaction():
        record_party(incident=incident, party=Party.BANK, told_on=None, because="No bank.", by=staff.legal, at=at)

    with pytest.raises(CannotClose, match="Something changed since the archive"), transaction():
        closing.close(asked=asked, archive_seen=seen, mail_until_seen=KEPT, by=staff.legal, at=at)


def test_with_something_missing_nobody_asks(app: Flask, incident: Incident, staff: Staff, at: datetime) -> None:
    with transaction():
        archive = PaperSet(incident_id=incident.id, kind=PaperKind.ARCHIVE, files=[], made_at=at)
        session.add(archive)
        session.flush()
    with pytest.raises(CannotClose, match="not settled or ended"), transaction():
        closing.ask_to_close(incident=incident, archive=archive, mail_until=KEPT, note="Now.", by=staff.admin, at=at)


@needs_pango
def test_the_closing_document_lists_exceptions_with_their_reasons(
    app: Flask, incident: Incident, staff: Staff, at: datetime
) -> None:
    make_ready(incident, staff, at + LATER)
    with transaction():
        refund = session.query(Settlement).filter_by(direction=Direction.OFFER).order_by(Settlement.id.desc()).first()
        assert refund is not None
        refund.state = SettlementState.DUE
        session.flush()
        change_books(incident, staff, at + LATER)
        closing.except_settlement(
            incident=incident, settlement=refund, reason="A court decides.", by=staff.admin, at=at + LATER
        )

    found = json.loads(archive_of(app, incident)[1].content)

    assert [each["because"] for each in found["let_go"]] == ["A court decides."]
    assert [each["party"] for each in found["parties"]] == [party.value for party in Party]
    assert found["books"]["done_by"] == "Fund accounting"
