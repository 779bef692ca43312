"""Publishing, and what it reaches: people and money."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import audit, incidents
from app.core import clock
from app.core.db import session, transaction
from app.identity import LoginSession
from app.incidents import Publication, batches
from app.notices import WAITING, Kind, Message, State
from tests.web.admin.office import CASE, Office, an_office
from tests.web.words import words_of

PAGE = f"{CASE}/publish"
LIVE = re.compile(r'aria-live="polite">([^<]*)<')
RENEWS = f'hx-get="{PAGE}/progress"'
START = {"start-typed_reference": "INC-2026-001"}


def a_batch() -> None:
    """The worker makes the next batch."""
    with transaction():
        incidents.publish_batch(publication=session.scalars(select(Publication)).one(), at=clock.now())


def accept_mail() -> None:
    """The mail server takes every message."""
    with transaction():
        session.execute(update(Message).values(state=State.SENT, sent_at=clock.now(), due_at=None, sha256=b"0" * 32))


@pytest.fixture
def office(app: Flask) -> Office:
    return an_office(app, stage="approved")


def test_the_dry_run_says_what_would_happen(office: Office) -> None:
    words = words_of(office.auditor.get(PAGE).text)

    assert "Version 1 is ready to publish" in words
    assert "People written to 11" in words
    assert "Refunds 3 $55,382.88" in words
    assert "Offers 6 $55,382.88" in words
    assert "An admin publishes it." in words


def test_the_canary_is_looked_at_before_the_rest_is_told(office: Office) -> None:
    office.admin.post(PAGE, **START)
    a_batch()
    waiting = office.admin.get(PAGE)
    assert "5 of 11" in words_of(waiting.text)
    assert "not accepted by the mail server yet" in words_of(waiting.text)
    assert 'value="running"' not in waiting.text

    accept_mail()
    ready = office.admin.get(PAGE)
    assert "Look at them, then continue." in words_of(ready.text)
    assert RENEWS not in ready.text

    office.admin.post(f"{PAGE}/move", on=PAGE, to="running")
    a_batch()
    assert "Published: 11 of 11 people written to" in words_of(office.auditor.get(PAGE).text)


def test_while_it_runs_and_rests_the_page_says_who_has_it_and_who_waits(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 3)
    office.admin.post(PAGE, **START)
    a_batch()
    accept_mail()
    office.admin.post(f"{PAGE}/move", on=PAGE, to="running")
    a_batch()
    running = words_of(office.admin.get(PAGE).text)
    office.admin.post(f"{PAGE}/move", on=PAGE, to="paused")
    paused = words_of(office.auditor.get(PAGE).text)

    assert "accepted 5 of 8 messages. 3 wait in the outbox and leave by themselves." in running
    assert "stop all mail" not in running
    assert "Paused. Who was told stays told; the other 3 people wait." in paused
    assert "accepted 5 of 8 messages. 3 wait in the outbox and leave by themselves. To hold back these too," in paused


def test_of_first_messages_that_were_refused_the_page_says_how_many_left(office: Office) -> None:
    office.admin.post(PAGE, **START)
    a_batch()
    accept_mail()
    refused = select(Message.id).order_by(Message.id.desc()).limit(2)
    with transaction():
        session.execute(update(Message).where(Message.id.in_(refused)).values(state=State.FAILED, reason="550 no"))
    some = words_of(office.admin.get(PAGE).text)
    with transaction():
        session.execute(update(Message).values(state=State.FAILED, reason="550 no"))
    none = office.admin.get(PAGE)

    assert "accepted 3 of the first 5 messages. Look at what became of the others" in some
    assert "accepted none of the first messages" in words_of(none.text)
    assert 'value="running"' not in none.text


def test_the_page_renews_itself_only_while_something_moves(office: Office) -> None:
    assert RENEWS not in office.admin.get(PAGE).text
    office.admin.post(PAGE, **START)

    moving = office.admin.get(PAGE).text
    assert RENEWS in moving
    assert "See how far it is now" in moving
    assert RENEWS not in office.admin.get(f"{PAGE}?still=1").text


def test_the_panel_is_read_again_alone_until_nothing_moves(office: Office) -> None:
    office.admin.post(PAGE, **START)
    moving = office.admin.get(f"{PAGE}/progress")

    assert "<h1" not in moving.text
    assert "HX-Refresh" not in moving.headers

    a_batch()
    accept_mail()
    assert office.admin.get(f"{PAGE}/progress").headers["HX-Refresh"] == "true"


def test_a_screen_reader_is_told_in_steps_of_a_quarter(office: Office) -> None:
    office.admin.post(PAGE, **START)
    a_batch()
    publication = session.scalars(select(Publication)).one()

    for done, says in ((2, ""), (3, "25 percent"), (5, "25 percent"), (6, "50 percent"), (9, "75 percent")):
        with transaction():
            session.execute(update(Publication).values(done=done))
        spoken = LIVE.search(office.admin.get(f"{PAGE}/progress").text)
        assert spoken is not None
        assert spoken.group(1).startswith(says)
        assert bool(spoken.group(1)) is bool(says)
    assert publication.total == 11


def test_the_dry_run_shows_one_person_of_each_kind_in_text_and_html(office: Office) -> None:
    page = office.auditor.get(PAGE).text

    words = words_of(page)
    for says in (
        "We pay: Grace Lindqvist",
        "They may pay: Chen Wei",
        "Both: Farid Haddad",
        "No change: ",
    ):
        assert says in words
    assert "[link]" in words
    assert "Send me" not in words
    html = office.auditor.get(f"{PAGE}/samples/refund")
    assert "Grace Lindqvist" in html.text
    assert html.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert office.auditor.get(f"{PAGE}/samples/knock-on").status_code == 404


def test_a_test_comes_to_oneself_is_logged_and_counts_nowhere(office: Office) -> None:
    written = incidents.count_reached(incidents.get_incident("INC-2026-001")).written
    answer = office.legal.post(f"{PAGE}/test", on=PAGE)
    assert answer.status_code == 302

    tests = session.scalars(select(Message).where(Message.is_test)).all()
    assert {each.address for each in tests} == {office.staff.legal.email}
    assert len(tests) == 4
    assert all(each.is_rehearsal and each.link_id is None for each in tests)
    (event,) = audit.list_events(action="test.sent")
    assert event.event.entry["actor"] == office.staff.legal.audit_name
    assert incidents.count_reached(incidents.get_incident("INC-2026-001")).written == written


def test_only_what_failed_is_tried_again(office: Office) -> None:
    office.admin.post(PAGE, **START)
    a_batch()
    accept_mail()
    first = session.scalars(select(Message).where(Message.kind == Kind.CORRECTION)).first()
    assert first is not None
    failed_id = first.id
    with transaction():
        failed = session.get_one(Message, failed_id)
        failed.state, failed.reason, failed.sent_at = State.FAILED, "No server accepted it for 72 hours.", None

    words = words_of(office.auditor.get(PAGE).text)
    assert "1 message failed" in words
    assert "No server accepted it for 72 hours. It can be tried again." in words
    assert "Retry failed only" not in words

    office.admin.post(f"{PAGE}/retry", on=PAGE)

    waiting = session.scalars(select(Message).where(Message.state.in_(WAITING))).all()
    assert [each.id for each in waiting] == [failed_id]
    assert "message failed" not in words_of(office.admin.get(PAGE).text)


def test_nothing_that_did_not_fail_can_be_tried_again(office: Office) -> None:
    office.admin.post(PAGE, **START)
    a_batch()
    accept_mail()

    answer = office.admin.post(f"{PAGE}/retry", on=PAGE)

    assert answer.status_code == 422
    assert "Nothing of it failed that could leave now" in words_of(answer.text)


def test_another_reference_publishes_nothing(office: Office) -> None:
    answer = office.admin.post(PAGE, **{"start-typed_reference": "INC-2026-002"})

    assert answer.status_code == 422
    assert "Type INC-2026-001 to publish." in words_of(answer.text)
    assert 'value="INC-2026-002"' in answer.text
    assert session.scalars(select(Publication)).all() == []


def test_without_a_fresh_password_nobody_publishes(office: Office) -> None:
    office.all_signed_in()
    with transaction():
        session.execute(update(LoginSession).values(proved_at=clock.now() - timedelta(minutes=6)))

    assert "Type your password, then publish" in words_of(office.admin.get(PAGE).text)
    answer = office.admin.post(PAGE, **START)

    assert answer.headers["Location"].startswith("/staff/confirm?next=")
    assert session.scalars(select(Publication)).all() == []


def test_what_stands_in_the_way_is_listed(app: Flask) -> None:
    words = words_of(an_office(app, stage="proposed").admin.get(PAGE).text)

    assert "What stands in the way The proposal is proposed, not approved." in words


def test_a_publication_is_paused_resumed_and_stopped(office: Office) -> None:
    office.admin.post(PAGE, **START)
    a_batch()
    accept_mail()

    for to, words in (
        ("running", "It runs by itself."),
        ("paused", "Paused."),
        ("running", ""),
        ("stopped", "Stopped."),
    ):
        office.admin.post(f"{PAGE}/move", on=PAGE, to=to)
        assert words in words_of(office.admin.get(PAGE).text)


def test_a_move_that_does_not_follow_is_refused_on_the_page(office: Office) -> None:
    office.admin.post(PAGE, **START)

    answer = office.admin.post(f"{PAGE}/move", on=PAGE, to="paused")
    unknown = office.admin.post(f"{PAGE}/move", on=PAGE, to="sideways")

    assert answer.status_code == unknown.status_code == 422
    assert "This publication stands at “canary” and cannot go from there to “paused”." in words_of(answer.text)
    assert "Press one of the buttons." in words_of(unknown.text)


def test_whom_it_reached_is_listed_person_by_person(app: Flask) -> None:
    office = an_office(app, stage="published")
    accept_mail()

    words = words_of(office.auditor.get(f"{CASE}/reached").text)

    assert "22 of 22 notices accepted by the mail server" in words
    assert "Grace Lindqvist" in words
    assert "There is no tracking" in words
    assert "delivered" not in words.lower()


def test_what_became_due_is_listed_with_its_totals(app: Flask) -> None:
    words = words_of(an_office(app, stage="published").auditor.get(f"{CASE}/money").text)

    assert "9 settlements" in words
    assert "Offers, USD Due $55,382.88" in words
    assert "Orbit Robotics Refund $33,585.28 $4,219.08 of it interest" in words
