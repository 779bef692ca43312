"""Proposing a version after publication: who left an offer declines, and whom it tells is said first."""

import pytest
from flask import Flask

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.incidents import answering
from app.incidents.answering import Choice
from tests.incidents.answers import the_figures, the_person
from tests.web.admin.office import CASE, Office, an_office
from tests.web.admin.test_deciding import DECIDE, a_proposal, propose_again
from tests.web.words import words_of

HUGO = "INV-008"
WITHOUT_HUGO = {"orbit-is_left_out": "y", "tidewater-declining": HUGO}


@pytest.fixture
def office(app: Flask) -> Office:
    """Everybody has their figures, and Hugo has left what he was offered."""
    office = an_office(app, stage="published")
    with transaction():
        answering.elect(
            adjustment=the_figures("Hugo Martins", "tidewater"),
            choice=Choice.LEAVE,
            person=the_person("hugo"),
            key="once",
            at=clock.now(),
        )
    return office


def test_who_left_an_offer_is_ticked_and_it_is_said_from_where_that_is_known(office: Office) -> None:
    page = office.admin.get(DECIDE).text

    ticked = [each for each in page.split("<input") if f'value="{HUGO}"' in each and " checked" in each]
    assert len(ticked) == 1
    assert f"Hugo Martins, {HUGO}: $4,235.28 more; left the offer of version 1" in words_of(page)


def test_whose_published_figures_a_version_replaces_is_said_before_it_is_proposed(office: Office) -> None:
    shown = words_of(office.admin.post(DECIDE, **a_proposal(**WITHOUT_HUGO)).text)

    assert "This version replaces published figures of 3 people" in shown
    assert "Version 1 stays valid until version 2 has both signatures and is published." in shown
    assert "These people are told, and read what replaces what: " in shown
    assert told_of(shown) == "Chen Wei, Elena Petrova and Hugo Martins"
    assert "This change voids" not in shown
    assert incidents.get_proposal(the_incident()).version == 1

    propose_again(office, **WITHOUT_HUGO)

    assert incidents.get_proposal(the_incident()).version == 2
    redline = words_of(office.legal.get(f"{CASE}/redline").text)
    assert "Tidewater Energy: what this version replaces" in redline
    assert "removed nothing added published version 1, digest " in redline
    assert "Tidewater Energy: who declines removed nobody added Hugo Martins, INV-008" in redline
    assert (
        "Orbit Robotics is not in this version. Nothing is signed of it, and what is published of it stays" in redline
    )
    assert "Grace Lindqvist" not in redline


def test_a_version_in_place_of_one_that_waits_says_both(office: Office) -> None:
    propose_again(office, **WITHOUT_HUGO)

    shown = propose_again(office, **WITHOUT_HUGO, pay_to="Another account")

    assert "This change voids 0 approvals and alters the figures of 0 people" in shown
    assert "This version replaces published figures of 3 people" in shown
    assert incidents.get_proposal(the_incident()).version == 3


def told_of(words: str) -> str:
    """The names of those who are told."""
    return words.split("read what replaces what: ")[1].split(". Nobody else", maxsplit=1)[0]


def the_incident() -> incidents.Incident:
    return incidents.get_incident(CASE.rsplit("/", maxsplit=1)[1])
