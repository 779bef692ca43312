"""The first way in: with a code that is handed over, once, and never with a password alone."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app import identity
from app.core import clock
from app.core.db import database_now, session
from app.identity import Enrolled, Enrolment, Person, SessionKind, SignedIn
from tests.identity.builders import PASSWORD, SECRET, a_member_of_staff
from tests.identity.entering import enter

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


def _a_newcomer() -> tuple[Person, str]:
    """Somebody just hired, and their code."""
    at = clock.now()
    person = identity.create_staff(
        full_name="Ida Holm",
        email="ida@example.com",
        roles=[identity.Role.SUPPORT],
        time_zone="UTC",
        by="shell:tester",
        at=at,
    )
    return person, identity.issue_enrolment(person=person, by="shell:tester", at=at)


def _begin(code: str, *, email: str = "Ida@example.com") -> SignedIn:
    chosen = identity.hash_password(PASSWORD, email=email)
    return identity.begin_enrolment(email=email, code=code, password_hash=chosen, device="Firefox", at=clock.now())


def _set_up(begun: SignedIn, *, code: str | None = None) -> Enrolled:
    typed = identity.code_before(SECRET) if code is None else code
    return identity.enrol_authenticator(login=begun.login, secret=SECRET, code=typed, at=clock.now())


def test_a_newcomer_chooses_a_password_sets_up_an_app_and_is_in_with_ten_recovery_codes() -> None:
    ida, code = _a_newcomer()
    begun = _begin(code.lower().replace("-", " "))
    enrolled = _set_up(begun)

    assert begun.login.kind is SessionKind.ENROLLING
    assert enrolled.signed_in.login.kind is SessionKind.STAFF
    assert len(enrolled.recovery_codes) == 10
    assert identity.session_of(begun.token, database_now()) is None
    assert enter(ida).kind is SessionKind.ENTERING


def test_nobody_has_a_password_before_they_chose_one() -> None:
    _a_newcomer()

    with pytest.raises(identity.WrongPassword):
        identity.check_password(email="ida@example.com", password="")


def test_a_password_alone_sets_up_no_factor() -> None:
    _, code = _a_newcomer()
    _begin(code)
    entering = enter(identity.find_person_by_email("ida@example.com") or pytest.fail("nobody"))

    with pytest.raises(identity.CannotSetUp, match="ended"):
        _set_up(SignedIn("", entering))


def test_a_code_enrols_once_and_begins_again_until_a_factor_is_set_up() -> None:
    _, code = _a_newcomer()
    first, second = _begin(code), _begin(code)

    assert identity.session_of(first.token, database_now()) is None
    _set_up(second)
    with pytest.raises(identity.CannotSetUp):
        _set_up(second)
    with pytest.raises(identity.WrongEnrolment):
        _begin(code)


@pytest.mark.parametrize("email", ["nobody@example.com", "sam@example.com"])
def test_a_code_is_no_good_for_another_address(email: str) -> None:
    _, code = _a_newcomer()
    a_member_of_staff(email="sam@example.com")

    with pytest.raises(identity.WrongEnrolment):
        _begin(code, email=email)


def test_a_code_ends_after_72_hours_and_when_another_is_issued() -> None:
    ida, old = _a_newcomer()
    new = identity.issue_enrolment(person=ida, by="shell:tester", at=clock.now())

    with pytest.raises(identity.WrongEnrolment):
        _begin(old)
    past = database_now() - timedelta(hours=73)
    session.execute(update(Enrolment).values(issued_at=past, expires_at=past + timedelta(hours=72)))
    with pytest.raises(identity.WrongEnrolment):
        _begin(new)


def test_a_wrong_first_code_sets_up_nothing() -> None:
    ida, code = _a_newcomer()

    with pytest.raises(identity.CannotSetUp, match="not right"):
        _set_up(_begin(code), code="000000")
    assert not identity.factors_of(ida).is_set_up


def test_whoever_is_closed_cannot_enrol() -> None:
    ida, code = _a_newcomer()
    identity.disable_staff(person=ida, reason="left", by="shell:tester", at=database_now())

    with pytest.raises(identity.WrongPassword, match="closed"):
        _begin(code)


def test_a_code_can_be_tried_five_times_in_five_minutes() -> None:
    at = clock.now().replace(minute=0, second=0)
    for _ in range(5):
        identity.count_enrolment_attempt(email="ida@example.com", client="192.0.2.1", at=at)

    with pytest.raises(identity.TooManyRequests):
        identity.count_enrolment_attempt(email="Ida@example.com", client="192.0.2.1", at=at)


def test_a_reset_takes_everything_and_ends_every_session() -> None:
    ida, code = _a_newcomer()
    enrolled = _set_up(_begin(code))
    fresh = identity.reset_factors(person=ida, reason="lost it", by="shell:tester", at=clock.now())

    assert not identity.factors_of(ida).is_set_up
    assert identity.factors_of(ida).recovery_codes_left == 0
    assert identity.session_of(enrolled.signed_in.token, database_now()) is None
    with pytest.raises(identity.WrongPassword):
        identity.check_password(email=ida.email, password=PASSWORD)
    assert fresh is not None
    assert _begin(fresh).login.kind is SessionKind.ENROLLING
