"""The file of a batch as the platform's payment system reads it, and the digest that is released. Pure.

The portal knows no account numbers: the payment system finds the payment details by the investor account.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import rfc8785

from app.core.csv_files import write_csv
from app.core.money import plain_money

COLUMNS = ("investor_account", "amount", "currency", "reference", "batch", "digest")


@dataclass(frozen=True)
class PaymentOrder:
    """One payment that is to be made: the investor account as the platform names it, minor units, our reference."""

    account: str
    cents: int
    currency: str
    reference: str


def digest_of(number: str, orders: Sequence[PaymentOrder]) -> str:
    """SHA-256 of the canonical form (RFC 8785) of a batch: its number and every order in its order."""
    rows = [[order.account, order.currency, str(order.cents), order.reference] for order in orders]
    return hashlib.sha256(rfc8785.dumps({"batch": number, "orders": rows})).hexdigest()


def reference_of(settlement_id: int, attempt: int) -> str:
    """`P-000123-1`: which settlement, and how often it was tried."""
    return f"P-{settlement_id:06d}-{attempt}"


def write_file(number: str, orders: Sequence[PaymentOrder]) -> bytes:
    """The CSV, the same bytes every time."""
    digest = digest_of(number, orders)
    rows = (
        (order.account, plain_money(order.cents, order.currency), order.currency, order.reference, number, digest)
        for order in orders
    )
    return write_csv(COLUMNS, rows)
