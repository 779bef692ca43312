"""Second factors: each code counts once, wrong ones are counted, and no table gives one away."""

import pytest
from sqlalchemy import select, update

from app import identity
from app.core import clock
from app.core.db import Base, database_now, session
from app.identity import Authenticator, NotSignedIn, SignedIn, keys_from
from app.identity.codes import digits_of, step_of
from app.settings import Settings
from tests.identity.builders import SECRET, a_member_of_staff, code_of_app
from tests.identity.entering import enter, show
from tests.scheduling.builders import actions_about

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


@pytest.mark.parametrize("steps", [-2, 3])
def test_a_code_of_another_minute_is_refused(steps: int) -> None:
    sam = a_member_of_staff()
    session.execute(update(Authenticator).values(last_step=0))

    assert isinstance(show(enter(sam), digits_of(SECRET, step_of(database_now()) + steps)), NotSignedIn)


def test_a_code_is_accepted_once_and_then_none_before_it() -> None:
    sam = a_member_of_staff()
    session.execute(update(Authenticator).values(last_step=0))
    now = step_of(database_now())
    outcomes = [show(enter(sam), digits_of(SECRET, now + step)) for step in (0, 0, -1, 1)]

    assert [isinstance(each, SignedIn) for each in outcomes] == [True, False, False, True]
    assert "used before" in str(outcomes[1])


def test_a_wrong_code_is_on_record_and_the_sixth_must_wait() -> None:
    sam = a_member_of_staff()
    entering = enter(sam)
    at = clock.now().replace(minute=0)
    refused = [show(entering, "not a code", at=at) for _ in range(5)]

    assert all(isinstance(each, NotSignedIn) for each in refused)
    with pytest.raises(identity.TooManyRequests):
        show(entering, code_of_app(sam), at=at)
    assert actions_about(sam).count("staff.refused") == 5


def test_a_recovery_code_stands_in_once_however_it_is_typed() -> None:
    sam = a_member_of_staff()
    codes = identity.make_recovery_codes(person=sam, at=clock.now())

    assert len(set(codes)) == 10
    assert isinstance(show(enter(sam), codes[3].lower().replace("-", " ")), SignedIn)
    assert isinstance(show(enter(sam), codes[3]), NotSignedIn)
    assert identity.factors_of(sam).recovery_codes_left == 9


def test_new_recovery_codes_end_the_ones_before_and_nobody_uses_anothers() -> None:
    sam, other = a_member_of_staff(), a_member_of_staff()
    [first, *_] = identity.make_recovery_codes(person=sam, at=clock.now())
    [second, *_] = identity.make_recovery_codes(person=sam, at=clock.now())

    assert isinstance(show(enter(sam), first), NotSignedIn)
    assert isinstance(show(enter(other), second), NotSignedIn)
    assert isinstance(show(enter(sam), second), SignedIn)


def test_an_old_key_still_opens_the_app_and_the_newest_is_used_from_then_on(settings: Settings) -> None:
    sam = a_member_of_staff()
    before = session.get_one(Authenticator, sam.id).key_id
    with_new_key = keys_from(
        ["a-new-key-0123456789-0123456789-0123456789", "an-unguessable-key-for-the-tests-0123456789"]
    )
    session.connection().engine.update_execution_options(identity_keys=with_new_key)

    assert isinstance(show(enter(sam), code_of_app(sam)), SignedIn)
    assert session.get_one(Authenticator, sam.id).key_id not in (before, "")


def test_no_table_holds_what_an_authenticator_app_or_a_paper_holds() -> None:
    sam = a_member_of_staff()
    codes = [*identity.make_recovery_codes(person=sam, at=clock.now()), SECRET]
    codes.append(identity.issue_enrolment(person=sam, by="shell:tester", at=clock.now()))

    dump = "\n".join(repr(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table)))
    assert sam.email in dump
    assert [code for code in codes if code in dump or code.replace("-", "") in dump] == []
