"""`/allocation`: one's own figure from the published rate, in the words of the agreement's arithmetic."""

import pytest
from flask.testing import FlaskClient

from tests.web.words import words_of


def _answer(client: FlaskClient, rate: str, basis: str, requested: str, currency: str = "USD") -> str:
    fields = {"rate": rate, "basis": basis, "requested": requested, "currency": currency}
    answer = client.get("/allocation", query_string=fields)
    assert answer.status_code == 200
    return words_of(answer.text)


def test_the_worked_line_is_exact_and_about_stands_only_beside_it(client: FlaskClient) -> None:
    words = _answer(client, "90/43", "$41,000.00", "100000")

    assert "You get $85,813.95" in words
    assert "Your average $41,000.00 × 90 ÷ 43 = $85,813.95" in words
    assert "That is about $2.09 for each $1.00 of average." in words
    assert "So your page may show $0.01 more." in words


def test_who_asked_for_less_gets_the_request(client: FlaskClient) -> None:
    words = _answer(client, "38 ÷ 11", "24000", "45000")

    assert "$24,000.00 × 38 ÷ 11 = $82,909.09. You asked for $45,000.00, which is less, so you get $45,000.00." in words
    assert "$0.01" not in words


@pytest.mark.parametrize(
    ("currency", "basis", "line"),
    [
        ("JPY", "1000", "Your average ¥1,000 × 90 ÷ 43 = ¥2,093"),
        ("KWD", "1000.001", "Your average KWD1,000.001 × 90 ÷ 43 = KWD2,093.025"),
    ],
)
def test_any_currency_has_its_own_minor_units(client: FlaskClient, currency: str, basis: str, line: str) -> None:
    assert line in _answer(client, "90/43", basis, "9000", currency).replace("\xa0", "")


def test_a_page_may_link_here_with_its_rate(client: FlaskClient) -> None:
    page = client.get("/allocation?rate=90/43&currency=JPY").text

    assert 'value="90/43"' in page
    assert 'value="JPY"' in page
    assert "There is a problem" not in page
    assert 'href="/allocation"' in client.get("/").text


def test_everything_wrong_is_said_at_once_with_field_value_and_remedy(client: FlaskClient) -> None:
    words = _answer(client, "2.09", "-5", "1.005")

    assert "There is a problem" in words
    assert "Rate: “2.09” cannot be used. Write the published fraction as two whole numbers, such as 90/43." in words
    assert "Your average: “-5” cannot be used. Write an amount of zero or more, such as 41000.00." in words
    assert "What you asked for: “1.005” has more than the 2 digits after the point that USD has." in words
    assert "Currency: “XYZ” is no currency." in _answer(client, "1", "1", "1", "XYZ")


def test_markup_in_a_field_stays_text_and_an_unfinished_address_is_asked_for_the_rest(client: FlaskClient) -> None:
    page = client.get("/allocation", query_string={"rate": "<script>", "basis": "<b>"}).text

    assert "<script>" not in page
    assert "What you asked for: nothing is written." in words_of(page)


def test_it_only_answers_and_sets_nothing(client: FlaskClient) -> None:
    answer = client.get("/allocation?rate=90/43&basis=1&requested=1&currency=USD")

    assert "Set-Cookie" not in answer.headers
    assert client.post("/allocation").status_code == 405
    assert client.head("/allocation").status_code == 200
