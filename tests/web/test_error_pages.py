"""What went wrong is said in the house's words, and says it even when the database does not answer."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.exceptions import abort

from app.core.db import db
from app.web.access import public
from tests.web.words import words_of


def test_a_signed_in_reader_gets_a_page_while_the_database_is_down(client: FlaskClient) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE login_sessions RENAME TO gone"))
    client.set_cookie("makewhole_session", "a" * 52)

    answer = client.get("/")

    assert answer.status_code == 503
    assert "We cannot answer just now" in words_of(answer.text)
    assert "login_sessions" not in answer.text


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 413, 429, 500, 503])
def test_every_failure_has_its_page_with_a_number_to_quote(app: Flask, client: FlaskClient, code: int) -> None:
    app.add_url_rule("/fails", "fails", public(lambda: abort(code)))

    answer = client.get("/fails")

    assert answer.status_code == code
    assert answer.text.count("<h1") == 1
    assert "please say the number" in words_of(answer.text)
    assert "Need help?" in words_of(answer.text)
