"""Builders of what an investor's page shows, on the demo's figures."""

from datetime import date
from fractions import Fraction
from typing import Any

from app import settlement
from app.web.investor.correction_page import Contact, CorrectionPage, Coverage, Moment, MomentKind
from app.web.investor.deal_section import DealSection, Worth

CONTACT = Contact(name="Maya Brooks", phone="+12125550155", hours="weekdays, 9 am to 5 pm New York time")


def a_refund(**given: Any) -> DealSection:
    """Grace in Orbit Robotics: above her request for two years."""
    facts: dict[str, Any] = {
        "account_name": "Grace Lindqvist",
        "deal_name": "Orbit Robotics",
        "currency": "USD",
        "available_cents": 500_000_00,
        "recorded_cents": 74_366_20,
        "corrected_cents": 45_000_00,
        "requested_cents": 45_000_00,
        "basis": Fraction(24_000_00),
        "rate": Fraction(38, 11),
        "is_capped": True,
        "clause": "4.2",
        "clause_text": "Each investor receives a share in proportion.",
        "agreement_version": "3.1",
        "agreement_signed_on": date(2024, 11, 15),
        "closed_on": date(2024, 11, 22),
        "settle_on": date(2026, 12, 10),
        "refund_cents": 29_366_20,
        "interest_cents": 4_219_08,
        "interest": (
            *settlement.interest(
                29_366_20,
                from_on=date(2024, 11, 26),
                to_on=date(2026, 12, 10),
                policy="simple-act/365f",
                rates={date(2024, 1, 1): Fraction("0.08"), date(2025, 1, 1): Fraction("0.07")},
            ).lines,
        ),
        "payment_last4": "1006",
    }
    return DealSection(**{**facts, **given})


def an_offer(**given: Any) -> DealSection:
    """Hugo in Tidewater Energy: below his share for two weeks."""
    facts: dict[str, Any] = {
        "account_name": "Hugo Martins",
        "deal_name": "Tidewater Energy",
        "currency": "USD",
        "available_cents": 300_000_00,
        "recorded_cents": 25_067_05,
        "corrected_cents": 29_302_33,
        "requested_cents": 50_000_00,
        "basis": Fraction(14_000_00),
        "rate": Fraction(90, 43),
        "is_capped": False,
        "clause": "5.1",
        "clause_text": "Each investor receives a share in proportion.",
        "agreement_version": "4.0",
        "agreement_signed_on": date(2026, 11, 2),
        "closed_on": date(2026, 11, 8),
        "settle_on": date(2027, 1, 4),
    }
    return DealSection(**{**facts, **given})


def unchanged(**given: Any) -> DealSection:
    """Bruno in Orbit Robotics: right as it was recorded."""
    facts = {"recorded_cents": 75_000_00, "corrected_cents": 75_000_00, "requested_cents": 75_000_00}
    nothing = {"refund_cents": 0, "interest_cents": 0, "interest": (), "basis": Fraction(45_000_00)}
    return a_refund(**{"account_name": "Bruno Keller", **facts, **nothing, **given})


def a_page(*sections: DealSection, **given: Any) -> CorrectionPage:
    """A published correction."""
    facts: dict[str, Any] = {
        "reference": "INC-2026-003",
        "version": 1,
        "published_on": date(2026, 12, 1),
        "zone": "America/New_York",
        "contact": CONTACT,
        "sections": sections,
        "cause": "Our software did not stop at the amount each investor had asked for.",
        "look_by": date(2026, 12, 3),
        "moments": (
            Moment(MomentKind.CLOSED, date(2024, 11, 22), is_past=True, deal_name="Orbit Robotics"),
            Moment(MomentKind.PAY_BY, date(2026, 12, 10), is_past=False),
        ),
        "stopped_on": date(2026, 11, 18),
        "fixed_on": date(2026, 11, 19),
        "coverage": Coverage(checked=12, used_for=14, others=12),
    }
    return CorrectionPage(**{**facts, **given})


def a_worth() -> Worth:
    """Orbit Robotics' mark."""
    return Worth(Fraction(14, 10), date(2026, 10, 31))
