from datetime import timedelta

import pytest

from app import identity
from app.core import clock
from app.core.db import database_now
from app.identity import NotSignedIn, Role, SessionKind
from app.identity.passwords import LEAST_VARIETY, SHORTEST, list_common
from tests.identity.builders import PASSWORD, a_member_of_staff, an_investor, code_of_app
from tests.identity.entering import confirm, enter, let_in, show, sign_in

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


def test_the_password_alone_opens_nothing_but_the_page_of_the_second_factor() -> None:
    entering = enter(a_member_of_staff())

    assert entering.kind is SessionKind.ENTERING
    assert not entering.is_fresh(entering.proved_at)
    assert identity.list_sessions(person=entering.person, at=database_now()) == []


def test_staff_sign_in_with_password_and_code_for_eight_hours() -> None:
    sam = a_member_of_staff()
    signed_in = sign_in(sam)

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
    signed_in = sign_in(sam)
    proof, entering = identity.check_password(email=sam.email, password=PASSWORD), enter(sam)

    identity.disable_staff(person=sam, reason="left", by=admin, at=database_now())

    assert identity.session_of(signed_in.token, database_now()) is None
    assert isinstance(show(entering, code_of_app(sam)), NotSignedIn)
    with pytest.raises(identity.WrongPassword):
        identity.begin_sign_in(proof=proof, device="", at=clock.now())


def test_both_factors_are_fresh_for_five_minutes() -> None:
    login = sign_in(a_member_of_staff()).login

    assert login.is_fresh(login.proved_at + timedelta(minutes=4, seconds=59))
    assert not login.is_fresh(login.proved_at + timedelta(minutes=5))


def test_a_session_is_only_as_fresh_as_the_password_before_the_second_factor() -> None:
    sam = a_member_of_staff()
    entering = enter(sam)
    entering.proved_at -= timedelta(minutes=6)

    login = let_in(show(entering, code_of_app(sam))).login

    assert not login.is_fresh(database_now())


def test_confirming_makes_the_session_fresh_again_under_a_new_secret() -> None:
    sam = a_member_of_staff()
    signed_in = sign_in(sam)
    signed_in.login.proved_at -= timedelta(minutes=6)

    again = let_in(confirm(signed_in.login, password_of=sam, code=code_of_app(sam)))

    assert signed_in.login.is_fresh(database_now())
    assert identity.session_of(again.token, database_now()) is signed_in.login
    assert identity.session_of(signed_in.token, database_now()) is None


def test_nobody_confirms_with_password_or_code_of_somebody_else() -> None:
    sam, other = a_member_of_staff(), a_member_of_staff()
    login = sign_in(sam).login
    login.proved_at -= timedelta(minutes=6)

    with pytest.raises(identity.WrongPassword):
        confirm(login, password_of=other, code=code_of_app(other))
    assert isinstance(confirm(login, password_of=sam, code="000 000"), NotSignedIn)
    assert not login.is_fresh(database_now())


def test_a_password_can_be_tried_five_times_in_five_minutes() -> None:
    at = clock.now().replace(minute=0, second=0)
    for _ in range(5):
        identity.count_password_attempt(email="sam@example.com", client="192.0.2.1", at=at)

    with pytest.raises(identity.TooManyRequests, match="5 minutes"):
        identity.count_password_attempt(email="Sam@example.com", client="192.0.2.1", at=at)


@pytest.mark.parametrize(
    "password",
    [
        *("short", "a" * 300, "aaaaaaaaaaaaaaaa", "sam.rivera.2026!"),
        *("Password123456", "Makewhole-2026", "investor-portal", "example-example1"),
        *("1qaz2wsx3edc", "Inconceivable", "johannesburg2026!"),
    ],
)
def test_an_easy_password_is_refused(password: str) -> None:
    with pytest.raises(identity.BadPassword):
        identity.hash_password(password, email="sam.rivera@example.com")


def test_three_thousand_passwords_that_fit_the_rules_are_refused_since_many_chose_them() -> None:
    listed = list_common()

    assert len(listed) >= 3000
    assert {word for word in listed if len(word) < SHORTEST or len(set(word)) < LEAST_VARIETY} == set()
    for word in sorted(listed)[::97]:
        with pytest.raises(identity.BadPassword):
            identity.hash_password(word.title(), email="sam.rivera@example.com")


def test_a_few_unrelated_words_are_accepted() -> None:
    assert identity.hash_password("copper lantern seven geese", email="sam.rivera@example.com").startswith("$argon2")
