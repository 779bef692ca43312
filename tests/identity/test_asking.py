from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app import identity
from app.core import clock
from app.core.db import database_now, session
from app.identity import LinkKind, SignInLink, SignInRequest
from app.identity.links import hash_code, hash_token
from tests.identity.builders import a_member_of_staff, a_notice_link, a_person, an_account, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
TEN_MINUTES = timedelta(minutes=10)


def _ask(email: str) -> None:
    identity.ask_for_link(email=email, nonce="n" * 64, client="192.0.2.1", at=clock.now())


def _answer() -> list[SignInLink]:
    return identity.open_asked_links(lives=TEN_MINUTES, at=clock.now())


def _waiting() -> int:
    return session.scalar(select(func.count()).select_from(SignInRequest)) or 0


def test_asking_writes_the_same_row_for_a_known_and_an_unknown_address() -> None:
    an_investor(email="amara@example.com")
    _ask("amara@example.com")
    _ask("nobody@example.com")

    assert session.scalars(select(SignInRequest.email)).all() == ["amara@example.com", "nobody@example.com"]


def test_a_known_address_gets_one_link_that_lives_ten_minutes() -> None:
    amara = an_investor(email="amara@example.com")
    _ask(" Amara@Example.com")
    before = database_now()

    [link] = _answer()

    assert (link.person, link.kind, link.opens) == (amara, LinkKind.ASKED, "/corrections")
    assert before + TEN_MINUTES <= link.expires_at <= database_now() + TEN_MINUTES
    assert _waiting() == 0


def test_an_unknown_address_gets_nothing_and_is_forgotten() -> None:
    _ask("nobody@example.com")

    assert _answer() == []
    assert _waiting() == 0


def test_staff_get_no_link() -> None:
    a_member_of_staff(email="sam@example.com")
    _ask("sam@example.com")

    assert _answer() == []


def test_somebody_whose_authority_has_ended_gets_no_link() -> None:
    lars = a_person(email="lars@example.com")
    an_account(of=lars, ends_on=date(2020, 1, 1))
    _ask("lars@example.com")

    assert _answer() == []


def test_an_address_asked_for_twice_within_a_minute_is_refused_known_or_not() -> None:
    an_investor(email="amara@example.com")
    at = clock.now().replace(second=0)
    for email in ("amara@example.com", "nobody@example.com"):
        identity.ask_for_link(email=email, nonce="n", client="192.0.2.1", at=at)
        with pytest.raises(identity.TooManyRequests):
            identity.ask_for_link(email=email.upper(), nonce="n", client="192.0.2.1", at=at)


def test_one_client_cannot_ask_for_many_addresses() -> None:
    at = clock.now().replace(second=0)
    for number in range(10):
        identity.ask_for_link(email=f"{number}@example.com", nonce="n", client="192.0.2.1", at=at)

    with pytest.raises(identity.TooManyRequests):
        identity.ask_for_link(email="10@example.com", nonce="n", client="192.0.2.1", at=at)
    identity.ask_for_link(email="10@example.com", nonce="n", client="192.0.2.2", at=at)


def test_the_secrets_of_a_link_match_the_hashes_that_its_row_keeps() -> None:
    link = a_notice_link(person=an_investor())
    secrets = identity.secrets_of(link)

    assert link.token_hash == hash_token(secrets.token)
    assert link.code_hash == hash_code(secrets.token, secrets.code)
    assert identity.find_link(secrets.token.upper() + ").") is link


def test_a_forged_token_finds_no_link() -> None:
    a_notice_link(person=an_investor())

    assert identity.find_link("a" * 52) is None
    assert identity.find_link("../../etc") is None


def test_a_new_link_opens_the_page_of_the_old_one_and_belongs_to_its_notice() -> None:
    old = a_notice_link(person=an_investor(), opens="/corrections/INC-2026-003")

    new = identity.renew_link(link=old, nonce="n", client="192.0.2.1", lives=TEN_MINUTES, at=clock.now())

    assert (new.person, new.opens, new.message_pseudonym) == (old.person, old.opens, old.message_pseudonym)
    assert identity.secrets_of(new).token != identity.secrets_of(old).token


def test_new_links_have_a_quota_of_their_own() -> None:
    amara = an_investor(email="amara@example.com")
    old = a_notice_link(person=amara)
    at = clock.now().replace(second=0)
    identity.ask_for_link(email=amara.email, nonce="n", client="192.0.2.1", at=at)

    identity.renew_link(link=old, nonce="n", client="192.0.2.1", lives=TEN_MINUTES, at=at)
    with pytest.raises(identity.TooManyRequests):
        identity.renew_link(link=old, nonce="n", client="192.0.2.1", lives=TEN_MINUTES, at=at)


def test_a_notice_link_lives_a_week_past_the_last_date_and_at_least_thirty_days() -> None:
    at = clock.now()
    days = timedelta(days=1)

    assert identity.notice_link_expires_at(last_named_at=at + 40 * days, at=at) == at + 47 * days
    assert identity.notice_link_expires_at(last_named_at=at + 5 * days, at=at) == at + 30 * days


def test_the_links_of_a_notice_end_together() -> None:
    first = a_notice_link(person=an_investor())
    again = identity.renew_link(link=first, nonce="n", client="192.0.2.1", lives=TEN_MINUTES, at=clock.now())
    other = a_notice_link(person=an_investor())

    identity.end_notice_links(message_pseudonym=str(first.message_pseudonym))

    now = database_now()
    assert [link.is_open(now) for link in (first, again, other)] == [False, False, True]
