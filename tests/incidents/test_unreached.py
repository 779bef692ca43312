"""Who was not reached, why, and what is done next."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from app import identity, notices, settlement
from app.audit.models import AuditEvent
from app.core.db import session
from app.identity import AskedBy, Authority, ChangeState, LoginSession, Person, SignInLink
from app.identity.readdressing import CannotReaddress, list_address_changes, refuse_address
from app.incidents import Incident, Proof, by_post, readdressing, unreached
from app.incidents.unreached import Why
from app.notices import Kind, LetterCause, LetterState, Message, State, SuppressionCause
from app.notices.suppression import suppress
from app.settlement import Hold, HoldKind
from tests.identity.builders import a_member_of_staff
from tests.incidents.builders import an_incident, publish, the_staff

PROOF = Proof(name="letter.pdf", sha256="cd" * 32)
SENT = {"state": State.SENT, "due_at": None, "sha256": b"0" * 32}


@pytest.fixture
def incident(tx: None, at: datetime) -> Incident:
    found = an_incident(the_staff(), at=at, stage="told")
    session.execute(update(Message).values(**SENT, sent_at=at))
    session.expire_all()
    return found


def message_to(name: str) -> Message:
    wanted = select(Message).join(Message.person).where(Person.full_name.startswith(name)).order_by(Message.id.desc())
    return session.scalars(wanted.limit(1)).one()


def put(name: str, state: State) -> Message:
    message = message_to(name)
    message.state = state
    session.flush()
    return message


def whys(incident: Incident, at: datetime) -> dict[str, Why]:
    return {each.person.full_name.partition(" ")[0]: each.why for each in unreached.list_unreached(incident, at=at)}


def action(incident: Incident, name: str, at: datetime) -> str:
    (found,) = [each for each in unreached.each_unreached(incident, at=at) if each.person.full_name.startswith(name)]
    return found.next_action


def test_each_reason_is_told_and_counted(incident: Incident, at: datetime) -> None:
    put("Bruno", State.BOUNCED)
    put("Chen", State.SUPPRESSED)
    put("Divya", State.FAILED)
    suppress(message=message_to("Elena"), cause=SuppressionCause.REFUSED, says="", by="shell:root", at=at)

    expected = {"Bruno": Why.BOUNCED, "Chen": Why.SUPPRESSED, "Divya": Why.REFUSED, "Elena": Why.SUPPRESSED}
    assert whys(incident, at) == expected
    counts = unreached.count_unreached(incident, at=at)
    assert [counts[each] for each in (Why.BOUNCED, Why.SUPPRESSED, Why.REFUSED, Why.NOT_SEEN)] == [1, 2, 1, 0]


def test_thirty_days_without_a_sign_in_count_and_a_sign_in_ends_it(incident: Incident, at: datetime) -> None:
    late = at + timedelta(days=30)
    assert whys(incident, late - timedelta(seconds=1)) == {}
    grace = message_to("Grace")
    link = session.scalars(select(SignInLink).where(SignInLink.message_pseudonym == grace.pseudonym)).one()
    link.used_at = at + timedelta(days=3)
    session.flush()

    silent = whys(incident, late)

    assert len(silent) == 10
    assert set(silent.values()) == {Why.NOT_SEEN}
    assert "Grace" not in silent


def test_the_next_action_follows_the_letter(incident: Incident, at: datetime) -> None:
    bruno, staff = put("Bruno", State.BOUNCED), a_member_of_staff()
    assert action(incident, "Bruno", at) == "Write by post: queue a letter."
    letter = notices.queue_letter(message=bruno, cause=LetterCause.NOT_DELIVERED, by=staff, at=at)
    assert letter is not None
    assert action(incident, "Bruno", at) == "Print and post the letter that waits."

    letter.batch = notices.LetterBatch(incident_reference=incident.reference, window="us-10", sha256="0", made_at=at)
    letter.state = LetterState.PRINTED
    session.flush()
    assert action(incident, "Bruno", at) == "Post the printed letter, and mark it as posted."
    notices.mark_posted(batch=letter.batch, on=at.date(), by=staff, at=at)
    assert "under way since November 22, 2026" in action(incident, "Bruno", at)
    notices.mark_returned(letter=letter, on=at.date(), note="Moved", by=staff, at=at)
    assert whys(incident, at) == {"Bruno": Why.RETURNED}
    assert action(incident, "Bruno", at).startswith("The letter came back: call +1 212-555-0107")


def test_who_has_no_postal_address_is_called_and_who_has_nothing_is_looked_for(
    incident: Incident, at: datetime
) -> None:
    jonah = put("Jonah", State.BOUNCED).person
    assert action(incident, "Jonah", at).startswith("No postal address is known: call +1 212-555-0163")

    jonah.phone = None
    session.flush()

    assert "nor a phone number" in action(incident, "Jonah", at)


def test_pages_overlap_nowhere_and_leave_nobody_out(incident: Incident, at: datetime) -> None:
    late = at + timedelta(days=31)
    first = unreached.list_unreached(incident, at=late, at_most=7)
    second = unreached.list_unreached(incident, at=late, after=first[-1].person.id, at_most=7)

    assert [len(first), len(second)] == [7, 4]
    assert len({each.person.id for each in [*first, *second]}) == 11


def enter(person: Person, by: Person, at: datetime, *, new: str = "new@example.com") -> identity.AddressChange:
    return readdressing.enter_after_letter(
        person=person, new_email=new, letter=PROOF, reason="Passport number matched.", by=by, at=at
    )


def test_two_people_change_an_address_and_everything_that_hangs_on_it_follows(incident: Incident, at: datetime) -> None:
    bruno, (one, two) = put("Bruno", State.BOUNCED).person, (a_member_of_staff(), a_member_of_staff())
    change = enter(bruno, one, at)
    with pytest.raises(CannotReaddress, match="somebody else"):
        readdressing.release_address(incident=incident, change=change, by=one, at=at)
    assert bruno.email == "bruno@example.com"

    again = readdressing.release_address(incident=incident, change=change, by=two, at=at)

    assert (bruno.email, change.state) == ("new@example.com", ChangeState.RELEASED)
    told = session.scalars(select(Message).where(Message.kind == Kind.ADDRESS_CHANGED)).one()
    assert (told.address, told.state) == ("bruno@example.com", State.QUEUED)
    assert again is not None
    assert (again.address, again.kind, again.version) == ("new@example.com", Kind.FIRST, 2)
    open_links = [
        link for link in session.scalars(select(SignInLink).where(SignInLink.person_id == bruno.id)) if link.is_open(at)
    ]
    assert [link.id for link in open_links] == [again.link_id]
    assert whys(incident, at) == {}
    leaves = b"".join(session.scalars(select(AuditEvent.leaf)))
    assert all(action in leaves for action in (b"address.entered", b"address.changed"))


@pytest.mark.parametrize("stage", ["approved", "published"])
def test_payouts_wait_seven_days_whether_due_before_or_after_the_change(tx: None, at: datetime, stage: str) -> None:
    staff = the_staff()
    incident = an_incident(staff, at=at, stage=stage)
    jonah, (one, two) = the_person("Jonah Reyes"), (a_member_of_staff(), a_member_of_staff())
    readdressing.release_address(incident=incident, change=enter(jonah, one, at), by=two, at=at)
    if stage == "approved":
        publish(incident, staff, at + timedelta(days=1))

    (refund,) = settlement.list_settlements([each.account_id for each in jonah.authorities])

    last = at.date() + timedelta(days=7)
    holds = settlement.list_holds([refund], on=last)
    assert [each.kind for each in holds[refund.id]] == [HoldKind.ADDRESS]
    assert settlement.payable([refund], on=last) == {}
    assert settlement.payable([refund], on=last + timedelta(days=1)) == {refund.id: refund.total_cents}


def test_an_invoice_and_an_account_that_is_only_seen_do_not_wait(tx: None, at: datetime) -> None:
    incident = an_incident(the_staff(), at=at, stage="published")
    one, two = a_member_of_staff(), a_member_of_staff()
    for name in ("Hugo Martins", "Lars Lindqvist"):
        new = f"{name[:4].lower()}@new.example"
        readdressing.release_address(incident=incident, change=enter(the_person(name), one, at, new=new), by=two, at=at)

    assert session.scalars(select(Hold)).all() == []


def the_person(name: str) -> Person:
    return session.scalars(select(Person).where(Person.full_name == name)).one()


def test_an_address_that_cannot_be_is_refused_before_anything_is_written(incident: Incident, at: datetime) -> None:
    bruno, one = message_to("Bruno").person, a_member_of_staff()
    refused = {
        "grace@example.com": "Somebody else",
        "bruno@example.com": "already",
        'a"b@example.com': "no email address",
        "a@b\nBcc: x@example.com": "no email address",
        "nobody": "no email address",
    }
    for new, why in refused.items():
        with pytest.raises(CannotReaddress, match=why):
            enter(bruno, one, at, new=new)
    enter(bruno, one, at)
    with pytest.raises(CannotReaddress, match="waits for its release"):
        enter(bruno, one, at, new="other@example.com")

    assert len(list_address_changes(bruno)) == 1


def test_a_refusal_needs_a_reason_and_a_second_person_and_leaves_the_address(incident: Incident, at: datetime) -> None:
    bruno, (one, two) = message_to("Bruno").person, (a_member_of_staff(), a_member_of_staff())
    change = enter(bruno, one, at)
    with pytest.raises(CannotReaddress, match="somebody else"):
        refuse_address(change=change, reason="No.", by=one, at=at)
    with pytest.raises(CannotReaddress, match="why"):
        refuse_address(change=change, reason=" ", by=two, at=at)

    refuse_address(change=change, reason="The voice was another.", by=two, at=at)

    assert (bruno.email, change.state) == ("bruno@example.com", ChangeState.REFUSED)
    assert change.asked_by is AskedBy.LETTER
    assert session.scalars(select(LoginSession)).all() == []


def letters_of(incident: Incident) -> dict[str, LetterCause]:
    wanted = notices.list_wanted(incident.reference, at_most=100)
    return {letter.person.full_name.partition(" ")[0]: letter.cause for letter in wanted}


def test_who_was_silent_for_30_days_is_written_to_by_post_once_where_an_address_is_known(
    incident: Incident, at: datetime
) -> None:
    session.execute(update(Person).values(postal_address="1 Elm Street"))
    session.execute(update(Person).where(Person.full_name.startswith("Jonah")).values(postal_address=" "))
    session.expire_all()
    link = message_to("Grace").link
    assert link is not None
    link.used_at = at + timedelta(days=3)
    session.flush()

    assert by_post.write_batch(incident=incident, at=at + timedelta(days=29)) == 0
    written = by_post.write_batch(incident=incident, at=at + timedelta(days=30))

    assert written == 9
    assert {"Jonah", "Grace"} & letters_of(incident).keys() == set()
    assert set(letters_of(incident).values()) == {LetterCause.NOT_SEEN}
    assert by_post.write_batch(incident=incident, at=at + timedelta(days=31)) == 0
    assert action(incident, "Jonah", at + timedelta(days=30)).startswith("No postal address is known")


def test_nobody_who_no_longer_acts_for_an_account_is_written_to_by_post(incident: Incident, at: datetime) -> None:
    session.execute(update(Person).values(postal_address="1 Elm Street"))
    session.execute(update(Authority).values(ends_on=at.date() + timedelta(days=10)))
    session.expire_all()

    assert by_post.write_batch(incident=incident, at=at + timedelta(days=30)) == 0
