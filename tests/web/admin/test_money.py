"""The money pages: two people pay, answers are booked, what is left over is seen; on both kinds of reader."""

import io
import re

import pytest
from flask import Flask

from app.core import clock
from app.core.db import session
from app.incidents import get_incident, money
from app.settlement import Batch, Settlement, SettlementState
from tests.web.admin.office import CASE, Office, an_office
from tests.web.browsing import TOKEN, Browser

MONEY = f"{CASE}/money"


@pytest.fixture
def office(app: Flask) -> Office:
    return an_office(app, stage="published", days_ago=15)


def prepare(office: Office) -> str:
    answer = office.admin.post(f"{MONEY}/batches", on=MONEY)
    return answer.headers["Location"].rsplit("/", 1)[1]


def release(browser: Browser, number: str) -> int:
    page = browser.get(f"{MONEY}/batches/{number}")
    seen = re.search(r'name="digest_seen"[^>]*value="([0-9a-f]{64})"', page.text)
    fields = {"digest_seen": seen.group(1) if seen else "", "compared": "y"}
    return browser.post(f"{MONEY}/batches/{number}/release", on=f"{MONEY}/batches/{number}", **fields).status_code


def answer(browser: Browser, content: str) -> str:
    token = TOKEN.search(browser.get(MONEY).text)
    data = {"csrf_token": token.group(1) if token else "", "file": (io.BytesIO(content.encode()), "answer.csv")}
    posted = browser.open(f"{MONEY}/answers", method="POST", data=data, content_type="multipart/form-data")
    return browser.get(posted.headers["Location"]).text if posted.status_code == 302 else posted.text


def test_refunds_go_from_due_to_settled_by_two_people(office: Office) -> None:
    number = prepare(office)
    assert release(office.management, number) == 302
    file = office.admin.post(f"{MONEY}/batches/{number}/file", on=f"{MONEY}/batches/{number}")
    references = [item.reference for item in session.query(Batch).one().items]

    page = answer(
        office.admin,
        "reference,state,date,code\n" + "".join(f"{each},settled,2026-12-10,\n" for each in references),
    )

    assert file.headers["Content-Disposition"] == f"attachment; filename={number}.csv"
    assert file.text.count("\r\n") == 4
    assert "3 rows booked, 0 left over" in page
    assert {each.state for each in session.query(Settlement) if not each.number} == {SettlementState.SETTLED}


def test_nobody_but_an_approver_releases_and_the_page_says_who_can(office: Office) -> None:
    number = prepare(office)

    assert "somebody of management or legal must release it" in office.admin.get(f"{MONEY}/batches/{number}").text
    assert release(office.admin, number) == 403
    assert release(office.auditor, number) == 403
    assert session.query(Batch).one().released_by_id is None


def test_a_hold_placed_after_preparing_stops_the_release_in_words(office: Office) -> None:
    number = prepare(office)
    held = session.query(Batch).one().items[0].settlement.pseudonym
    page = f"{MONEY}/settlements/{held}"
    office.legal.post(f"{page}/hold", on=page, kind="legal", reason="A court asked.", part="", until_on="")

    answered = office.management.get(f"{MONEY}/batches/{number}")
    seen = re.search(r'name="digest_seen"[^>]*value="([0-9a-f]{64})"', answered.text)
    refused = office.management.post(
        f"{MONEY}/batches/{number}/release",
        on=f"{MONEY}/batches/{number}",
        digest_seen=seen.group(1) if seen else "",
        compared="y",
    )

    assert refused.status_code == 422
    assert "Something in batch" in refused.text


def test_an_answer_that_cannot_be_read_says_row_column_and_remedy_and_keeps_the_page(office: Office) -> None:
    page = answer(office.admin, "reference,state,date,code\nP-1,gone,tomorrow,\n")

    summary = page.split('class="error-summary"')[1].split("</ul>")[0]
    assert "Row 2, state &#39;gone&#39;: use settled, returned, paid.</a>" in summary
    assert "Row 2, date &#39;tomorrow&#39;: write it as 2026-12-10.</a>" in summary
    assert "Every settlement" in page


def test_leftovers_are_listed_and_cleared_with_a_note(office: Office) -> None:
    page = answer(office.admin, "reference,state,date,code\nP-404404-1,settled,2026-12-10,\n")
    assert "1 left over" in page
    assert "No payment of ours has this reference" in page
    with office.admin.app.app_context():
        (file,) = money.list_answer_files(get_incident("INC-2026-001"))
        path = f"{MONEY}/answers/{file.pseudonym}"

    office.admin.post(f"{path}/clear", on=path, reason="It belongs to another house; they were told.")

    assert "Cleared" in office.auditor.get(path).text
    assert "1 left over, cleared" in office.auditor.get(MONEY).text


def test_what_came_back_and_nobody_claims_is_said_with_its_day(office: Office) -> None:
    number = prepare(office)
    release(office.management, number)
    office.admin.post(f"{MONEY}/batches/{number}/file", on=f"{MONEY}/batches/{number}")
    item = session.query(Batch).one().items[0]
    today = clock.now().date().isoformat()
    answer(office.admin, f"reference,state,date,code\n{item.reference},returned,{today},AC04\n")
    page = f"{MONEY}/settlements/{item.settlement.pseudonym}"

    done = office.admin.post(f"{page}/unclaimed", on=page, since_on=today, reason="Letters came back.")

    assert done.status_code == 302
    shown = office.auditor.get(page).text
    assert "Unclaimed" in shown
    assert "Nobody claims it" not in shown, "it is said once"


def test_an_offer_is_waived_by_two_people(office: Office) -> None:
    offer = session.query(Settlement).filter(Settlement.number.is_not(None)).first()
    assert offer is not None
    page = f"{MONEY}/settlements/{offer.pseudonym}"
    office.admin.post(f"{page}/forgo", on=page, reason="A gesture.")

    assert office.admin.post(f"{page}/forgo/decide", on=page, decision="grant").status_code == 403
    office.management.post(f"{page}/forgo/decide", on=page, decision="grant")

    assert "Waived" in office.auditor.get(page).text


@pytest.mark.parametrize(("name", "columns"), [("settlements", "deal,account,"), ("tax", "tax_year,deal,")])
def test_lists_are_saved_by_whoever_reads_and_that_is_logged(office: Office, name: str, columns: str) -> None:
    saved = office.auditor.post(f"{MONEY}/files/{name}", on=MONEY)

    assert saved.text.startswith(columns)
    assert "export.made" in office.auditor.get("/admin/log").text


def test_the_auditor_acts_on_nothing(office: Office) -> None:
    assert office.auditor.post(f"{MONEY}/batches", on=MONEY).status_code == 403
    assert office.auditor.post(f"{MONEY}/answers", on=MONEY).status_code == 403


def test_what_is_not_there_is_not_found(office: Office) -> None:
    for path in ("batches/B-2026-0099", "answers/none", "settlements/none"):
        assert office.admin.get(f"{MONEY}/{path}").status_code == 404


def test_before_the_last_day_to_look_nothing_can_be_prepared(app: Flask) -> None:
    office = an_office(app, stage="published")

    page = office.admin.get(MONEY).text

    assert "Nothing is paid before the day after" in page
    assert "Prepare a batch" not in page
