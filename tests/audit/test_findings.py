"""What the worker finds of the log is kept, and staff see what is wrong until it is put right."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_mail import Message

from app import audit, worker
from app.audit.counsel import CheckpointMail, MailState
from app.audit.models import AuditAnchor
from app.core.db import session, transaction
from app.notices.switch import stop_all
from app.web.mailer import Mail
from tests.audit.builders import AT, committed_events
from tests.audit.log import SignedLog, tamper

COUNSEL = "counsel@law.example"


@pytest.fixture
def log(app: Flask, tmp_path: Path) -> SignedLog:
    """Five entries, signed with the key that the settings name."""
    log = SignedLog(tmp_path)
    committed_events(5)
    worker.sign()
    return log


def newest_action() -> str:
    return str(audit.list_events(limit=1)[0].event.entry["action"])


def test_a_refusal_to_sign_is_kept_once_and_ends_when_signing_goes_on(
    log: SignedLog, caplog: pytest.LogCaptureFixture
) -> None:
    kept = log.anchor.path.read_text()
    tamper("UPDATE audit_head SET size = 3")
    worker.sign()
    worker.sign()

    alarm = audit.find_alarm()
    assert alarm is not None
    assert alarm.line == "TRUNCATED 3 5"
    assert "its tail was cut" in alarm.says
    assert [each.source for each in audit.list_findings(at_most=9)] == [audit.Source.SIGNING]
    assert "no checkpoint was signed" in caplog.text
    assert log.anchor.path.read_text() == kept

    tamper("UPDATE audit_head SET size = 5")
    worker.sign()
    assert audit.find_alarm() is None


def test_a_refusal_is_an_event_of_the_log_where_it_can_still_take_one(log: SignedLog) -> None:
    log.anchor.path.write_text("")
    worker.sign()

    assert newest_action() == "log.refused"


def test_a_host_without_the_key_neither_signs_nor_raises_an_alarm(log: SignedLog, tmp_path: Path) -> None:
    kept = log.anchor.path.read_text()
    committed_events(1)
    (tmp_path / "audit.key").unlink()
    worker.sign()

    assert log.anchor.path.read_text() == kept
    assert audit.list_findings(at_most=9) == []


def test_what_verifying_found_is_kept_and_is_an_event(log: SignedLog) -> None:
    worker.verify_log()

    (found,) = audit.list_findings(at_most=9)
    assert (found.source, found.is_ok) == (audit.Source.VERIFYING, True)
    assert newest_action() == "log.verified"


def test_of_several_workers_one_verifies(log: SignedLog) -> None:
    worker.verify_log()
    worker.verify_log()

    assert len(audit.list_findings(at_most=9)) == 1


def test_a_changed_entry_raises_the_alarm_at_the_next_verification(log: SignedLog) -> None:
    tamper("UPDATE audit_event SET leaf = leaf_hash")
    worker.verify_log()

    alarm = audit.find_alarm()
    assert alarm is not None
    assert alarm.line == "TAMPERED 0"


def test_nothing_is_signed_over_a_log_that_did_not_verify(log: SignedLog) -> None:
    committed_events(1)
    leaf = "(SELECT leaf FROM audit_event ORDER BY id LIMIT 1)"
    tamper(
        "CREATE TABLE kept AS SELECT * FROM audit_event", "UPDATE audit_event SET leaf = leaf_hash WHERE leaf = " + leaf
    )
    worker.verify_log()
    worker.sign()
    assert len(log.anchor.notes()) == 1
    assert [each.line for each in audit.list_findings(at_most=9)] == ["TAMPERED 0", "TAMPERED 0"]
    alarm = audit.find_alarm()
    assert alarm is not None
    assert alarm.says == "The entry's bytes were changed after it was recorded."

    tamper(
        "UPDATE audit_event SET leaf = (SELECT leaf FROM kept WHERE kept.id = audit_event.id) WHERE leaf = leaf_hash"
    )
    audit.keep_verdict(log.verify(), at=AT)
    worker.sign()
    assert len(log.anchor.notes()) == 2
    assert audit.find_alarm() is None


def outbox() -> list[Message]:
    with Mail().record_messages() as sent:
        worker.mail_checkpoint()
    return list(sent)


def test_counsel_is_mailed_the_newest_checkpoint_once(app: Flask, log: SignedLog) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], counsel_address=COUNSEL)

    first, again = outbox(), outbox()

    assert [message.recipients for message in first] == [[COUNSEL]]
    assert again == []
    assert log.anchor.notes()[-1].strip() in (first[0].body or "")
    assert session.query(AuditAnchor).filter_by(sink="mail").one().size == 5
    assert session.get_one(CheckpointMail, 5).state is MailState.SENT


def test_a_newer_checkpoint_is_mailed_after_a_day(log: SignedLog) -> None:
    def taken(hours: int) -> int | None:
        found = audit.take_checkpoint_to_mail(address=COUNSEL, at=AT + timedelta(hours=hours))
        return found.size if found else None

    assert taken(0) == 5
    committed_events(2)
    worker.sign()
    assert [taken(hours) for hours in (1, 23, 24, 25)] == [None, None, 7, None]


def test_without_an_address_or_while_mail_is_stopped_nothing_is_mailed(app: Flask, log: SignedLog) -> None:
    assert outbox() == []
    app.extensions["settings"] = replace(app.extensions["settings"], counsel_address=COUNSEL)
    with transaction():
        stop_all(by="shell:root", reason="a test", at=AT)

    assert outbox() == []
