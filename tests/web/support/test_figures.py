"""The call's page beside the demo's published figures, and the investor's pages with a case."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from socket import create_server

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from flask import Flask
from sqlalchemy import select

from app import identity
from app.core.db import db, session
from app.demo.setting_up import set_up
from app.demo.story import Stage, Story
from app.factory import create_app
from app.identity import Person, Role, SessionKind
from app.incidents import Acknowledgment, Incident
from app.scheduling import Booking
from app.settings import Settings
from tests.web.browsers import a_browser, hidden_fields_in, send
from tests.web.support.test_desk import search
from tests.web.words import words_of

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture
def published(settings: Settings) -> Iterator[Flask]:
    """The portal with the demo's story told to its end."""
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    app = create_app(replace(settings, mail_server="127.0.0.1", mail_port=port, mail_rate_per_second=1000))
    with app.app_context():
        set_up(settings)
        Story(settings, app.extensions["office"], AT).tell(Stage.PUBLISHED)
        yield app
        session.remove()
        db.engine.dispose()
    controller.stop()


def test_support_sees_both_deals_of_somebody_who_books_about_their_case(published: Flask) -> None:
    farid = session.scalars(select(Person).where(Person.full_name == "Farid Haddad")).one()
    agent = identity.list_people_with_role(Role.SUPPORT)[0]
    investor = a_browser(published, farid, SessionKind.INVESTOR)

    reference = session.scalars(select(Incident.reference)).one()
    zone = investor.get("/calls/new").text
    slots = investor.get("/calls/new?zone=America/New_York").text
    start = slots.split('type="radio"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    check = send(investor, "/calls/new", hidden_fields_in(slots) | {"start": start, "case": reference})
    booking = session.scalars(select(Booking).where(Booking.person_id == farid.id)).one()
    support = a_browser(published, agent, SessionKind.STAFF)
    assert support.get(f"/support/calls/{booking.id}").status_code == 404  # it is only held
    send(investor, f"/calls/{booking.id}", hidden_fields_in(check.text) | {"phone": "+1 212 555 0199"})
    page = support.get(f"/support/calls/{booking.id}")

    assert f"Your case number: {reference}" in words_of(zone)
    assert booking.incident_reference == reference
    assert f"Cases {reference}" in words_of(page.text)
    assert "Orbit Robotics Farid Haddad $38,732.39 $43,181.82" in words_of(page.text)
    assert "Tidewater Energy Farid Haddad $59,682.86 $40,000.00" in words_of(page.text)


def test_a_case_number_finds_everybody_it_concerns_and_a_receipt_number_whose_it_is(published: Flask) -> None:
    grace = session.scalars(select(Person).where(Person.full_name == "Grace Lindqvist")).one()
    reference = session.scalars(select(Incident.reference)).one()
    reader = a_browser(published, grace, SessionKind.INVESTOR)
    page = reader.get(f"/corrections/{reference}").text
    send(reader, f"/corrections/{reference}/read", hidden_fields_in(page))
    number = session.scalars(select(Acknowledgment.number)).one()
    agent = identity.list_people_with_role(Role.SUPPORT)[0]
    support = a_browser(published, agent, SessionKind.STAFF)

    concerned, owner = search(support, reference.lower()), search(support, number.lower())

    assert all(name in concerned for name in ("Grace Lindqvist", "Farid Haddad", "Elena Petrova"))
    assert "1 person found" in owner
    assert f"Grace Lindqvist {grace.email}" in owner
