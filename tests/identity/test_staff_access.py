from datetime import timedelta

import pytest

from app import identity
from app.core import clock
from app.core.db import database_now
from app.identity import Person, Role, SessionKind, SignedIn
from tests.identity.builders import PASSWORD, a_member_of_staff, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


def _sign_in(person: Person) -> SignedIn:
    proof = identity.check_password(email=person.email, password=PASSWORD)
    return identity.sign_in_staff(proof=proof, device="Firefox", at=clock.now())


def test_staff_sign_in_with_their_password_for_eight_hours() -> None:
    sam = a_member_of_staff()
    signed_in = _sign_in(sam)

    assert (signed_in.login.person, signed_in.login.kind) == (sam, SessionKind.STAFF)
    assert signed_in.login.expires_at - signed_in.login.started_at == timedelta(hours=8)


def test_a_wrong_password_an_unknown_address_and_an_investor_are_refused_in_the_same_words() -> None:
    sam, amara = a_member_of_staff(), an_investor()
    said = set()
    for email, password in ((sam.email, "not it at all"), ("nobody@example.com", PASSWORD), (amara.email, PASSWORD)):
        with pytest.raises(identity.WrongPassword) as refused:
            identity.check_password(email=email, password=password)
        said.add(str(refused.value))

    assert said == {"The address or the password is wrong."}


def test_somebody_disabled_cannot_sign_in_and_their_sessions_end() -> None:
    sam, admin = a_member_of_staff(), a_member_of_staff(roles=[Role.ADMIN])
    signed_in = _sign_in(sam)
    proof = identity.check_password(email=sam.email, password=PASSWORD)

    identity.disable_staff(person=sam, reason="left", by=admin, at=database_now())

    assert identity.session_of(signed_in.token, database_now()) is None
    with pytest.raises(identity.WrongPassword):
        identity.sign_in_staff(proof=proof, device="", at=clock.now())


def test_a_password_is_fresh_for_five_minutes() -> None:
    login = _sign_in(a_member_of_staff()).login

    assert login.is_fresh(login.proved_at + timedelta(minutes=4, seconds=59))
    assert not login.is_fresh(login.proved_at + timedelta(minutes=5))


def test_confirming_makes_the_session_fresh_again_under_a_new_secret() -> None:
    sam = a_member_of_staff()
    signed_in = _sign_in(sam)
    before = signed_in.login.proved_at

    proof = identity.check_password(email=sam.email, password=PASSWORD)
    again = identity.reauthenticate(login=signed_in.login, proof=proof, at=clock.now())

    assert signed_in.login.proved_at > before
    assert identity.session_of(again.token, database_now()) is signed_in.login
    assert identity.session_of(signed_in.token, database_now()) is None


def test_nobody_confirms_with_the_password_of_somebody_else() -> None:
    signed_in, other = _sign_in(a_member_of_staff()), a_member_of_staff()
    proof = identity.check_password(email=other.email, password=PASSWORD)

    with pytest.raises(identity.WrongPassword):
        identity.reauthenticate(login=signed_in.login, proof=proof, at=clock.now())


def test_a_password_can_be_tried_five_times_in_five_minutes() -> None:
    at = clock.now().replace(minute=0, second=0)
    for _ in range(5):
        identity.count_password_attempt(email="sam@example.com", client="192.0.2.1", at=at)

    with pytest.raises(identity.TooManyRequests, match="5 minutes"):
        identity.count_password_attempt(email="Sam@example.com", client="192.0.2.1", at=at)


@pytest.mark.parametrize("password", ["short", "a" * 300, "aaaaaaaaaaaaaaaa", "sam.rivera.2026!"])
def test_an_easy_password_is_refused(password: str) -> None:
    with pytest.raises(identity.BadPassword):
        identity.hash_password(password, email="sam.rivera@example.com")
