"""Adding the new rows of an import to the tables, all checks done. Callers own the transaction."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import insert, select

from app import identity
from app.core.db import session
from app.deals.models import Agreement, Deal, Distribution, Import, Mark, Payment, Rate, Release, Request
from app.deals.records import (
    AccountRow,
    DealRow,
    Entry,
    Records,
    ReleaseRow,
    RequestRow,
)
from app.deals.stored import known_ids
from app.identity import Account, Authority, Person


def write_records(new: Records, *, done: Import) -> None:
    """Add every row, in the order in which they refer to each other."""
    _add_releases(new.releases)
    _add_accounts(new.accounts)
    _add_deals(new.deals, done)
    deals = dict(session.execute(select(Deal.external_id, Deal.id)).all())
    _add_requests(new.requests, deals)
    _add_later_facts(new, deals)
    session.flush()


def _add_releases(entries: Sequence[Entry[ReleaseRow]]) -> None:
    for entry in entries:
        row = entry.record
        session.add(Release(name=row.release, deployed_on=row.deployed_on, rule=row.rule, note=row.note))
    session.flush()


def _add_accounts(entries: Sequence[Entry[AccountRow]]) -> None:
    """Each person by their first row, each account once; a pair that is repeated in the file is one authority."""
    rows = [entry.record for entry in entries]
    by_email: dict[str, AccountRow] = {}
    by_number: dict[str, AccountRow] = {}
    for row in rows:
        by_email.setdefault(row.person_email, row)
        by_number.setdefault(row.account_id, row)
    people = known_ids(Person.id, Person.email, by_email)
    accounts = known_ids(Account.id, Account.external_id, by_number)
    identity.add_checked(Person, [_person(row) for email, row in by_email.items() if email not in people])
    identity.add_checked(Account, [_account(row) for number, row in by_number.items() if number not in accounts])
    people = known_ids(Person.id, Person.email, by_email)
    accounts = known_ids(Account.id, Account.external_id, by_number)
    scopes = {(people[row.person_email], accounts[row.account_id]): row.scope for row in rows}
    authorities = [
        {"person_id": person_id, "account_id": account_id, "scope": scope}
        for (person_id, account_id), scope in scopes.items()
    ]
    identity.add_checked(Authority, authorities)


def _person(row: AccountRow) -> dict[str, object]:
    return {
        "full_name": row.person_name,
        "email": row.person_email,
        "time_zone": row.time_zone,
        "greeting": row.greeting,
        "phone": row.phone,
        "postal_address": row.postal_address,
    }


def _account(row: AccountRow) -> dict[str, object]:
    return {
        "external_id": row.account_id,
        "name": row.account_name,
        "type": row.account_type,
        "payment_last4": row.payment_last4,
    }


def _add_deals(entries: Sequence[Entry[DealRow]], done: Import) -> None:
    releases = {release.name: release for release in session.scalars(select(Release))}
    agreements = {(each.version, each.clause): each for each in session.scalars(select(Agreement))}
    for entry in entries:
        row = entry.record
        version = (row.agreement_version, row.agreement_clause)
        if version not in agreements:
            agreements[version] = Agreement(
                version=row.agreement_version, clause=row.agreement_clause, clause_text=row.agreement_clause_text
            )
        session.add(_deal(row, releases[row.release], agreements[version], done))
    session.flush()


def _deal(row: DealRow, release: Release, agreement: Agreement, done: Import) -> Deal:
    return Deal(
        external_id=row.deal_id,
        name=row.name,
        currency=row.currency,
        available_cents=row.allocation_available,
        minimum_cents=row.minimum_allocation,
        closed_on=row.closed_on,
        allocated_at=row.allocated_at,
        rule=row.rule,
        release=release,
        agreement=agreement,
        imported=done,
    )


def _add_requests(entries: Sequence[Entry[RequestRow]], deals: dict[str, int]) -> None:
    """In bulk: a deal may have tens of thousands."""
    if not entries:
        return
    accounts = known_ids(Account.id, Account.external_id, (entry.record.account_id for entry in entries))
    placed: Counter[str] = Counter()
    rows = []
    for row in (entry.record for entry in entries):
        placed[row.deal_id] += 1
        rows.append(
            {
                "deal_id": deals[row.deal_id],
                "account_id": accounts[row.account_id],
                "position": placed[row.deal_id],
                "agreement_signed_on": row.agreement_signed_on,
                "requested_cents": row.requested,
                "basis": row.basis,
                "basis_count": row.basis_count,
                "recorded_cents": row.recorded_allocation,
            }
        )
    ids = session.scalars(insert(Request).returning(Request.id, sort_by_parameter_order=True), rows)
    _add_payments(entries, ids.all())


def _add_payments(entries: Sequence[Entry[RequestRow]], request_ids: Sequence[int]) -> None:
    payments = [
        {"request_id": request_id, "amount_cents": entry.record.paid_amount, "paid_on": entry.record.paid_on}
        for request_id, entry in zip(request_ids, entries, strict=True)
        if entry.record.paid_amount
    ]
    if payments:
        session.execute(insert(Payment), payments)


def _add_later_facts(new: Records, deals: dict[str, int]) -> None:
    for mark in (entry.record for entry in new.marks):
        session.add(Mark(deal_id=deals[mark.deal_id], as_of=mark.as_of, multiple=mark.multiple))
    for paid in (entry.record for entry in new.distributions):
        session.add(Distribution(deal_id=deals[paid.deal_id], paid_on=paid.paid_on, total_cents=paid.total))
    for rate in (entry.record for entry in new.rates):
        session.add(Rate(policy=rate.policy, valid_from=rate.valid_from, rate=rate.rate))
