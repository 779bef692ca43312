from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import NoResultFound

from app import identity
from app.audit.models import AuditEvent
from app.core import clock
from app.core.db import database_now, session
from app.identity import LoginSession, NotSignedIn, Person, SessionKind, SignedIn, SignInLink
from tests.identity.builders import a_notice_link, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
NONCE = "n" * 64
DAY = timedelta(hours=24)


def _use(link: SignInLink, *, code: str | None = None, nonce: str | None = None) -> SignedIn | NotSignedIn:
    secrets = identity.secrets_of(link)
    return identity.sign_in_with_link(
        token=secrets.token,
        code=secrets.code if code is None else code,
        nonce=nonce,
        lasts=DAY,
        device="Firefox",
        at=clock.now(),
    )


def _asked_by(person: Person) -> SignInLink:
    identity.ask_for_link(email=person.email, nonce=NONCE, client="192.0.2.1", at=clock.now())
    [link] = identity.open_asked_links(lives=timedelta(minutes=10), at=clock.now())
    return link


def _wrong(link: SignInLink) -> str:
    right = int(identity.secrets_of(link).code)
    return f"{(right + 1) % 1_000_000:06d}"


def _says(outcome: SignedIn | NotSignedIn) -> str:
    assert isinstance(outcome, NotSignedIn)
    return outcome.says


def test_the_code_from_the_email_signs_in_for_a_day() -> None:
    amara = an_investor()
    signed_in = _use(a_notice_link(person=amara))

    assert isinstance(signed_in, SignedIn)
    assert (signed_in.login.person, signed_in.login.kind) == (amara, SessionKind.INVESTOR)
    assert signed_in.login.expires_at - signed_in.login.started_at == DAY
    assert identity.session_of(signed_in.token, database_now()) is signed_in.login


def test_no_row_holds_the_secret_of_a_session() -> None:
    signed_in = _use(a_notice_link(person=an_investor()))

    assert isinstance(signed_in, SignedIn)
    assert signed_in.token.encode() not in session.scalars(select(LoginSession.token_hash)).all()
    assert len(bytes.fromhex(signed_in.token)) * 8 == 256


def test_a_link_signs_in_once() -> None:
    link = a_notice_link(person=an_investor())

    assert isinstance(_use(link), SignedIn)
    assert _says(_use(link)) == "This link has ended."


def test_a_link_past_its_time_signs_nobody_in() -> None:
    link = a_notice_link(person=an_investor(), lives=timedelta(seconds=-1))

    assert _says(_use(link)) == "This link has ended."


def test_a_forged_token_signs_nobody_in() -> None:
    outcome = identity.sign_in_with_link(
        token="a" * 52, code="123456", nonce=None, lasts=DAY, device="", at=clock.now()
    )

    assert _says(outcome) == "This link has ended."


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "1234567"])
def test_what_is_not_six_digits_counts_for_nothing(code: str) -> None:
    link = a_notice_link(person=an_investor())
    for _ in range(20):
        assert "6 digits" in _says(_use(link, code=code))

    assert link.wrong_codes == 0
    assert isinstance(_use(link), SignedIn)


def test_the_browser_that_asked_needs_no_code() -> None:
    link = _asked_by(an_investor())

    assert isinstance(_use(link, code="", nonce=NONCE), SignedIn)


def test_another_browser_needs_the_code() -> None:
    link = _asked_by(an_investor())

    assert "6 digits" in _says(_use(link, code="", nonce="m" * 64))
    assert "6 digits" in _says(_use(link, code="", nonce=None))
    assert isinstance(_use(link, nonce="m" * 64), SignedIn)


def test_a_nonce_opens_no_link_that_its_browser_did_not_ask_for() -> None:
    link = a_notice_link(person=an_investor())

    assert "6 digits" in _says(_use(link, code="", nonce=NONCE))


def test_after_five_wrong_codes_the_link_rests_for_fifteen_minutes() -> None:
    link = a_notice_link(person=an_investor())
    says = [_says(_use(link, code=_wrong(link))) for _ in range(5)]
    before = database_now()

    assert "4 more times" in says[0]
    assert "1 more time." in says[3]
    assert "rests for 15 minutes" in says[4]
    assert "rests for 15 minutes" in _says(_use(link))
    assert link.rests_until is not None
    assert before + timedelta(minutes=14) < link.rests_until <= before + timedelta(minutes=15)


def test_wrong_codes_while_a_link_rests_are_not_counted() -> None:
    link = a_notice_link(person=an_investor())
    for _ in range(9):
        _use(link, code=_wrong(link))

    assert link.wrong_codes == 5


def _wake(link: SignInLink) -> None:
    session.execute(update(SignInLink).where(SignInLink.id == link.id).values(rests_until=database_now()))


def test_a_link_that_has_rested_takes_its_code_again() -> None:
    link = a_notice_link(person=an_investor())
    for _ in range(5):
        _use(link, code=_wrong(link))
    _wake(link)

    assert isinstance(_use(link), SignedIn)


def test_ten_wrong_codes_end_the_links_of_the_notice() -> None:
    link = a_notice_link(person=an_investor())
    again = identity.renew_link(link=link, nonce=NONCE, client="192.0.2.1", lives=timedelta(minutes=10), at=clock.now())
    for _ in range(5):
        _use(link, code=_wrong(link))
    _wake(link)
    says = [_says(_use(link, code=_wrong(link))) for _ in range(5)]

    assert "4 more times" in says[0]
    assert says[4] == "This link has ended."
    assert _says(_use(link)) == "This link has ended."
    assert _says(_use(again)) == "This link has ended."


def test_a_resting_link_still_opens_in_the_browser_that_asked() -> None:
    link = _asked_by(an_investor())
    for _ in range(5):
        _use(link, code=_wrong(link))

    assert isinstance(_use(link, code="", nonce=NONCE), SignedIn)


def test_a_link_that_was_asked_for_ends_older_ones_but_not_the_notice() -> None:
    amara = an_investor()
    notice = a_notice_link(person=amara)
    older = _asked_by(amara)
    newer = identity.renew_link(
        link=notice, nonce=NONCE, client="192.0.2.1", lives=timedelta(minutes=10), at=clock.now()
    )

    assert isinstance(_use(newer), SignedIn)
    assert _says(_use(older)) == "This link has ended."
    assert isinstance(_use(notice), SignedIn)


def test_using_a_notice_ends_no_other_link() -> None:
    amara = an_investor()
    asked, first, second = _asked_by(amara), a_notice_link(person=amara), a_notice_link(person=amara)

    assert isinstance(_use(second), SignedIn)
    assert isinstance(_use(first), SignedIn)
    assert isinstance(_use(asked), SignedIn)


def test_the_link_of_a_rehearsal_is_dead() -> None:
    link = identity.open_rehearsal_link(
        person=an_investor(),
        message_pseudonym="00000000-0000-4000-8000-000000000000",
        opens="/corrections",
        expires_at=database_now() + DAY,
        at=clock.now(),
    )

    assert _says(_use(link)) == "This link has ended."


def test_signing_out_ends_the_session_and_an_old_cookie_opens_nothing() -> None:
    signed_in = _use(a_notice_link(person=an_investor()))
    assert isinstance(signed_in, SignedIn)

    identity.sign_out(login=signed_in.login, at=clock.now())

    assert identity.session_of(signed_in.token, database_now()) is None


def test_a_session_ends_with_its_time() -> None:
    signed_in = _use(a_notice_link(person=an_investor()))
    assert isinstance(signed_in, SignedIn)

    assert identity.session_of(signed_in.token, signed_in.login.expires_at) is None


def test_a_person_lists_and_ends_their_own_sessions_only() -> None:
    amara, bruno = an_investor(), an_investor()
    first, second = _use(a_notice_link(person=amara)), _use(a_notice_link(person=amara))
    foreign = _use(a_notice_link(person=bruno))
    assert isinstance(first, SignedIn)
    assert isinstance(second, SignedIn)
    assert isinstance(foreign, SignedIn)

    identity.end_session(person=amara, session_id=first.login.id, at=clock.now())

    assert identity.list_sessions(person=amara, at=database_now()) == [second.login]
    with pytest.raises(NoResultFound):
        identity.end_session(person=amara, session_id=foreign.login.id, at=clock.now())
    assert identity.list_sessions(person=bruno, at=database_now()) == [foreign.login]


def test_signing_in_is_in_the_log_and_names_the_link() -> None:
    amara = an_investor()
    link = a_notice_link(person=amara)
    _use(link)

    leaves = session.scalars(select(AuditEvent.leaf)).all()
    assert any(
        b'"signin.signed_in"' in leaf and amara.audit_name.encode() in leaf and link.audit_name.encode() in leaf
        for leaf in leaves
    )


def test_a_session_from_a_link_is_never_fresh() -> None:
    signed_in = _use(a_notice_link(person=an_investor()))
    assert isinstance(signed_in, SignedIn)

    assert not signed_in.login.is_fresh(signed_in.login.proved_at)
