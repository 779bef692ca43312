"""One cell at a time."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import plain_money
from app.deals import cells
from app.deals.cells import BadCell


@given(st.integers(0, cells.MOST_MINOR_UNITS), st.sampled_from(["USD", "JPY", "KWD"]))
def test_an_amount_is_read_to_the_minor_unit(cents: int, currency: str) -> None:
    assert cells.amount(currency)(plain_money(cents, currency)) == cents


@pytest.mark.parametrize("text", ["-5", "\u22125.00", "(5.00)", "-0.01"])
def test_a_negative_amount_is_called_negative(text: str) -> None:
    with pytest.raises(BadCell, match="negative"):
        cells.amount("USD")(text)


@pytest.mark.parametrize("text", ["1,000.00", "1 000.00", "1.000.00", "1'000", "1_000", "1\u00a0000.00", "1000."])
def test_an_amount_with_separators_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="separators"):
        cells.amount("USD")(text)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e5", "$5", "five", "\u0665", ".5", "0x10"])
def test_what_is_no_number_is_no_amount(text: str) -> None:
    with pytest.raises(BadCell, match="not a number"):
        cells.amount("USD")(text)


@pytest.mark.parametrize(("currency", "text"), [("USD", "1.005"), ("JPY", "1.5"), ("KWD", "1.0005")])
def test_an_amount_below_the_minor_unit_is_refused(currency: str, text: str) -> None:
    with pytest.raises(BadCell, match="digits after the point"):
        cells.amount(currency)(text)


def test_trailing_zeros_are_no_digits() -> None:
    assert cells.amount("JPY")("1500.00") == 1500


def test_an_amount_beyond_any_deal_is_refused() -> None:
    with pytest.raises(BadCell, match="too large"):
        cells.amount("USD")("9" * 5000)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("41000.00", Fraction(4100000)), ("100/3", Fraction(10000, 3)), ("0.123456789", Fraction("12.3456789"))],
)
def test_a_basis_is_kept_exactly(text: str, minor: Fraction) -> None:
    assert Fraction(cells.basis("USD")(text)) == minor


@pytest.mark.parametrize("text", ["1/0", "-1/3", "1/-3", "1.5/3", "9" * 401])
def test_a_basis_that_is_no_average_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        cells.basis("USD")(text)


@pytest.mark.parametrize(
    "text", ["2026-02-29", "20261122", "2026-W47-7", "22/11/2026", "2026-11-22T00:00:00Z", "0000-01-01"]
)
def test_what_is_no_day_year_first_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="not a date"):
        cells.day(text)


def test_a_day_is_read_year_first() -> None:
    assert cells.day("2024-02-29") == date(2024, 2, 29)


def test_a_moment_becomes_utc() -> None:
    assert cells.moment("2026-11-22T12:00:00-05:00") == datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-11-22T17:04:11", "2026-11-22", "0001-01-01T00:00:00+14:00", "2026-11-22T25:00:00Z"]
)
def test_a_moment_needs_its_offset(text: str) -> None:
    with pytest.raises(BadCell, match="not a time"):
        cells.moment(text)


@pytest.mark.parametrize(
    "text", ["ada", "ada@", "ada@localhost", "a b@x.org", "a@x.org,b@x.org", "Ada <a@x.org>", "a@x.org\nBcc: b@x.org"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="not an email address"):
        cells.email(text)


def test_an_address_is_kept_in_lower_case() -> None:
    assert cells.email("Ada.Byron@Example.COM") == "ada.byron@example.com"


@pytest.mark.parametrize("text", ["2125550100", "+1 212 555 0100", "+1", "+9991234567", "+1212555010012345", "+12"])
def test_a_phone_number_must_be_international(text: str) -> None:
    with pytest.raises(BadCell):
        cells.phone(text)


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "-Acme", "@SUM(A1)", "=HYPERLINK(1)"])
def test_a_formula_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="formula"):
        cells.refuse_unsafe(text)


def test_a_phone_number_is_no_formula() -> None:
    cells.refuse_unsafe("+12125550100")


@pytest.mark.parametrize("text", ["Mars/Olympus", "EST5", "localtime", "../etc/passwd", "america/new_york"])
def test_what_is_no_zone_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="time zone"):
        cells.zone(text)


@pytest.mark.parametrize("text", ["8", "1", "1.08"])
def test_a_rate_of_a_hundred_percent_is_a_slip(text: str) -> None:
    with pytest.raises(BadCell, match="100 percent"):
        cells.yearly_rate(text)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (cells.words(200), "two\nlines"),
        (cells.words(5), "longer"),
        (cells.paragraph(100), "bell\a"),
        (cells.paragraph(5), "longer"),
        (cells.identifier, "INV 001"),
        (cells.identifier, "I" * 65),
        (cells.count, "0"),
        (cells.count, "2.0"),
        (cells.count, "\u0662"),
        (cells.last_four, "12345"),
        (cells.last_four, "DE44"),
        (cells.currency, "usd"),
        (cells.release_rule, "pro-rata"),
        (cells.agreed_rule, "single-pass"),
        (cells.positive_amount("USD"), "0.00"),
        (cells.multiple, "-1"),
    ],
)
def test_every_other_bad_cell_is_refused_with_a_remedy(parse: Callable[[str], Any], text: str) -> None:
    with pytest.raises(BadCell) as bad:
        parse(text)

    assert bad.value.reason.endswith(".")
    assert bad.value.remedy.endswith(".")
