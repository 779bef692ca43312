"""What is logged of a request, through the formatter that the real processes install."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.logs import formatter
from app.web import request_log
from tests.web.admin.office import CASE, an_office
from tests.web.words import words_of


@pytest.fixture
def written(app: Flask) -> Iterator[io.StringIO]:
    """Where the portal's lines go."""
    stream, logger = io.StringIO(), logging.getLogger("app")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter("json", find_facts=request_log.facts))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def test_a_line_names_the_route_the_case_and_the_actor_by_pseudonym(app: Flask, written: io.StringIO) -> None:
    office = an_office(app, stage="told")

    answer = office.admin.get(CASE)

    line = json.loads(written.getvalue().splitlines()[-1])
    assert line["says"] == "GET /admin/incidents/<reference>"
    assert (line["status"], line["case"]) == (200, "INC-2026-001")
    assert line["actor"] == office.staff.admin.audit_name
    assert line["request"] == answer.headers["X-Request-Id"]


def test_the_token_of_a_link_is_in_no_line(client: FlaskClient, written: io.StringIO) -> None:
    token = "mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dzpiztcnbvgyyq"

    client.get(f"/s/{token}?from=grace@example.com")

    assert json.loads(written.getvalue())["says"] == "GET /s/<token>"
    assert not {"grace", token} & set(written.getvalue().replace("/", " ").split())


@pytest.mark.parametrize(
    "refused", [{"headers": {"Origin": "https://evil.example"}}, {"data": {"email": "a@example.com"}}]
)
def test_a_form_that_is_refused_has_a_number_to_quote_and_to_find(
    client: FlaskClient, written: io.StringIO, refused: dict[str, dict[str, str]]
) -> None:
    answer = client.post("/sign-in", **refused)

    assert answer.status_code == 400
    number = json.loads(written.getvalue())["request"]
    assert number
    assert number in words_of(answer.text)
