from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import identity
from app.core import clock
from app.core.db import session, transaction
from app.identity import LoginSession, NotSignedIn, SignedInByLink
from tests.identity.builders import a_notice_link, an_investor

AT_ONCE = 12
pytestmark = pytest.mark.both_databases


def _all_at_once(app: Flask, token: str, codes: list[str]) -> list[SignedInByLink | NotSignedIn]:
    start = Barrier(len(codes))

    def use(code: str) -> SignedInByLink | NotSignedIn:
        with app.app_context():
            start.wait(timeout=30)
            with transaction():
                return identity.sign_in_with_link(
                    token=token, code=code, nonce=None, lasts=timedelta(hours=24), device="", at=clock.now()
                )

    with ThreadPoolExecutor(len(codes)) as threads:
        return list(threads.map(use, codes))


def test_many_uses_of_one_link_at_once_begin_one_session(app: Flask) -> None:
    with transaction():
        secrets = identity.secrets_of(a_notice_link(person=an_investor()))

    outcomes = _all_at_once(app, secrets.token, [secrets.code] * AT_ONCE)

    assert [isinstance(each, SignedInByLink) for each in outcomes].count(True) == 1
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_guessing_at_once_gets_no_more_than_five_guesses(app: Flask) -> None:
    with transaction():
        link = a_notice_link(person=an_investor())
        secrets = identity.secrets_of(link)
    wrong = [f"{(int(secrets.code) + 1 + guess) % 1_000_000:06d}" for guess in range(AT_ONCE)]

    outcomes = _all_at_once(app, secrets.token, wrong)

    says = [each.says for each in outcomes if isinstance(each, NotSignedIn)]
    assert len(says) == AT_ONCE
    assert link.wrong_codes == 5
    assert sum("rests" in text for text in says) == AT_ONCE - 4
