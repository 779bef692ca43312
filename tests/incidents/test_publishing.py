"""A publication reaches everybody once, and goes on only after its first messages were accepted."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from app import audit, identity, incidents, settlement
from app.core.db import session, transaction
from app.demo.people import ADMIN, Member
from app.demo.story import Stage
from app.identity import Account, Authority, Person, Scope
from app.incidents import CannotPublish, Incident, Publication, PublicationState
from app.notices import Kind, Message, State
from app.settings import Settings
from app.web.admin.texts import notice_texts
from tests.demo.telling import AT, Shelf

pytestmark = pytest.mark.both_databases


@pytest.fixture
def publication(settings: Settings, shelf: Shelf) -> Iterator[Publication]:
    """The canary's five people were told; their messages wait for the mail server."""
    with shelf.story(settings, Stage.APPROVED):
        yield started()


def started() -> Publication:
    with transaction():
        begun = incidents.start(
            proposal=incidents.get_proposal(session.scalars(select(Incident)).one()),
            typed_reference="INC-2026-001",
            texts=notice_texts(),
            by=person(ADMIN),
            at=AT,
        )
    publish_a_batch(begun)
    return begun


def person(member: Member) -> Person:
    return session.scalars(select(Person).where(Person.email == member.email)).one()


def publish_a_batch(publication: Publication) -> int:
    with transaction():
        return incidents.publish_batch(publication=publication, at=AT)


def move(publication: Publication, to: PublicationState) -> None:
    with transaction():
        incidents.move(publication=publication, to=to, by=person(ADMIN), at=AT)


def the_mail_server_answers(state: State) -> None:
    with transaction():
        session.execute(
            update(Message)
            .where(Message.kind.in_([Kind.CORRECTION, Kind.ALL_CLEAR]))
            .values(state=state, due_at=None, sent_at=AT, sha256=b"0" * 32)
        )


def test_the_canary_waits_for_the_mail_server(publication: Publication) -> None:
    with pytest.raises(CannotPublish, match="5 of the first messages are not accepted"):
        move(publication, PublicationState.RUNNING)


@pytest.mark.parametrize("state", [State.FAILED, State.SUPPRESSED])
def test_a_canary_that_reached_nobody_does_not_go_on(publication: Publication, state: State) -> None:
    the_mail_server_answers(state)

    with pytest.raises(CannotPublish, match="None of the first messages was accepted"):
        move(publication, PublicationState.RUNNING)


def test_stopping_does_not_lead_around_the_canary(publication: Publication) -> None:
    move(publication, PublicationState.STOPPED)

    with pytest.raises(CannotPublish, match="not accepted"):
        move(publication, PublicationState.RUNNING)


def test_a_publication_ends_when_somebody_left_meanwhile(publication: Publication) -> None:
    the_mail_server_answers(State.SENT)
    move(publication, PublicationState.RUNNING)
    with transaction():
        last = session.scalars(select(Authority).order_by(Authority.person_id.desc()).limit(1)).one()
        last.ends_on = AT.date().replace(year=2020)

    publish_a_batch(publication)

    assert publication.state is PublicationState.DONE
    assert publication.done == publication.total == 10


def test_a_publication_reaches_somebody_who_joined_meanwhile(publication: Publication) -> None:
    the_mail_server_answers(State.SENT)
    move(publication, PublicationState.RUNNING)
    with transaction():
        late = identity.add_person(full_name="Late Delegate", email="late@example.com", time_zone="UTC")
        account = session.scalars(select(Account).where(Account.external_id == "INV-007")).one()
        identity.authorise(person=late, account=account, scope=Scope.SEES)

    publish_a_batch(publication)

    assert publication.state is PublicationState.DONE
    assert publication.done == publication.total == 12


def test_somebody_who_joins_with_a_lower_id_than_the_last_one_told_is_told_too(publication: Publication) -> None:
    the_mail_server_answers(State.SENT)
    move(publication, PublicationState.RUNNING)
    with transaction():
        early = session.scalars(select(Person).order_by(Person.id).limit(1)).one()
        account = session.scalars(select(Account).where(Account.external_id == "INV-007")).one()
        identity.authorise(person=early, account=account, scope=Scope.SEES)
    assert early.id < publication.cursor

    while publish_a_batch(publication):
        pass

    told = session.scalars(select(Message.person_id).where(Message.kind.in_([Kind.CORRECTION, Kind.ALL_CLEAR]))).all()
    assert publication.state is PublicationState.DONE
    assert publication.done == publication.total == len(told) == len(set(told)) == 12
    assert early.id in told


def test_an_account_that_nobody_acts_for_any_more_still_falls_due(publication: Publication) -> None:
    the_mail_server_answers(State.SENT)
    move(publication, PublicationState.RUNNING)
    with transaction():
        jonah = session.scalars(select(Person).where(Person.email == "jonah@example.com")).one()
        jonah.authorities[0].ends_on = AT.date().replace(year=2020)
        account_id = jonah.authorities[0].account_id

    publish_a_batch(publication)

    assert publication.state is PublicationState.DONE
    assert [each.principal_cents for each in settlement.list_settlements([account_id])] == [633382]


def test_asking_to_go_live_is_in_the_log(publication: Publication) -> None:
    asked = [
        logged.event for logged in audit.list_events(limit=200) if logged.event.entry["action"] == "incident.live_asked"
    ]

    assert [event.entry["actor"] for event in asked] == [person(ADMIN).audit_name]
