"""The rows of an import once their cells are read: each field is the column of that name. Pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, NamedTuple, TypeVar

from app.deals.rule_names import RuleName
from app.deals.sheets import Row
from app.identity import AccountType, Scope

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A version of the platform's software."""

    release: str
    deployed_on: date
    rule: RuleName
    note: str


@dataclass(frozen=True, slots=True)
class DealRow:
    """One offering; amounts in minor units of its currency."""

    deal_id: str
    name: str
    currency: str
    allocation_available: int
    closed_on: date
    allocated_at: datetime
    release: str
    rule: RuleName
    agreement_version: str
    agreement_clause: str
    agreement_clause_text: str
    minimum_allocation: int | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account and one of its people."""

    account_id: str
    account_name: str
    account_type: AccountType
    person_name: str
    person_email: str
    greeting: str
    scope: Scope
    phone: str | None
    postal_address: str | None
    time_zone: str
    payment_last4: str | None


class RequestRow(NamedTuple):
    """One account's request in one deal; amounts in minor units, the basis as the text of a fraction of them."""

    deal_id: str
    account_id: str
    agreement_signed_on: date
    requested: int
    basis: str
    basis_count: int | None
    recorded_allocation: int
    paid_amount: int
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class MarkRow:
    """The price of a deal then, as a multiple of the price paid."""

    deal_id: str
    as_of: date
    multiple: str


@dataclass(frozen=True, slots=True)
class DistributionRow:
    """Money paid out to the holders of a deal, in minor units."""

    deal_id: str
    paid_on: date
    total: int


@dataclass(frozen=True, slots=True)
class RateRow:
    """The yearly rate of an interest policy from a day on."""

    policy: str
    valid_from: date
    rate: str


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A record and the row it was read from."""

    row: Row
    record: T


@dataclass(frozen=True)
class Records:
    """Every row whose cells could all be read, in the order of the files; requests are read one by one instead.

    `currencies` are those of all deals by deal_id, "" where there is no such currency; `ids` are the first cells of
    every row by sheet, of unreadable rows as well.
    """

    releases: list[Entry[ReleaseRow]]
    deals: list[Entry[DealRow]]
    accounts: list[Entry[AccountRow]]
    marks: list[Entry[MarkRow]]
    distributions: list[Entry[DistributionRow]]
    rates: list[Entry[RateRow]]
    currencies: Mapping[str, str]
    ids: Mapping[str, Set[str]]
