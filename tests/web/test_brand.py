"""Whatever accent an operator sets, every text can be read, in light and in dark."""

import re
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web import brand

CSS = (Path(__file__).parents[2] / "static" / "app.css").read_text()
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
GROUNDS = ("page", "surface", "sunken", "accent-soft")
INKS = ("ink", "muted", "accent-text")
PAIRS = [
    *product(INKS, GROUNDS),
    *product(("good", "warn", "bad"), ("page", "surface")),
    *((text, f"{tone}-soft") for tone in ("good", "warn", "bad") for text in (tone, "ink", "muted")),
    ("accent-ink", "accent"),
    ("surface", "bad"),
]


def _tokens(selector: str) -> dict[str, str]:
    block = re.search(rf"{re.escape(selector)} \{{\n([^}}]*--page[^}}]*)\}}", CSS)
    assert block is not None
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block.group(1)))


LIGHT = _tokens("  :root")
DARK = _tokens(':root[data-theme="dark"]')


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_every_text_can_be_read_on_every_ground_in_both_schemes(text: str, ground: str) -> None:
    assert brand.contrast(LIGHT[text], LIGHT[ground]) >= brand.ENOUGH
    assert brand.contrast(DARK[text], DARK[ground]) >= brand.ENOUGH


@pytest.mark.parametrize("token", ["line-strong", "bar-was", "accent-text"])
def test_the_edges_of_controls_and_bars_can_be_seen(token: str) -> None:
    for scheme, ground in product((LIGHT, DARK), ("page", "surface")):
        assert brand.contrast(scheme[token], scheme[ground]) >= 3


def test_dark_is_the_same_whether_the_system_or_the_reader_chose_it() -> None:
    assert _tokens(':root:not([data-theme="light"])') == DARK


def test_the_stylesheet_falls_back_on_the_default_accent() -> None:
    accents = (brand.light_accent("#1d5c4d", "#ffffff"), LIGHT), (brand.dark_accent("#1d5c4d"), DARK)

    for accent, tokens in accents:
        assert tokens["accent"] == accent.ground
        assert tokens["accent-ink"] == accent.ink
        assert tokens["accent-text"] == accent.text
        assert tokens["accent-soft"] == accent.soft


def test_the_brand_is_measured_against_the_grounds_that_are_painted() -> None:
    assert {LIGHT[ground] for ground in GROUNDS[:3]} == set(brand.LIGHT_GROUNDS)
    assert {DARK[ground] for ground in GROUNDS[:3]} == set(brand.DARK_GROUNDS)


@given(colours)
def test_any_accent_becomes_readable_text_in_both_schemes(colour: str) -> None:
    ink = max(("#000000", "#ffffff"), key=lambda each: brand.contrast(colour, each))
    light, dark = brand.light_accent(colour, ink), brand.dark_accent(colour)

    for accent, tokens, grounds in ((light, LIGHT, brand.LIGHT_GROUNDS), (dark, DARK, brand.DARK_GROUNDS)):
        assert brand.contrast(accent.ground, accent.ink) >= brand.ENOUGH
        assert all(brand.contrast(accent.text, ground) >= brand.ENOUGH for ground in (*grounds, accent.soft))
        assert brand.contrast(tokens["muted"], accent.soft) >= brand.ENOUGH


@given(colours, colours)
def test_contrast_is_between_one_and_twenty_one_and_has_no_order(one: str, other: str) -> None:
    assert 1 <= brand.contrast(one, other) <= 21
    assert brand.contrast(one, other) == brand.contrast(other, one)


def test_contrast_agrees_with_the_published_value() -> None:
    assert round(brand.contrast("#777777", "#ffffff"), 2) == Decimal("4.48")  # the best-known near miss
    assert brand.contrast("#000000", "#ffffff") == 21


def test_an_accent_whose_ink_cannot_be_read_is_refused() -> None:
    with pytest.raises(brand.UnreadableBrand, match=r"BRAND_ACCENT #88aaff has a contrast of 2\.3"):
        brand.stylesheet("#88aaff", "#ffffff")


@pytest.mark.parametrize("colour", ["green", "#12345", "#12345g", "123456", "#1d5c4d;}"])
def test_only_hexadecimal_colours_are_colours(colour: str) -> None:
    with pytest.raises(brand.UnreadableBrand, match="is not a colour"):
        brand.stylesheet(colour, "#ffffff")
