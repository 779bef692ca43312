"""What a proposal keeps as JSON: its policy, and the worked lines of an adjustment. Pure."""

from typing import NotRequired, TypedDict


class Policy(TypedDict):
    """What is said about answers, as JSON on the proposal.

    `may_decline`: an offer may be left, unless its part says by which clause not. `unpaid_offer`: what becomes of one
    that is unpaid on its last day, and `unpaid_obliged` of one that may not be declined, in the words of `Unpaid`; an
    older version has no such entry, and there it ends. `is_bridged`: a refund does not depend on what others do.
    `rates` is the table that interest was worked out by: first day, yearly rate, version.
    """

    may_decline: bool
    unpaid_offer: str
    unpaid_obliged: NotRequired[str]
    interest: str
    is_bridged: bool
    rates: NotRequired[list[list[str | int]]]


class DistributionLine(TypedDict):
    """What one holder missed of one distribution, below 0 what they got too much: minor units, day in ISO form."""

    paid_on: str
    total_cents: int
    cents: int


class InterestLine(TypedDict):
    """One worked line of interest: dates in ISO form, the yearly rate and the exact minor units as fractions.

    `base` is what the line is reckoned on, exactly: the principal, with compounding more. Lines that were stored
    before there was more than one policy have neither base nor year: they ran on the principal, by years of 365 days.
    """

    principal_cents: int
    from_on: str
    to_on: str
    days: int
    rate: str
    exact: str
    year_days: NotRequired[int]
    base: NotRequired[str]
    is_limited: NotRequired[bool]
