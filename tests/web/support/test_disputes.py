"""Support's queue of disputes, and what can be done with one."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import session, transaction
from app.identity import Person, Role, SessionKind
from app.incidents import answering, get_incident
from app.incidents.answering import Dispute, DisputeState, Verdict
from app.notices import Kind, Message
from app.settlement import Direction
from app.worker.tasks import close_disputes
from tests.identity.builders import a_member_of_staff
from tests.incidents.answers import a_dispute, a_supporter, the_figures, the_person, the_settlement
from tests.incidents.builders import Staff, an_incident, the_staff
from tests.web.browsers import a_browser
from tests.web.browsing import Browser
from tests.web.words import words_of
from tests.worlds import this_hour

QUEUE = "/support/disputes"


@pytest.fixture
def staff(app: Flask) -> Staff:
    with transaction():
        staff = the_staff()
        an_incident(staff, at=this_hour(), stage="published")
    return staff


@pytest.fixture
def sam(app: Flask, staff: Staff) -> Person:
    with transaction():
        return a_supporter()


@pytest.fixture
def browser(app: Flask, sam: Person) -> Browser:
    return a_browser(app, sam, SessionKind.STAFF)


@pytest.fixture
def dispute(staff: Staff) -> Dispute:
    """Grace doubts all of her refund."""
    with transaction():
        return a_dispute(the_figures("Grace Lindqvist", "orbit"), the_person("grace"), at=clock.now())


def test_an_empty_queue_says_so(browser: Browser) -> None:
    assert "No open questions" in words_of(browser.get(QUEUE).text)
    assert "Nothing is over yet" in words_of(browser.get(f"{QUEUE}?over=1").text)


def test_the_queue_shows_what_is_due_and_which_money_waits(browser: Browser, dispute: Dispute) -> None:
    words = words_of(browser.get(QUEUE).text)

    assert "The amount I asked for is wrong New nobody yet" in words
    assert "refund" in words
    assert "Overdue" not in words


def test_what_was_promised_and_is_over_is_marked(browser: Browser, staff: Staff) -> None:
    with transaction():
        a_dispute(the_figures("Chen Wei", "orbit"), the_person("chen"), at=clock.now() - timedelta(days=30))

    assert "Overdue" in words_of(browser.get(QUEUE).text)


def test_the_rest_of_a_refund_is_let_go_and_the_investor_is_told(browser: Browser, dispute: Dispute) -> None:
    refund = the_settlement(dispute.adjustment, Direction.REFUND)
    page, prefix = f"{QUEUE}/{dispute.id}", f"part-{refund.id}"
    typed = {f"{prefix}-amount": "100.00", f"{prefix}-words": "You doubt 100."}

    wrong = browser.post(f"{page}/part/{refund.id}", on=page, **typed | {f"{prefix}-amount": "some"})
    browser.post(f"{page}/part/{refund.id}", on=page, **typed)

    assert "is not an amount" in words_of(wrong.text)
    assert "$100.00 refund" in words_of(browser.get(page).text)
    told = session.scalars(select(Message).where(Message.kind == Kind.REPLIED)).all()
    assert sorted(each.person.full_name for each in told) == ["Grace Lindqvist", "Lars Lindqvist"]


def test_a_reply_may_begin_with_words_that_are_ready(browser: Browser, dispute: Dispute) -> None:
    assert "one more thing from you" in browser.get(f"{QUEUE}/{dispute.id}?start=one-more-thing").text
    assert browser.get(f"{QUEUE}/{dispute.id}?start=nonsense").status_code == 200


def test_what_we_called_wrong_waits_for_its_version_or_for_somebody_else(
    app: Flask, browser: Browser, dispute: Dispute
) -> None:
    page = f"{QUEUE}/{dispute.id}"
    with transaction():
        colleague = a_supporter()
    other = a_browser(app, colleague, SessionKind.STAFF)
    browser.post(f"{page}/answer", on=page, **{"answer-verdict": "change", "answer-words": "You are right."})
    queue, mine, answer = browser.get(QUEUE).text, browser.get(page).text, {"anew-words": "It is right after all."}

    closed = browser.post(f"{page}/close", on=page, **{"close-reason": "They called."})
    by_the_same = browser.post(f"{page}/anew", on=page, **answer)
    for_others = words_of(other.get(page).text)
    without = other.post(f"{page}/anew", on=page, **{"anew-words": ""})
    anew = other.post(f"{page}/anew", on=page, **answer)

    assert "Waits for the correcting version" in words_of(queue)
    assert "Somebody who did not work on it has to decide that" in words_of(mine)
    assert "stays open until a version that changes them is published" in words_of(closed.text)
    assert "somebody else must decide it anew" in words_of(by_the_same.text)
    assert "Decide anew: the figures are right" in for_others
    assert "Write what the investor reads" in words_of(without.text)
    assert anew.status_code == 303
    assert session.get_one(Dispute, dispute.id).verdict is Verdict.STAND
    assert "It closes by itself" in words_of(browser.get(page).text)


def test_what_is_over_is_found_among_those_that_are_over(browser: Browser, dispute: Dispute) -> None:
    with transaction():
        answering.withdraw(dispute=dispute, by=dispute.filed_by, at=clock.now())

    assert "No open questions" in words_of(browser.get(QUEUE).text)
    assert "Withdrawn" in words_of(browser.get(f"{QUEUE}?over=1").text)
    assert "It is over" in words_of(browser.get(f"{QUEUE}/{dispute.id}").text)


def test_support_and_admins_answer_and_nobody_else(app: Flask, staff: Staff, dispute: Dispute) -> None:
    with transaction():
        others = [a_member_of_staff(roles=[role]) for role in (Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR)]

    for path in (QUEUE, f"{QUEUE}/{dispute.id}"):
        assert a_browser(app, staff.admin, SessionKind.STAFF).get(path).status_code == 200
        assert {a_browser(app, each, SessionKind.STAFF).get(path).status_code for each in others} == {403}
    assert a_browser(app, staff.admin, SessionKind.STAFF).get(f"{QUEUE}/4711").status_code == 404


def test_the_card_of_the_investor_and_the_list_of_who_was_reached_name_it(
    app: Flask, browser: Browser, staff: Staff, dispute: Dispute
) -> None:
    card = words_of(browser.get(f"/support/people/{dispute.filed_by_id}").text)
    reached = words_of(a_browser(app, staff.admin, SessionKind.STAFF).get("/admin/incidents/INC-2026-001/reached").text)

    assert "The amount I asked for is wrong" in card
    assert "Disputed 1" in reached


def test_an_admin_sets_the_days_and_later_disputes_are_promised_them(app: Flask, staff: Staff) -> None:
    admin, edit = a_browser(app, staff.admin, SessionKind.STAFF), "/admin/incidents/INC-2026-001/edit"
    days = {"clock-read_days": "5", "clock-answer_days": "4", "clock-review_days": "7"}

    wrong = admin.post(f"{edit}/clock", on=edit, **days)
    admin.post(f"{edit}/clock", on=edit, **days | {"clock-answer_days": "20"})

    assert "a dispute is read before it is answered" in words_of(wrong.text)
    incident = get_incident("INC-2026-001")
    assert (incident.read_within_days, incident.answer_within_days, incident.review_within_days) == (5, 20, 7)


def test_the_worker_closes_what_nobody_asked_to_look_at_again(app: Flask, sam: Person, staff: Staff) -> None:
    long_ago = clock.now() - timedelta(days=60)
    with transaction():
        lapsed = a_dispute(the_figures("Hugo Martins", "tidewater"), the_person("hugo"), at=long_ago)
        fresh = a_dispute(the_figures("Chen Wei", "orbit"), the_person("chen"), at=clock.now())
        answering.answer(dispute=lapsed, verdict=Verdict.STAND, words="Right.", by=sam, at=long_ago)
        answering.answer(dispute=fresh, verdict=Verdict.STAND, words="Right.", by=sam, at=clock.now())
        ids = lapsed.id, fresh.id

    close_disputes()

    states = [session.get_one(Dispute, each).state for each in ids]
    assert states == [DisputeState.CLOSED, DisputeState.ANSWERED]
