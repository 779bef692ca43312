"""Writing the rows of an import, all checks done; requests have a writer of their own. Callers own the transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app import identity
from app.core.db import session
from app.deals.changing import add_version, agreement_of, change_row, remove_row
from app.deals.comparison import Comparison
from app.deals.models import Agreement, Deal, Distribution, Import, Mark, Release
from app.deals.records import AccountRow, DealRow, Entry, ReleaseRow
from app.deals.stored import known_ids
from app.identity import Account, Authority, Person


def write_rows(found: Comparison, done: Import) -> tuple[dict[str, int], dict[str, int]]:
    """Write all sheets but requests, in the order in which they refer to each other; ids of deals and accounts."""
    new = found.new
    _add_releases(new["releases"])
    _add_accounts(new["accounts"])
    deals = _known_deals()
    for sheet, key in found.removed:
        remove_row(sheet, key, deals)
    for changed in found.changed:
        change_row(changed.sheet, changed.key, changed.values, deals)
    _add_deals(new["deals"], done)
    deals = _known_deals()
    _add_later_facts(new, deals)
    session.flush()
    return deals, dict(session.execute(select(Account.external_id, Account.id)).all())


def _known_deals() -> dict[str, int]:
    return dict(session.execute(select(Deal.external_id, Deal.id)).all())


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
    for entry in entries:
        row = entry.record
        agreement = agreement_of(row.agreement_version, row.agreement_clause, row.agreement_clause_text)
        session.add(_deal(row, releases[row.release], agreement, done))
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


def _add_later_facts(new: Mapping[str, list[Entry[Any]]], deals: Mapping[str, int]) -> None:
    for mark in (entry.record for entry in new["marks"]):
        session.add(Mark(deal_id=deals[mark.deal_id], as_of=mark.as_of, multiple=mark.multiple))
    for paid in (entry.record for entry in new["distributions"]):
        session.add(Distribution(deal_id=deals[paid.deal_id], paid_on=paid.paid_on, total_cents=paid.total))
    for rate in (entry.record for entry in new["rates"]):
        add_version((rate.policy, rate.valid_from), rate.rate)
