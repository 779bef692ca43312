"""The story reaches each stage through the product's own operations, to the cent."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from app.core.db import session
from app.demo.story import NotEmpty, Stage, Story
from app.identity import Account, Person
from app.incidents import Adjustment, IncidentState, PublicationState, get_incident, get_proposal, unreached
from app.notices import Kind, Letter, LetterState, Message, State
from app.settings import Settings
from app.settlement import Direction, Settlement
from tests.demo.telling import a_story


@pytest.fixture
def story(settings: Settings) -> Iterator[Story]:
    """A story about to be told, and a mail server that takes everything."""
    with a_story(settings) as story:
        yield story


def the_changes() -> dict[tuple[str, str], tuple[int, int]]:
    rows = session.execute(
        select(Adjustment, Account.name).join(Account, Account.id == Adjustment.account_id).order_by(Adjustment.id)
    ).all()
    return {
        (each.case.deal.name, name): (each.recorded_cents, each.corrected_cents)
        for each, name in rows
        if each.difference_cents
    }


@pytest.mark.both_databases
def test_the_published_story_has_the_figures_of_the_design(story: Story) -> None:
    story.tell(Stage.PUBLISHED)

    assert the_changes() == {
        ("Orbit Robotics", "Chen Wei"): (12394366, 13818182),
        ("Orbit Robotics", "Elena Petrova"): (9295775, 10363636),
        ("Orbit Robotics", "Farid Haddad"): (3873239, 4318182),
        ("Orbit Robotics", "Grace Lindqvist"): (7436620, 4500000),
        ("Tidewater Energy", "Chen Wei"): (7341065, 8581395),
        ("Tidewater Energy", "Petrova Family Trust"): (5550562, 6488372),
        ("Tidewater Energy", "Hugo Martins"): (2506705, 2930233),
        ("Tidewater Energy", "Farid Haddad"): (5968286, 4000000),
        ("Tidewater Energy", "Jonah Reyes"): (3133382, 2500000),
    }


def test_everybody_gets_one_notice_and_every_change_falls_due(story: Story) -> None:
    story.tell(Stage.PUBLISHED)

    people = session.scalar(select(func.count()).select_from(Person).where(Person.authorities.any()))
    sent = dict(
        session.execute(
            select(Message.kind, func.count()).where(Message.state == State.SENT).group_by(Message.kind)
        ).all()
    )
    assert people == 11
    assert sent[Kind.FIRST] == people - 1  # one mailbox was closed
    assert sent[Kind.CORRECTION] + sent[Kind.ALL_CLEAR] == people - 1
    refunds = session.scalars(select(Settlement).where(Settlement.direction == Direction.REFUND)).all()
    assert sorted((each.principal_cents, each.interest_cents) for each in refunds) == [
        (633382, 3401),
        (1968286, 10569),
        (2936620, 421908),
    ]
    assert session.scalar(select(func.count()).where(Settlement.direction == Direction.OFFER)) == 6
    missed = session.scalars(
        select(Settlement.principal_cents).where(Settlement.direction == Direction.DISTRIBUTION).order_by(Settlement.id)
    ).all()
    assert sorted(missed) == [8899, 21357, 28476]  # what Farid, Elena and Chen missed of Orbit's 10,000.00


def test_the_changes_of_each_deal_sum_to_zero(story: Story) -> None:
    story.tell(Stage.APPROVED)

    totals: dict[str, int] = {}
    for (deal, _), (recorded, corrected) in the_changes().items():
        totals[deal] = totals.get(deal, 0) + corrected - recorded
    assert totals == {"Orbit Robotics": 0, "Tidewater Energy": 0}


def test_a_reported_story_has_sent_nothing_and_is_in_rehearsal(story: Story) -> None:
    story.tell(Stage.REPORTED)

    incident = get_incident("INC-2026-001")
    assert incident.state is IncidentState.REPORTED
    assert not incident.is_live
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_a_published_story_is_done(story: Story) -> None:
    story.tell(Stage.PUBLISHED)

    publication = get_proposal(get_incident("INC-2026-001")).publication
    assert publication is not None
    assert publication.state is PublicationState.DONE
    assert publication.done == publication.total == 11


def test_a_story_is_not_told_into_a_database_that_holds_anything(story: Story) -> None:
    story.tell(Stage.REPORTED)

    with pytest.raises(NotEmpty):
        story.tell(Stage.REPORTED)


def test_one_address_bounces_for_real_and_its_person_is_written_to_by_post(story: Story) -> None:
    story.tell(Stage.PUBLISHED)

    ines = session.scalars(select(Person).where(Person.email == "ines@example.com")).one()
    theirs = session.scalars(select(Message).where(Message.person_id == ines.id).order_by(Message.id)).all()
    assert [(each.kind, each.state) for each in theirs] == [
        (Kind.FIRST, State.BOUNCED),
        (Kind.ALL_CLEAR, State.SUPPRESSED),
    ]
    letters = session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [(each.message, each.state) for each in letters] == [
        (theirs[0], LetterState.WITHDRAWN),
        (theirs[1], LetterState.WANTED),
    ]
    (missed,) = unreached.list_unreached(get_incident("INC-2026-001"), at=story.at)
    assert missed.next_action == "Print and post the letter that waits."


def test_one_person_has_no_postal_address(story: Story) -> None:
    story.tell(Stage.REPORTED)

    without = select(Person.full_name).where(Person.authorities.any(), Person.postal_address.is_(None))
    assert session.scalars(without).all() == ["Jonah Reyes"]
