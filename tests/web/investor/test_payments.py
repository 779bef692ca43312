"""The correction page says how far each payment has come, and asks nobody for money that they paid."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask, render_template

from app import settlement
from app.core.db import transaction
from app.settlement import Direction, HoldKind, SettlementState
from app.web.investor.correction_page import CorrectionPage
from app.web.investor.deal_section import DealSection, PayTo
from app.web.investor.own_pages import find_page
from app.web.investor.payments import Payment
from tests.incidents.answers import the_figures, the_person, the_settlement
from tests.incidents.builders import an_incident, the_staff
from tests.web.investor.pages import a_page, a_refund, an_offer
from tests.web.words import words_of
from tests.worlds import this_hour

STATE = SettlementState
ACCOUNT = PayTo("The client account.", date(2026, 12, 1), "2026-0007")


def read(app: Flask, *sections: DealSection, **given: Any) -> str:
    """The words of the page."""
    return words_on(app, a_page(*sections, **given))


def words_on(app: Flask, page: CorrectionPage) -> str:
    with app.test_request_context("/corrections/INC-2026-003"):
        return words_of(render_template("investor/corrections/show.html", person=None, page=page))


def refund(state: SettlementState, paid_cents: int = 0) -> DealSection:
    return a_refund(payments=(Payment(Direction.REFUND, state, 33_585_28, paid_cents),))


def offer(state: SettlementState, paid_cents: int = 0) -> DealSection:
    return an_offer(pay_to=ACCOUNT, payments=(Payment(Direction.OFFER, state, 4_235_28, paid_cents),))


def test_a_refund_that_is_due_says_when_and_nothing_else(app: Flask) -> None:
    words = read(app, refund(STATE.DUE))

    assert "We are paying you back $33,585.28." in words
    assert "When We will send the money by December 10, 2026." in words
    assert "Where it stands" not in words


def test_a_refund_that_arrived_is_called_paid(app: Flask) -> None:
    words = read(app, refund(STATE.SETTLED, 33_585_28))

    assert "We have paid you back $33,585.28." in words
    assert "Where it stands We have paid you $33,585.28." in words
    assert "We will send the money" not in words
    assert "to get it" not in words


def test_a_refund_on_its_way_and_one_paid_in_part_say_so(app: Flask) -> None:
    assert "Where it stands The money is on its way." in read(app, refund(STATE.SENT))
    in_part = read(app, refund(STATE.DUE, 10_000_00))

    assert "Where it stands $10,000.00 of $33,585.28 has been paid." in in_part


@pytest.mark.parametrize("state", [STATE.RETURNED, STATE.UNCLAIMED])
def test_a_payment_that_came_back_stands_before_everything_and_says_what_to_do(
    app: Flask, state: SettlementState
) -> None:
    words = read(app, refund(state))

    assert "Our payment came back We sent you $33,585.28, and it did not arrive." in words
    assert words.index("Our payment came back") < words.index("What we recorded")
    assert "What you need to do Please call us." in words


def test_who_paid_for_a_part_is_not_told_to_pay_again_and_has_no_choice_left(app: Flask) -> None:
    words = read(app, offer(STATE.SETTLED, 4_235_28))

    assert "Where it stands You have paid $4,235.28. Thank you." in words
    assert "Nothing of it is open any more." in words
    for gone in ("The client account", "2026-0007", "change your mind", "You can take the rest", "It is your choice"):
        assert gone not in words


def test_what_is_left_to_pay_is_what_was_not_paid_yet(app: Flask) -> None:
    words = read(app, offer(STATE.DUE, 4_000_00))

    assert "Where it stands $4,000.00 of $4,235.28 has been paid." in words
    assert "Amount $235.28" in words


def test_an_offer_that_ended_asks_for_nothing(app: Flask) -> None:
    words = read(app, offer(STATE.ENDED))

    assert "This offer has ended. Your allocation stays as it is, and you owe us nothing." in words
    assert "The client account" not in words


def test_of_two_offers_only_the_open_one_is_counted(app: Flask) -> None:
    other = replace(offer(STATE.DUE), deal_name="Orbit Robotics")

    words = read(app, offer(STATE.SETTLED, 4_235_28), other)

    assert "You can take the rest for $4,235.28." in words


@pytest.mark.parametrize(
    ("kind", "until", "says"),
    [
        (HoldKind.ADDRESS, date(2026, 12, 8), "To protect you, this waits through December 8, 2026."),
        (HoldKind.ACCOUNT, None, "the payment details that we have are not good. Please call us."),
        (HoldKind.LEGAL, None, "This waits until we have looked at something."),
    ],
)
def test_money_that_is_held_back_says_so_and_promises_no_day(
    app: Flask, kind: HoldKind, until: date | None, says: str
) -> None:
    held = Payment(Direction.REFUND, STATE.DUE, 33_585_28, held_for=kind, held_until=until)

    words = read(app, a_refund(payments=(held,)))

    assert says in words
    assert "We will send the money" not in words


def test_the_page_reads_what_is_held_and_for_whom(app: Flask) -> None:
    with transaction():
        staff = the_staff()
        incident = an_incident(staff, at=this_hour(), stage="published")
        refund = the_settlement(the_figures("Grace Lindqvist", "orbit"), Direction.REFUND)
        why, by = "The account is closed.", staff.admin
        settlement.hold(settlement=refund, kind=HoldKind.ACCOUNT, reason=why, by=by, at=this_hour())

    grace, jonah = (find_page(incident, the_person(each), this_hour()) for each in ("grace", "jonah"))

    assert grace is not None
    assert jonah is not None
    assert [each.payout.held_for for each in grace.changed if each.payout] == [HoldKind.ACCOUNT]
    assert [each.payout.held_for for each in jonah.changed if each.payout] == [None]
    assert "The account is closed" not in words_on(app, grace)


def test_a_last_day_that_is_over_is_not_promised_any_more(app: Flask) -> None:
    before, after = read(app, refund(STATE.DUE)), read(app, refund(STATE.DUE), looks_first=False)

    assert "please call us before December 3, 2026" in before
    assert "If you tell us by December 3, 2026, we look before any money moves." in before
    assert "please call us now" in after
    assert "we look before any money moves" not in after.split("Something looks wrong?")[1]
