"""Facts survive the outbox exactly."""

import json
from dataclasses import replace
from datetime import date

import pytest
import rfc8785

from app.notices import Content, Correction
from app.notices.encoding import decode, encode
from tests.notices.contents import EVERY, GRACE, REFUND


@pytest.mark.parametrize("content", EVERY.values(), ids=EVERY)
def test_what_was_encoded_is_decoded_equal(content: Content) -> None:
    assert decode(content.kind, encode(content)) == content


@pytest.mark.parametrize("content", EVERY.values(), ids=EVERY)
def test_encoding_is_canonical(content: Content) -> None:
    text = encode(content)

    assert text.encode() == rfc8785.dumps(json.loads(text))


def test_names_with_quotes_newlines_and_other_scripts_survive() -> None:
    odd = replace(REFUND, refunds=(replace(GRACE, deal_name='O"rbit\r\nRóbotics 株'),))

    assert decode(odd.kind, encode(odd)) == odd


def test_a_correction_without_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one thing"):
        Correction(contact=REFUND.contact, look_by=date(2026, 12, 3))


def test_a_refund_without_its_date_is_refused() -> None:
    with pytest.raises(ValueError, match="what we pay needs pay_by"):
        replace(REFUND, pay_by=None)


def test_a_refund_adds_up() -> None:
    assert (GRACE.principal_cents, GRACE.total_cents, GRACE.is_above_request) == (2936620, 3358528, True)
