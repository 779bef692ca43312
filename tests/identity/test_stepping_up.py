"""Before what counts, an investor types a code that was mailed for it: only that one, once, within ten minutes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from app import identity
from app.core import clock
from app.core.db import database_now, session
from app.identity import LoginSession, NotSignedIn, Person, SignedInByLink, SignInLink
from tests.identity.builders import a_notice_link, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
DAY = timedelta(days=1)
AT = datetime.fromisoformat("2026-11-22T15:00:00+00:00")


def _signed_in(person: Person) -> tuple[LoginSession, SignInLink]:
    """Somebody who came from a notice, and the notice's link."""
    link = a_notice_link(person=person)
    secrets = identity.secrets_of(link)
    outcome = identity.sign_in_with_link(
        token=secrets.token, code=secrets.code, nonce=None, lasts=DAY, device="", at=clock.now()
    )
    assert isinstance(outcome, SignedInByLink)
    return outcome.login, link


def _ask(login: LoginSession, *, at: datetime = AT) -> SignInLink:
    return identity.ask_for_confirmation(login=login, client="192.0.2.1", at=at)


def _type(login: LoginSession, code: str) -> NotSignedIn | None:
    return identity.confirm_with_code(login=login, code=code, at=clock.now())


def _code_of(link: SignInLink) -> str:
    return identity.secrets_of(link).code


def _another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_mailed_code_confirms_the_session_for_ten_minutes_and_no_other() -> None:
    login, _ = _signed_in(amara := an_investor())
    elsewhere, _ = _signed_in(amara)
    code = _code_of(_ask(login))

    assert not login.is_confirmed(database_now())
    assert _type(login, f"{code[:3]} {code[3:]}") is None
    confirmed_at = login.confirmed_at or pytest.fail("not confirmed")
    assert login.is_confirmed(confirmed_at + timedelta(minutes=9, seconds=59))
    assert not login.is_confirmed(confirmed_at + timedelta(minutes=10))
    assert not elsewhere.is_confirmed(database_now())


def test_a_notices_code_never_counts_and_signing_in_confirms_nothing() -> None:
    login, notice = _signed_in(an_investor())
    other = a_notice_link(person=login.person)

    assert not login.is_confirmed(database_now())
    for link in (notice, other):
        assert isinstance(_type(login, _code_of(link)), NotSignedIn)
    _ask(login)
    assert isinstance(_type(login, _code_of(other)), NotSignedIn)
    assert not login.is_confirmed(database_now())


def test_the_code_signs_nobody_in_even_with_its_token() -> None:
    login, _ = _signed_in(an_investor())
    secrets = identity.secrets_of(_ask(login))
    outcome = identity.sign_in_with_link(
        token=secrets.token, code=secrets.code, nonce=None, lasts=DAY, device="", at=clock.now()
    )

    assert isinstance(outcome, NotSignedIn)


def test_a_code_works_once_and_a_newer_one_ends_it() -> None:
    login, _ = _signed_in(an_investor())
    first = _code_of(_ask(login))
    second = _code_of(_ask(login, at=AT + timedelta(minutes=2)))

    assert first == second or isinstance(_type(login, first), NotSignedIn)
    assert _type(login, second) is None
    assert str(_type(login, second)) == "That code has ended. Ask for a new one."


def test_a_code_ends_after_ten_minutes() -> None:
    login, _ = _signed_in(an_investor())
    link = _ask(login)
    assert link.expires_at - link.made_at <= timedelta(minutes=10, seconds=1)
    past = database_now() - timedelta(minutes=11)
    session.execute(
        update(SignInLink).where(SignInLink.id == link.id).values(made_at=past, expires_at=past + DAY / 144)
    )

    assert "ended" in str(_type(login, _code_of(link)))


def test_a_code_is_no_good_for_somebody_else() -> None:
    login, _ = _signed_in(an_investor())
    other, _ = _signed_in(an_investor())
    code = _code_of(_ask(login))

    assert isinstance(_type(other, code), NotSignedIn)


def test_five_wrong_codes_end_it_and_what_is_no_code_counts_for_nothing() -> None:
    login, _ = _signed_in(an_investor())
    code = _code_of(_ask(login))
    for _ in range(9):
        assert "6 digits" in str(_type(login, "abc"))
    said = [str(_type(login, _another(code))) for _ in range(5)]

    assert "not the code" in said[3]
    assert "ended" in said[4]
    assert isinstance(_type(login, code), NotSignedIn)


def test_codes_are_mailed_once_a_minute_at_most() -> None:
    login, _ = _signed_in(an_investor())
    _ask(login)

    with pytest.raises(identity.TooManyRequests):
        _ask(login, at=AT + timedelta(seconds=20))
