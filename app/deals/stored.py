"""What is stored already under the keys of an import, column by column, to compare with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.core.db import session
from app.deals.models import Agreement, Deal, Distribution, Mark, Payment, Rate, Release, Request
from app.deals.records import Records
from app.identity import Account, Authority, Person

SLICE = 500
Key = tuple[Any, ...]
Values = Mapping[str, Any]
Found = Mapping[Key, Values]
Query = Select[*tuple[Any, ...]]

RELEASES: Query = select(Release.name.label("release"), Release.deployed_on, Release.rule, Release.note)
DEALS: Query = (
    select(
        Deal.external_id.label("deal_id"),
        Deal.name,
        Deal.currency,
        Deal.available_cents.label("allocation_available"),
        Deal.closed_on,
        Deal.allocated_at,
        Release.name.label("release"),
        Deal.rule,
        Agreement.version.label("agreement_version"),
        Agreement.clause.label("agreement_clause"),
        Agreement.clause_text.label("agreement_clause_text"),
        Deal.minimum_cents.label("minimum_allocation"),
    )
    .join(Deal.release)
    .join(Deal.agreement)
)
_REQUESTS: Query = (
    select(
        Deal.external_id,
        Account.external_id,
        Request.id,
        Request.position,
        Request.agreement_signed_on,
        Request.requested_cents,
        Request.basis,
        Request.basis_count,
        Request.recorded_cents,
        func.coalesce(Payment.amount_cents, 0),
        Payment.paid_on,
    )
    .join(Request.deal)
    .join(Request.account)
    .outerjoin(Request.payments)
    .order_by(Request.deal_id, Request.position)
)
MARKS: Query = select(Deal.external_id.label("deal_id"), Mark.as_of, Mark.multiple).join(Mark.deal)
DISTRIBUTIONS: Query = select(
    Deal.external_id.label("deal_id"), Distribution.paid_on, Distribution.total_cents.label("total")
).join(Distribution.deal)
_NEWER = aliased(Rate)
RATES: Query = select(Rate.policy, Rate.valid_from, Rate.rate).where(
    Rate.rate.is_not(None),
    ~exists().where(_NEWER.policy == Rate.policy, _NEWER.valid_from == Rate.valid_from, _NEWER.version > Rate.version),
)
CLAUSES: Query = select(Agreement.version, Agreement.clause, Agreement.clause_text.label("agreement_clause_text"))
PEOPLE: Query = select(
    Person.email,
    Person.full_name.label("person_name"),
    Person.greeting,
    Person.time_zone,
    Person.phone,
    Person.postal_address,
)
ACCOUNTS: Query = select(
    Account.external_id, Account.name.label("account_name"), Account.type.label("account_type"), Account.payment_last4
)
SCOPES: Query = (
    select(Account.external_id, Person.email, Authority.scope).join(Authority.account).join(Authority.person)
)


@dataclass(frozen=True)
class Stored:
    """Stored values: of each sheet by its key, of people by address, of accounts by number, and so on."""

    rows: Mapping[str, Found]
    people: Found
    accounts: Found
    scopes: Found
    clauses: Found

    def currency_of(self, deal_id: str) -> str:
        """The currency in which the stored amounts of a deal are; USD for a deal that is not stored."""
        deal = self.rows["deals"].get((deal_id,))
        return deal["currency"] if deal else "USD"


def load_stored(records: Records) -> Stored:
    """Everything stored that a row of these records could repeat, change or leave out."""
    releases = [entry.record.release for entry in records.releases]
    deals = [entry.record.deal_id for entry in records.deals]
    versions = [entry.record.agreement_version for entry in records.deals]
    policies = [entry.record.policy for entry in records.rates]
    accounts = [entry.record.account_id for entry in records.accounts]
    people = [entry.record.person_email for entry in records.accounts]
    return Stored(
        rows={
            "releases": _found(RELEASES, 1, Release.name, releases),
            "deals": _found(DEALS, 1, Deal.external_id, deals),
            "marks": _found(MARKS, 2, Deal.external_id, deals),
            "distributions": _found(DISTRIBUTIONS, 2, Deal.external_id, deals),
            "rates": _found(RATES, 2, Rate.policy, policies),
        },
        people=_found(PEOPLE, 1, Person.email, people),
        accounts=_found(ACCOUNTS, 1, Account.external_id, accounts),
        scopes=_found(SCOPES, 2, Account.external_id, accounts),
        clauses=_found(CLAUSES, 2, Agreement.version, versions),
    )


class StoredRequest(NamedTuple):
    """A stored request: its row, its place in its deal, and its cells by column from `agreement_signed_on` on."""

    id: int
    position: int
    cells: tuple[Any, ...]


def load_requests(deal_ids: Iterable[str]) -> dict[str, dict[str, StoredRequest]]:
    """Stored requests of these deals by deal and account, in their order; a deal that is not stored has no entry."""
    found: dict[str, dict[str, StoredRequest]] = {}
    for some in _sliced(deal_ids):
        stored = session.scalars(select(Deal.external_id).where(Deal.external_id.in_(some)))
        found |= {deal_id: {} for deal_id in stored}
        for deal_id, account_id, id_, position, *cells in session.execute(_REQUESTS.where(Deal.external_id.in_(some))):
            found[deal_id][account_id] = StoredRequest(id_, position, tuple(cells))
    return found


def known_ids(
    id_: InstrumentedAttribute[int], among: InstrumentedAttribute[str], wanted: Iterable[str]
) -> dict[str, int]:
    """Row ids by the platform's own keys, of the wanted ones that are stored."""
    found: dict[str, int] = {}
    for some in _sliced(wanted):
        found |= dict(session.execute(select(among, id_).where(among.in_(some))).all())
    return found


def _found(query: Query, key_columns: int, among: InstrumentedAttribute[str], wanted: Iterable[str]) -> Found:
    """Rows by their first columns; the labels are the columns of the sheet, the key left out."""
    found: dict[Key, Values] = {}
    for some in _sliced(wanted):
        for row in session.execute(query.where(among.in_(some))):
            names = row._fields[key_columns:]
            found[tuple(row[:key_columns])] = dict(zip(names, row[key_columns:], strict=True))
    return found


def _sliced(wanted: Iterable[str]) -> Iterator[Sequence[str]]:
    """A few hundred at a time: databases limit how many values a statement holds."""
    distinct = list(dict.fromkeys(wanted))
    return (distinct[start : start + SLICE] for start in range(0, len(distinct), SLICE))
