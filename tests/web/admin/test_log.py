"""The log's pages: filter, checks, receipts, export; and what auditors may do."""

import io
import json
from pathlib import Path

import pytest
from flask import Flask

from app import audit, incidents
from app.audit.verdicts import Finding, Verdict
from app.core import clock
from app.core.db import session, transaction
from app.core.jobs import Job, run_waiting
from app.identity import Role
from app.incidents import IncidentState, erasing
from app.tlog.receipt import check_receipt
from app.web.access import Access
from app.worker.works import WORKS
from tests.audit.log import SignedLog
from tests.web.admin.office import Office, a_supporter, an_office
from tests.web.browsing import TOKEN, Browser
from tests.web.words import words_of

LOG = "/admin/log"
READ_BY_POST = {
    "books.export",
    "containment.evidence",
    "dossier.make",
    "dossier.take",
    "log.export",
    "money.export",
    "reached.save",
    "log_checks.check",
    "log_checks.verify",
}
"""Posts that change nothing but the log and the jobs."""
FORMS_ONLY = {"incidents.new", "editing.show", "people.new"}
"""Pages that hold nothing to read, only a form."""
SHOW_PAY_TO = {"papers.download", "papers.redline"}
"""Pages that show where offers are paid to, which no auditor reads."""


@pytest.fixture
def office(app: Flask) -> Office:
    """An incident that was reported."""
    return an_office(app, stage="reported")


@pytest.fixture
def log(app: Flask, tmp_path: Path) -> SignedLog:
    """The key that the settings name."""
    return SignedLog(tmp_path)


def actions() -> list[str]:
    return [each.event.entry["action"] for each in audit.list_events(limit=500)]


def index_of(action: str) -> int:
    return audit.list_events(action=action, limit=1)[0].idx


def test_an_auditor_reads_every_admin_page_and_changes_nothing(app: Flask) -> None:
    marks: dict[str, tuple[set[str], Access]] = {
        rule.endpoint: (set(rule.methods or ()), app.view_functions[rule.endpoint].__dict__["access"])
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/admin")
    }
    hidden = {name for name, (verbs, mark) in marks.items() if "GET" in verbs and Role.AUDITOR not in mark.roles}
    posts = {name for name, (verbs, mark) in marks.items() if "POST" in verbs and Role.AUDITOR in mark.roles}

    assert posts == READ_BY_POST
    assert {name for name in hidden if "note" not in name} <= FORMS_ONLY | SHOW_PAY_TO


def test_events_are_found_by_kind_and_by_whom_they_name(office: Office) -> None:
    everything = office.auditor.get(LOG).text
    opened = office.auditor.get(f"{LOG}?action=incident.opened&about={office.staff.admin.email}").text
    nothing = office.auditor.get(f"{LOG}?about=nobody@example.com&before=99999999999999999999999").text
    before_everything = office.auditor.get(f"{LOG}?before=-99999999999999999999999")

    assert '<th scope="row">import.sealed</th>' in everything
    assert '<th scope="row">incident.opened</th>' in opened
    assert '<th scope="row">import.sealed</th>' not in opened
    assert "There is no such event." in nothing
    assert before_everything.status_code == 200


def test_an_export_carries_what_was_recorded_and_is_itself_on_record(office: Office) -> None:
    answer = office.auditor.post(f"{LOG}/export", on=LOG, action="incident.opened")
    lines = [json.loads(line) for line in answer.text.splitlines()]

    assert answer.headers["Content-Disposition"] == 'attachment; filename="log.ndjson"'
    assert [json.loads(line["leaf"])["action"] for line in lines] == ["incident.opened"]
    assert "rule" in lines[0]["openings"]
    assert actions()[0] == "export.made"


def test_a_verification_is_a_job_and_its_finding_stands_on_the_page(office: Office, log: SignedLog) -> None:
    log.sign()
    asked = office.auditor.post(f"{LOG}/verify", on=f"{LOG}/checks")
    run_waiting(WORKS)

    job = session.query(Job).one()
    assert asked.headers["Location"] == f"/admin/jobs/{job.pseudonym}"
    assert str((job.result or {})["line"]).startswith("OK ")
    assert job.done == job.total
    assert ">OK</span>" in office.auditor.get(f"{LOG}/checks").text


def test_a_bad_finding_stands_on_every_staff_page_with_the_way_to_the_runbook(app: Flask, office: Office) -> None:
    audit.keep_verdict(Verdict(Finding.TAMPERED, (7,), "The entry was changed."), at=clock.now())

    for browser, path in ((office.admin, "/admin/"), (office.legal, LOG), (a_supporter(app), "/support/")):
        page = browser.get(path).text
        assert "TAMPERED 7" in page
        assert 'href="/admin/log/runbook"' in page
    assert "TAMPERED" not in Browser(app).get("/").text
    assert "Stop web and worker" in a_supporter(app).get(f"{LOG}/runbook").text


def check(browser: Browser, text: str, key: str) -> str:
    return browser.post(f"{LOG}/receipt", text=text, key=key).text


def test_a_receipt_is_checked_whether_pasted_or_uploaded(office: Office, log: SignedLog) -> None:
    log.sign()
    event = audit.find_event_at(0)
    assert event is not None
    receipt = (audit.receipt_for(event) or b"").decode()
    key = str(log.key.verifier)
    token = TOKEN.search(office.auditor.get(f"{LOG}/receipt").text)
    upload = {"csrf_token": token.group(1) if token else "", "key": key, "file": (io.BytesIO(receipt.encode()), "r")}

    uploaded = office.auditor.open(f"{LOG}/receipt", method="POST", data=upload, content_type="multipart/form-data")

    assert "Verified: it is genuine" in uploaded.text
    assert "Verified: it is genuine" in check(office.auditor, receipt, key)
    assert "This is not genuine" in check(office.auditor, receipt.replace("index 0", "index 1"), key)
    assert "cannot be read as a receipt" in check(office.auditor, "hello", key)
    assert "cannot be read as a receipt" in check(office.auditor, receipt, "a key")


def ask_erasure(browser: Browser, idx: int, part: str) -> None:
    page = f"{LOG}/{idx}"
    answer = browser.post(f"{page}/erasure", on=page, parts=part, reason="Asked for by letter.")
    assert answer.status_code == 302, answer.text


def test_two_people_erase_once_the_incident_is_over(office: Office, log: SignedLog) -> None:
    idx = index_of("incident.opened")
    ask_erasure(office.admin, idx, "rule")
    (erasure,) = erasing.list_erasures()
    release = f"{LOG}/erasures/{erasure.pseudonym}/release"

    still_open = office.legal.post(release, on=f"{LOG}/erasures", reason="It is due.")
    with transaction():
        incidents.get_incident("INC-2026-001").state = IncidentState.CLOSED
    by_admin = office.admin.post(release, on=f"{LOG}/erasures", reason="It is due.")
    released = office.legal.post(release, on=f"{LOG}/erasures", reason="It is due.")
    log.sign()

    assert "is still open" in still_open.text
    assert by_admin.status_code == 403
    assert released.status_code == 302
    event = audit.find_event_at(idx)
    assert event is not None
    assert "rule" not in event.said
    assert "Erased, with a reason that stands under Erasures and holds : rule." in words_of(
        office.admin.get(f"{LOG}/{idx}").text
    )
    assert actions()[0] == "opening.erased"
    verdict = log.verify()
    assert verdict.finding is Finding.OK
    assert "1 openings erased" in verdict.says
    assert check_receipt((audit.receipt_for(event) or b"").decode(), log.key.verifier).said.keys() == event.said.keys()


def test_nothing_is_erased_while_the_incident_is_held(office: Office) -> None:
    with transaction():
        incidents.get_incident("INC-2026-001").state = IncidentState.CLOSED
    ask_erasure(office.admin, index_of("incident.opened"), "rule")
    place = office.legal.post(
        f"{LOG}/holds", on=f"{LOG}/erasures", incident="INC-2026-001", reason="A court asked for it."
    )
    (erasure,) = erasing.list_erasures()
    refused = office.legal.post(
        f"{LOG}/erasures/{erasure.pseudonym}/release", on=f"{LOG}/erasures", reason="It is due."
    )

    assert place.status_code == 302
    assert "under a legal hold" in refused.text
    (held,) = erasing.list_holds()
    office.legal.post(f"{LOG}/holds/{held.pseudonym}/lift", on=f"{LOG}/erasures")
    assert erasing.list_holds() == []
    assert actions()[:2] == ["hold.lifted", "hold.placed"]


def test_who_asked_for_an_erasure_does_not_decide_it(office: Office) -> None:
    ask_erasure(office.legal, index_of("incident.opened"), "rule")
    (erasure,) = erasing.list_erasures()

    with pytest.raises(erasing.CannotErase, match="somebody else must decide"), transaction():
        erasing.release_erasure(erasure=erasure, reason="-", by=office.staff.legal, at=clock.now())


def test_what_the_log_relies_on_is_never_erased(office: Office) -> None:
    with transaction():
        event = audit.find_event_at(index_of("incident.opened"))
        assert event is not None
        audit.erase_openings(event=event, parts=["rule"], reason="-", by=office.staff.legal, at=clock.now())
    erased = audit.list_events(action="opening.erased")[0].event

    for event_, parts, words in (
        (erased, ["parts"], "relies on"),
        (event, ["rule"], "no longer"),
        (event, [], "at least"),
    ):
        with pytest.raises(erasing.CannotErase, match=words), transaction():
            erasing.ask_erasure(event=event_, parts=parts, reason="-", by=office.staff.admin, at=clock.now())
