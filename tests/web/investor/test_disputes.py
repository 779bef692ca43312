"""The pages on which an investor says that something looks wrong."""

import io

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import session, transaction
from app.identity import Authority, LoginSession, Person, Scope, SessionKind
from app.incidents import answering
from app.incidents.answering import Dispute, DisputeState, Verdict
from tests.incidents.answers import a_dispute, a_supporter, the_figures, the_person
from tests.incidents.builders import an_incident, the_staff
from tests.web.browsers import a_browser, hidden_fields_in
from tests.web.browsing import Browser
from tests.web.words import words_of
from tests.worlds import this_hour

CASE = "/corrections/INC-2026-001"
TYPED = {"reason": "average", "words": "My average was higher.", "contact_by": "page"}


@pytest.fixture(autouse=True)
def _published(app: Flask) -> None:
    with transaction():
        an_incident(the_staff(), at=this_hour(), stage="published")


def browser_of(app: Flask, person: Person) -> Browser:
    return a_browser(app, person, SessionKind.INVESTOR)


@pytest.fixture
def grace(app: Flask) -> Browser:
    return browser_of(app, the_person("grace"))


@pytest.fixture
def hugo(app: Flask) -> Browser:
    return browser_of(app, the_person("hugo"))


def the_dispute() -> Dispute:
    return session.scalars(select(Dispute)).one()


def page_of(dispute: Dispute) -> str:
    return f"{CASE}/disputes/{dispute.pseudonym}"


def file_it(browser: Browser, **fields: object) -> str:
    """Fill in the form; the words of the page it leads to, or of the form again."""
    form = hidden_fields_in(browser.get(f"{CASE}/dispute").text)
    sent = browser.open(f"{CASE}/dispute", method="POST", data={**form, **TYPED, **fields})
    return words_of(browser.get(sent.headers["Location"]).text if sent.status_code == 303 else sent.text)


def test_an_offer_that_is_disputed_says_on_every_page_not_to_pay_now(hugo: Browser) -> None:
    filed = file_it(hugo, figures=str(the_figures("Hugo Martins", "tidewater").id))

    assert "We are looking at what you told us about Tidewater Energy." in filed
    assert "The average you used for me is wrong" in filed
    assert "Your invoice of $4,235.28 waits, and so does its last day." in filed
    correction = words_of(hugo.get(CASE).text)
    assert "Please do not pay this now." in correction
    assert "Read what was said, or add to it" in correction


def test_pressing_twice_files_one_dispute(grace: Browser) -> None:
    form = hidden_fields_in(grace.get(f"{CASE}/dispute").text) | TYPED
    form["figures"] = str(the_figures("Grace Lindqvist", "orbit").id)

    first = grace.open(f"{CASE}/dispute", method="POST", data=form)
    second = grace.open(f"{CASE}/dispute", method="POST", data=form)

    assert first.headers["Location"] == second.headers["Location"]
    assert the_dispute().state is DisputeState.OPEN


def test_a_refund_shows_which_part_waits(grace: Browser) -> None:
    figures = str(the_figures("Grace Lindqvist", "orbit").id)

    assert "$1,000.00 of what we pay you waits. We send the rest." in file_it(
        grace, figures=figures, amount="$1,000.00"
    )


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"words": " "}, "Write a few words"),
        ({"reason": "none"}, "Not a valid choice"),
        ({"amount": "lots"}, "is not an amount"),
        ({"amount": "99999999"}, "at most $"),
    ],
)
def test_what_is_wrong_with_the_form_stands_on_it_and_no_word_is_lost(
    grace: Browser, fields: dict[str, str], says: str
) -> None:
    figures = str(the_figures("Grace Lindqvist", "orbit").id)

    shown = file_it(grace, figures=figures, **fields)

    assert "There is a problem" in shown
    assert says in shown
    assert fields.get("words") or "My average was higher." in shown
    assert session.scalars(select(Dispute)).all() == []


def test_a_file_is_kept_for_staff_who_take_it_on_the_record(app: Flask, grace: Browser) -> None:
    figures = str(the_figures("Grace Lindqvist", "orbit").id)
    refused = file_it(grace, figures=figures, file=(io.BytesIO(b"MZ..."), "form.pdf"))
    filed = file_it(grace, figures=figures, file=(io.BytesIO(b"%PDF-1.7 mine"), "form.pdf"))
    with transaction():
        sam = a_supporter()
    staff = a_browser(app, sam, SessionKind.STAFF)
    page = f"/support/disputes/{the_dispute().id}"

    taken = staff.open(f"{page}/file", method="POST", data=hidden_fields_in(staff.get(page).text))

    assert "no PDF, PNG or JPEG" in refused
    assert "With the file form.pdf." in filed
    assert taken.data == b"%PDF-1.7 mine"
    assert taken.headers["Content-Disposition"] == "attachment; filename=form.pdf"


def test_somebody_elses_dispute_is_not_found(app: Flask, grace: Browser) -> None:
    with transaction():
        theirs = a_dispute(the_figures("Hugo Martins", "tidewater"), the_person("hugo"), at=clock.now())
        path = page_of(theirs)

    assert grace.get(path).status_code == 404
    assert grace.post(f"{path}/words", on=CASE, **{"more-words": "Hello."}).status_code == 404


def test_who_only_sees_the_account_reads_and_has_no_form(app: Flask) -> None:
    seer = session.scalars(select(Authority).where(Authority.scope == Scope.SEES)).one()
    owner = session.scalars(
        select(Authority).where(Authority.account_id == seer.account_id, Authority.scope == Scope.OWNER)
    ).one()
    reader = browser_of(app, seer.person)
    with transaction():
        path = page_of(a_dispute(the_figures(seer.account.name, "orbit"), owner.person, at=clock.now()))

    shown = reader.get(path)

    assert shown.status_code == 200
    assert "Add something" not in words_of(shown.text)
    assert reader.get(f"{CASE}/dispute").status_code == 404
    assert "Write to us here" not in words_of(reader.get(CASE).text)
    refused = reader.post(f"{path}/words", on=CASE, **{"more-words": "Me too."})
    assert "Only the owner of the account" in words_of(refused.text)


def test_taking_it_back_asks_for_a_mailed_code_and_objecting_never_does(hugo: Browser) -> None:
    file_it(hugo, figures=str(the_figures("Hugo Martins", "tidewater").id))
    path = page_of(the_dispute())

    asked = hugo.post(f"{path}/withdraw", on=path)
    assert (asked.status_code, asked.headers["Location"].partition("?")[0]) == (307, "/confirm")
    with transaction():
        for login in session.scalars(select(LoginSession)):
            login.confirmed_at = clock.now()
    done = hugo.post(f"{path}/withdraw", on=path)

    assert done.status_code == 303
    assert the_dispute().state is DisputeState.WITHDRAWN
    assert "You took back what you told us about Tidewater Energy." in words_of(hugo.get(path).text)
    assert "Please do not pay this now." not in words_of(hugo.get(CASE).text)


def test_an_answer_can_be_looked_at_again_by_somebody_else(app: Flask, hugo: Browser) -> None:
    with transaction():
        dispute = a_dispute(the_figures("Hugo Martins", "tidewater"), the_person("hugo"), at=clock.now())
        path, sam, ida = page_of(dispute), a_supporter(), a_supporter()
        page = f"/support/disputes/{dispute.id}"
    sams, idas = (a_browser(app, each, SessionKind.STAFF) for each in (sam, ida))
    right = {"answer-verdict": Verdict.STAND.value, "answer-words": "It is as you signed."}

    sams.post(f"{page}/answer", on=page, **right)
    assert "If you disagree, ask for a second look by" in words_of(hugo.get(path).text)
    hugo.post(f"{path}/review", on=path, **{"review-words": "I do not think so."})

    assert "Someone else looks again at Tidewater Energy" in words_of(hugo.get(path).text)
    assert "You worked on this dispute" in words_of(sams.get(page).text)
    assert "somebody else must look" in words_of(sams.post(f"{page}/answer", on=page, **right).text)
    idas.post(f"{page}/answer", on=page, **right)
    closed = words_of(hugo.get(path).text)
    assert "It is closed." in closed
    assert "looked again" in closed
    assert sam.full_name not in closed


def test_the_page_of_an_answer_names_the_platform_and_not_who_wrote_it(app: Flask, hugo: Browser) -> None:
    with transaction():
        dispute = a_dispute(the_figures("Hugo Martins", "tidewater"), the_person("hugo"), at=clock.now())
        answering.reply(dispute=dispute, words="One more thing, please.", by=a_supporter(), at=clock.now())
        path = page_of(dispute)

    words = words_of(hugo.get(path).text)

    assert "Example Platform wrote" in words
    assert "One more thing, please." in words
