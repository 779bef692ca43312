"""The operator's colours reach the browser without inline styles."""

from dataclasses import replace

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from app.factory import create_app
from app.settings import Settings
from app.web.brand import UnreadableBrand


def test_the_colours_are_a_stylesheet_that_browsers_keep(client: FlaskClient) -> None:
    answer = client.get("/brand.css")

    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "--accent:#1d5c4d" in answer.text


def test_the_stylesheet_has_a_new_address_when_the_colours_change(app: Flask, settings: Settings) -> None:
    with app.test_request_context():
        before = url_for("brand.stylesheet")
    with create_app(replace(settings, brand_accent="#0b1f66")).test_request_context():
        assert url_for("brand.stylesheet") != before


def test_the_portal_refuses_to_start_with_colours_that_cannot_be_read(settings: Settings) -> None:
    with pytest.raises(UnreadableBrand, match="Choose a darker accent"):
        create_app(replace(settings, brand_accent="#ffee00", brand_accent_ink="#ffffff"))
