"""Reminders: only who was not seen or has an offer left, once each, and never of an older version."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.core.db import session, transaction
from app.identity import Authority, Person, SignInLink
from app.incidents import Incident, ProposalState, get_proposal, reminders
from app.notices import Kind, Message, Reminder, State, read_content
from app.worker import remind_of_corrections
from tests.incidents.builders import an_incident, the_staff

HALF = timedelta(days=5)


def a_published_incident(at: datetime) -> Incident:
    """Published at that moment, and every message taken by the mail server at once. Callers own the transaction."""
    incident = an_incident(the_staff(), at=at, stage="published")
    sent = {"state": State.SENT, "due_at": None, "sent_at": at, "sha256": b"0" * 32}
    session.execute(update(Message).values(**sent))
    proposal = get_proposal(incident)
    proposal.state = ProposalState.PUBLISHED
    session.flush()
    session.expire_all()
    return incident


def remind_all(at: datetime) -> int:
    return sum(reminders.remind_batch(publication=each, at=at) for each in reminders.list_remindable(at=at))


def reminded() -> dict[str, list[Reminder]]:
    found: dict[str, list[Reminder]] = {}
    for message in session.scalars(select(Message).where(Message.kind == Kind.REMINDER).order_by(Message.id)):
        content = read_content(message)
        assert isinstance(content, Reminder)
        found.setdefault(message.person.full_name.partition(" ")[0], []).append(content)
    return found


def sign_in(name: str, at: datetime) -> None:
    person_id = session.scalar(select(Person.id).where(Person.full_name.startswith(name)))
    link = session.scalars(select(SignInLink).where(SignInLink.person_id == person_id).limit(1)).one()
    link.used_at = at
    session.flush()


def test_whoever_was_not_seen_halfway_to_look_by_is_reminded_once(tx: None, at: datetime) -> None:
    a_published_incident(at)
    sign_in("Grace", at + timedelta(days=1))

    early = remind_all(at + HALF - timedelta(seconds=1))
    queued = remind_all(at + HALF)
    again = remind_all(at + HALF + timedelta(days=1))

    assert (early, again) == (0, 0)
    assert queued == len(reminded())
    assert set(reminded()) == {"Chen", "Elena", "Farid", "Hugo", "Jonah", "Lars"}  # all clear needs no reminder


def test_a_reminder_says_what_comes_anyway_and_what_can_be_chosen(tx: None, at: datetime) -> None:
    a_published_incident(at)
    remind_all(at + HALF)

    told = {name: found[0] for name, found in reminded().items()}
    assert (told["Jonah"].comes_anyway, told["Jonah"].choose_by) == (True, None)
    assert (told["Hugo"].comes_anyway, told["Hugo"].choose_by) == (False, at.date() + timedelta(days=43))
    assert (told["Farid"].has_refund, told["Farid"].choose_by is not None) == (True, True)
    assert {each.sent_on for each in told.values()} == {at.date()}
    assert told["Lars"].is_copy


def test_a_reminder_brings_a_new_link_and_voids_none(tx: None, at: datetime) -> None:
    a_published_incident(at)
    remind_all(at + HALF)

    hugo = select(Person.id).where(Person.full_name == "Hugo Martins").scalar_subquery()
    links = session.scalars(select(SignInLink).where(SignInLink.person_id == hugo)).all()
    assert len(links) == 3
    assert all(link.is_open(at + HALF) for link in links)
    assert len({link.token_hash for link in links}) == 3


def test_an_offer_that_is_left_is_reminded_of_at_the_date_the_notice_names(tx: None, at: datetime) -> None:
    a_published_incident(at)
    sign_in("Hugo", at + timedelta(days=1))
    remind_all(at + HALF)

    remind_all(at + timedelta(days=28))
    before = {name: len(found) for name, found in reminded().items()}
    remind_all(at + timedelta(days=29))
    remind_all(at + timedelta(days=30))

    assert "Hugo" not in before
    after = reminded()
    assert {name for name, found in after.items() if len(found) > before.get(name, 0)} == {
        *("Chen", "Elena", "Farid", "Hugo")
    }
    (hugo,) = after["Hugo"]
    assert hugo.was_seen
    assert not after["Chen"][-1].was_seen


def test_nobody_is_reminded_of_accounts_that_they_no_longer_act_for_or_see(tx: None, at: datetime) -> None:
    a_published_incident(at)
    gone = select(Person.id).where(Person.full_name.in_(["Hugo Martins", "Jonah Reyes"]))
    session.execute(update(Authority).where(Authority.person_id.in_(gone)).values(ends_on=at.date()))

    remind_all(at + HALF)
    remind_all(at + timedelta(days=29))

    assert set(reminded()) & {"Hugo", "Jonah", "Chen"} == {"Chen"}


def test_nobody_is_reminded_after_the_last_date_or_of_an_older_version(tx: None, at: datetime) -> None:
    incident = a_published_incident(at)

    assert reminders.list_remindable(at=at + timedelta(days=45)) == []
    newer = get_proposal(incident)
    newer.publication, newer.state = newer.publication, ProposalState.PUBLISHED
    assert len(reminders.list_remindable(at=at + HALF)) == 1
    newer.state = ProposalState.PUBLISHING
    session.flush()
    assert reminders.list_remindable(at=at + HALF) == []


def test_what_bounced_or_never_left_is_not_reminded_of(tx: None, at: datetime) -> None:
    a_published_incident(at)
    corrections = session.scalars(select(Message).where(Message.kind == Kind.CORRECTION).order_by(Message.id)).all()
    corrections[0].state, corrections[1].state = State.BOUNCED, State.SUPPRESSED
    session.flush()

    remind_all(at + HALF)

    assert sum(len(found) for found in reminded().values()) == len(corrections) - 2


@pytest.mark.both_databases
def test_two_workers_remind_everybody_once(app: Flask, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction():
        a_published_incident(at)
    monkeypatch.setattr("app.worker.tasks.clock.now", lambda: at + HALF)

    both_at_once(app, [remind_of_corrections, remind_of_corrections])

    session.rollback()
    assert session.scalar(select(func.count()).where(Message.kind == Kind.REMINDER)) == 7


def both_at_once(app: Flask, works: Sequence[object]) -> None:
    start = threading.Barrier(len(works))

    def run(work: object) -> None:
        with app.app_context():
            start.wait()
            assert callable(work)
            work()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
