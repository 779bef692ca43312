"""A page on a slow phone: everything that the browser loads, as it travels."""

import gzip
import re

from flask import Flask, render_template
from flask.testing import FlaskClient

from tests.web.investor.pages import a_page, a_refund, an_offer

GZIP = {"Accept-Encoding": "gzip, br"}


def test_the_hardest_correction_weighs_sixty_kilobytes_in_at_most_eight_requests(
    app: Flask, client: FlaskClient
) -> None:
    with app.test_request_context("/corrections/INC-2026-003"):
        page = render_template("investor/corrections/show.html", page=a_page(a_refund(), an_offer()))
    addresses = set(re.findall(r'(?:href|src)="(/(?:static/|brand\.css)[^"]*)"', page))

    answers = [client.get(address, headers=GZIP, buffered=True) for address in addresses]

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert len(answers) + 1 <= 8
    assert len(page.encode()) + sum(len(answer.data) for answer in answers) <= 60_000


def test_stylesheets_and_scripts_travel_compressed_and_unpack_to_the_same(client: FlaskClient) -> None:
    for name in ("app.css", "portal.js", "icon.svg"):
        plain = client.get(f"/static/{name}", buffered=True)
        packed = client.get(f"/static/{name}", headers=GZIP, buffered=True)

        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert "Accept-Encoding" in plain.headers["Vary"]
        assert packed.headers["ETag"] != plain.headers["ETag"]
        assert gzip.decompress(packed.data) == plain.data


def test_nothing_that_holds_a_secret_is_compressed(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/check-notice", headers=GZIP).headers


def test_a_font_is_left_as_it_is(client: FlaskClient) -> None:
    answer = client.get("/static/fonts/public-sans-5.3.0.woff2", headers=GZIP, buffered=True)

    assert "Content-Encoding" not in answer.headers
    assert answer.data[:4] == b"wOF2"
