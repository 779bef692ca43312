"""The page of offers that nobody took, and leaving a deal to a later version."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from app import incidents
from app.core import clock
from app.core.db import session, transaction
from app.settlement import Direction, Settlement
from app.worker import end_offers
from tests.web.admin.office import CASE, an_office
from tests.web.admin.test_deciding import DECIDE, a_proposal
from tests.web.words import words_of

OFFERS = f"{CASE}/money/offers"


def test_the_worker_ends_offers_and_the_page_says_whom_to_call_and_what_was_left(app: Flask) -> None:
    office = an_office(app, stage="published")
    assert "No offer is left over" in words_of(office.auditor.get(OFFERS).text)
    passed = clock.now().date() - timedelta(days=2)
    with transaction():
        hugo = session.scalars(select(Settlement).where(Settlement.direction == Direction.OFFER)).all()[-1]
        session.execute(update(Settlement).where(Settlement.direction == Direction.OFFER).values(due_on=passed))
        hugo.paid_cents = 100
    with app.app_context():
        end_offers()
        end_offers()

    words = words_of(office.admin.get(OFFERS).text)

    assert "1 offer to call about" in words
    assert "$1.00 of it was paid." in words
    assert "Ended The allocation stays as it is" in words
    assert "Offered again" not in words


def test_a_deal_is_left_to_a_later_version_and_the_page_says_so(app: Flask) -> None:
    office = an_office(app, stage="investigating")

    office.admin.post(DECIDE, **a_proposal(**{"orbit-is_left_out": "y"}))

    proposal = incidents.get_proposal(incidents.get_incident(CASE.rsplit("/", maxsplit=1)[1]))
    assert [part.case.deal.external_id for part in proposal.parts] == ["tidewater"]
    assert "Orbit Robotics Not in this version" in words_of(office.legal.get(f"{CASE}/sign").text)
    assert "People told nothing" in words_of(office.admin.get(f"{CASE}/publish").text)


def test_leaving_every_deal_out_is_refused(app: Flask) -> None:
    office = an_office(app, stage="investigating")

    answer = office.admin.post(DECIDE, **a_proposal(**{"orbit-is_left_out": "y", "tidewater-is_left_out": "y"}))

    assert answer.status_code == 422
    assert "Choose at least one deal" in answer.text
