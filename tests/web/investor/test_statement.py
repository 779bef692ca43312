"""The statement on the page and on paper: the same facts, for its person alone."""

from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from app.core import pdf
from app.core.db import session, transaction
from app.identity import Person, Role
from app.settlement import Settlement
from tests.identity.builders import a_member_of_staff
from tests.papers import needs_pango
from tests.web.admin.office import CASE, Office, an_office
from tests.web.browsing import Browser
from tests.web.sign_in.visiting import ask, signed_in, staff_signed_in
from tests.web.words import words_of


@pytest.fixture
def office(app: Flask) -> Office:
    return an_office(app, stage="published")


def reader(app: Flask, email: str) -> Browser:
    person = session.query(Person).filter_by(email=email).one()
    return signed_in(app, ask(app, person)[1])


def test_a_refund_and_an_offer_stand_on_one_page_with_every_line(app: Flask, office: Office) -> None:
    page = words_of(reader(app, "farid@example.com").get("/statement").text)

    assert "We pay you back $19,682.86" in page
    assert "You may take the missing part for $4,449.43" in page
    assert "× 8% ×" in page or "× 7% ×" in page
    assert "Held against each other" in page
    assert "we never take one from another unless you ask us to in writing" in page


@needs_pango
def test_paper_says_what_the_page_says_tagged_and_the_same_bytes(app: Flask, office: Office) -> None:
    grace = reader(app, "grace@example.com")
    page = words_of(grace.get("/statement").text)

    first, second = grace.get("/statement.pdf"), grace.get("/statement.pdf")

    assert first.data == second.data
    paper = PdfReader(BytesIO(first.data))
    text = " ".join(" ".join(each.extract_text() for each in paper.pages).split())
    assert str(paper.root_object["/MarkInfo"]) == "{'/Marked': True}"
    for figure in ("$74,366.20", "$45,000.00", "$29,366.20"):
        assert figure in text
        assert figure in page


def test_where_no_paper_can_be_made_the_page_is_printed(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_pango() -> None:
        raise pdf.CannotRender(pdf.MISSING)

    monkeypatch.setattr(pdf, "_load", no_pango)
    grace = reader(app, "grace@example.com")

    answer = grace.get("/statement.pdf")

    assert answer.headers["Location"] == "/statement"
    assert "Please print this page" in grace.get("/statement").text


def test_without_figures_the_page_says_so_and_there_is_no_paper(app: Flask) -> None:
    an_office(app, stage="approved")
    grace = reader(app, "grace@example.com")

    assert "There is nothing on your statement yet" in grace.get("/statement").text
    assert grace.get("/statement.pdf").headers["Location"] == "/statement"


def test_nobody_reads_somebody_elses_statement(app: Flask, office: Office) -> None:
    page = reader(app, "hugo@example.com").get("/statement").text

    assert "Hugo Martins" in page
    assert "Grace" not in page
    assert Browser(app).get("/statement").status_code == 302


def test_support_and_admins_read_the_same_facts(app: Flask, office: Office) -> None:
    grace = session.query(Person).filter_by(email="grace@example.com").one()
    with transaction():
        agent = a_member_of_staff(roles=[Role.SUPPORT])
    support = staff_signed_in(app, agent)
    refund = next(each for each in session.query(Settlement) if each.account.name == "Grace Lindqvist")
    hers = f"{CASE}/money/settlements/{refund.pseudonym}"
    stranger = session.query(Person).filter_by(email="hugo@example.com").one().id

    assert "$29,366.20" in support.get(f"/support/people/{grace.id}/statement").text
    assert f"{hers}/people/{grace.id}" in office.auditor.get(hers).text
    assert "$29,366.20" in office.auditor.get(f"{hers}/people/{grace.id}").text
    assert office.auditor.get(f"{hers}/people/{stranger}").status_code == 404
