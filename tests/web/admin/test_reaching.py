"""The pages of who was not reached: the list, its export, letters, the lifting, and another address by two people."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import audit, notices
from app.core import clock, jobs
from app.core.db import session, transaction
from app.identity import ChangeState, Person
from app.identity.readdressing import list_address_changes
from app.notices import Letter, LetterCause, LetterState, Message, State, SuppressionCause, deliver_due
from app.notices.suppression import suppress
from app.worker import works
from tests.notices.builders import Recorder
from tests.notices.builders import an_office as a_post_office
from tests.papers import needs_pango
from tests.web.admin.office import CASE, Office, a_supporter, an_office
from tests.web.browsing import TOKEN, Browser
from tests.web.words import words_of

REACHED, LETTERS = f"{CASE}/reached", f"{CASE}/letters"


@pytest.fixture
def office(app: Flask) -> Office:
    """Everybody was told; Bruno's mail bounced, and Divya's name begins like a formula."""
    made = an_office(app, stage="told")
    with transaction():
        sent = {"state": State.SENT, "due_at": None, "sent_at": clock.now(), "sha256": b"0" * 32}
        session.execute(update(Message).values(**sent))
        message = message_to("Bruno")
        message.state, message.reason = State.BOUNCED, "smtp; 550 5.1.1 no such user"
        session.flush()
        suppress(message=message, cause=SuppressionCause.BOUNCED, says=message.reason, by="shell:root", at=clock.now())
        divya = message_to("Divya")
        divya.state, divya.person.full_name = State.FAILED, "=HYPERLINK(1)"
        session.flush()
    session.rollback()
    return made


def message_to(name: str) -> Message:
    wanted = select(Message).join(Message.person).where(Person.full_name.startswith(name)).order_by(Message.id.desc())
    return session.scalars(wanted.limit(1)).one()


def page_of(name: str) -> str:
    return f"{REACHED}/{message_to(name).person.pseudonym}"


def change_the_address_of(name: str, office: Office, app: Flask) -> str:
    """Entered by support and released by an admin; answers the person's page."""
    page, supporter = page_of(name), a_supporter(app)
    token = TOKEN.search(supporter.get(page).text)
    assert token is not None
    typed = {"new_email": "new@new.example", "asked_by": "letter", "call": "", "reason": "The signature matches."}
    scan = {"csrf_token": token[1], "letter": (io.BytesIO(b"%PDF a letter"), "letter.pdf")}
    supporter.open(f"{page}/address", method="POST", data=typed | scan, content_type="multipart/form-data")
    change = list_address_changes(message_to(name).person)[0].pseudonym
    assert office.admin.post(f"{page}/address/{change}/release", on=page).status_code == 302
    session.rollback()
    return page


def test_the_list_says_why_and_what_to_do_next(office: Office) -> None:
    words = words_of(office.auditor.get(REACHED).text)

    assert "Mail came back 1" in words
    assert "Mail server refused it 1" in words
    assert "Bruno Keller bruno@example.com Mail came back smtp; 550 5.1.1 no such user" in words
    assert "Write by post: queue a letter." in words


def test_the_list_can_be_saved_without_formulas_and_that_is_logged(office: Office) -> None:
    answer = office.auditor.post(f"{REACHED}/not-reached.csv", on=REACHED)

    text = answer.get_data(as_text=True)
    assert answer.mimetype == "text/csv"
    assert "'=HYPERLINK(1)" in text
    assert "\n=" not in text.replace("\r", "")
    assert "Bruno Keller,bruno@example.com,+12125550107" in text
    (logged,) = audit.list_events(action="export.made")
    assert logged.event.said["name"] == "not-reached"


def test_an_address_is_written_to_again_with_a_reason_and_the_notice_leaves_once_more(
    office: Office, app: Flask
) -> None:
    page, supporter = page_of("Bruno"), a_supporter(app)
    assert "Nothing is sent to it, sign-in links included." in words_of(supporter.get(page).text)
    action = lift_path(supporter, page)

    without = supporter.post(action, on=page)
    supporter.post(action, on=page, lift_reason="Bruno called: his mailbox was full.")

    assert without.status_code == 422
    words = words_of(supporter.get(page).text)
    assert "says" in words
    assert "Bruno called: his mailbox was full." in words
    assert (message_to("Bruno").version, message_to("Bruno").state) == (2, State.QUEUED)


def lift_path(browser: Browser, page: str) -> str:
    (found,) = [part for part in browser.get(page).text.split('"') if part.endswith("/lift")]
    return found


def test_two_people_change_an_address_on_the_page(office: Office, app: Flask) -> None:
    page, supporter = page_of("Bruno"), a_supporter(app)
    token = TOKEN.search(supporter.get(page).text)
    assert token is not None
    typed = {"new_email": "bruno@new.example", "asked_by": "letter", "call": "", "reason": "His signature matches."}

    without = supporter.post(f"{page}/address", on=page, **typed)
    scan = {"csrf_token": token[1], "letter": (io.BytesIO(b"%PDF a letter"), "letter.pdf")}
    supporter.open(f"{page}/address", method="POST", data=typed | scan, content_type="multipart/form-data")
    change = list_address_changes(message_to("Bruno").person)[0].pseudonym
    seen = office.admin.post(f"{page}/address/{change}/letter", on=page)
    own = supporter.post(f"{page}/address/{change}/release", on=page)
    other = office.admin.post(f"{page}/address/{change}/release", on=page)

    assert seen.data == b"%PDF a letter"
    assert seen.headers["Content-Disposition"].startswith("attachment")
    assert len(audit.list_events(action="letter.taken")) == 1
    assert without.status_code == 422
    assert "Add the letter as a scan." in words_of(without.text)
    assert own.status_code == 422
    assert "You entered this address, so somebody else must decide." in words_of(own.text)
    assert other.status_code == 302
    session.rollback()
    assert message_to("Bruno").person.email == "bruno@new.example"
    assert "Mail to the old one comes back, so a letter tells them: print and post it." in words_of(
        office.admin.get(page).text
    )
    assert list_address_changes(message_to("Bruno").person)[0].state is ChangeState.RELEASED


def test_an_old_address_that_mail_comes_back_from_is_told_by_post(office: Office, app: Flask) -> None:
    change_the_address_of("Bruno", office, app)
    deliver_due(a_post_office(app, Recorder()), at_most=50)
    session.rollback()

    (letter,) = notices.list_wanted("INC-2026-001", at_most=9)
    paper = words_of(office.auditor.get(f"{LETTERS}/{letter.pseudonym}").text)
    assert "If you did not ask for it, call the number in your agreement now." in paper
    assert "Not sure this letter is real?" in paper
    assert "Nobody can sign in from the old address any more." in paper
    assert "Mail came back" not in words_of(office.auditor.get(page_of("Bruno")).text)
    with transaction():
        notices.queue_letter(message=message_to("=HYPER"), cause=LetterCause.NOT_SEEN, by="shell:root", at=clock.now())
        notices.queue_letter(message=message_to("Bruno"), cause=LetterCause.NOT_SEEN, by="shell:root", at=clock.now())
    assert letter.state is LetterState.WANTED


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("=HYPER", "The old one is told."),
        (
            "Bruno",
            "Mail to the old one comes back, and no postal address is known: call them, so that they know.",
        ),
    ],
)
def test_whoever_changes_an_address_reads_how_the_old_one_is_told(
    office: Office, app: Flask, name: str, says: str
) -> None:
    with transaction():
        message_to(name).person.postal_address = None

    page = change_the_address_of(name, office, app)

    assert f"The address is changed. {says}" in words_of(office.admin.get(page).text)


def test_an_address_asked_for_in_a_call_needs_a_call_with_this_person(office: Office) -> None:
    page = page_of("Bruno")

    refused = office.admin.post(
        f"{page}/address", on=page, new_email="b@new.example", asked_by="call", call="", reason="He said so."
    )

    assert refused.status_code == 422
    assert "Choose the call in which this person asked for it." in words_of(refused.text)
    assert "b@new.example" in refused.text


@needs_pango
def test_a_letter_is_queued_printed_saved_posted_and_comes_back(office: Office, app: Flask) -> None:
    page, supporter = page_of("Bruno"), a_supporter(app)
    supporter.post(f"{page}/letter", on=page)
    assert "1 letter to print" in words_of(office.auditor.get(LETTERS).text)
    office.admin.post(LETTERS, on=LETTERS)
    jobs.run_waiting(works.WORKS)
    session.rollback()
    (batch,) = notices.list_batches("INC-2026-001")
    letter, on = batch.letters[0].pseudonym, clock.now().date()

    posted, returned = f"{LETTERS}/batches/{batch.pseudonym}/posted", f"{LETTERS}/{letter}/returned"
    future = (on + timedelta(days=3)).isoformat()

    saved = office.admin.post(f"{LETTERS}/batches/{batch.pseudonym}", on=LETTERS)
    refused = [office.admin.post(posted, on=LETTERS, posted_on=day).status_code for day in ("soon", future)]
    office.admin.post(posted, on=LETTERS, posted_on=on.isoformat())
    office.admin.post(returned, on=LETTERS, returned_on=on.isoformat(), note="Moved away")

    assert saved.get_data().startswith(b"%PDF")
    assert refused == [422, 422]
    words = words_of(office.auditor.get(LETTERS).text)
    assert "Came back" in words
    assert "Moved away" in words
    assert "Letter came back 1" in words_of(office.auditor.get(REACHED).text)
    assert len(audit.list_events(action="letters.taken")) == 1


def test_a_letter_can_be_read_and_printed_from_the_browser(office: Office) -> None:
    with transaction():
        letter = notices.queue_letter(
            message=message_to("Bruno"), cause=LetterCause.NOT_DELIVERED, by="shell:root", at=clock.now()
        )
        assert letter is not None
        name = letter.pseudonym

    page = office.auditor.get(f"{LETTERS}/{name}")

    assert "We write by post because our email to you did not arrive." in words_of(page.text)
    assert "letter.css" in page.text
    assert session.scalars(select(Letter.state)).all() == [LetterState.WANTED]


def test_who_may_only_read_acts_on_nothing_and_strangers_find_nobody(office: Office) -> None:
    page = page_of("Bruno")

    assert office.auditor.get(page).status_code == 200
    assert 'method="post"' not in office.auditor.get(page).text.split("<main")[1].split("</main")[0]
    for path in (f"{page}/letter", f"{page}/address", LETTERS):
        assert office.auditor.post(path, on="/staff/confirm").status_code == 403
    assert office.admin.get(f"{REACHED}/{office.staff.legal.pseudonym}").status_code == 404
