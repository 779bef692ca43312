"""Changing and removing stored rows that nothing rests on. Callers own the transaction and have checked."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select, update

from app import identity
from app.core.db import session
from app.deals.models import Agreement, Deal, Distribution, Mark, Rate, Release
from app.deals.stored import Key
from app.identity import Account, Authority, Person

DEAL = {
    "name": "name",
    "currency": "currency",
    "allocation_available": "available_cents",
    "closed_on": "closed_on",
    "allocated_at": "allocated_at",
    "rule": "rule",
    "minimum_allocation": "minimum_cents",
}
PERSON = {
    "person_name": "full_name",
    "greeting": "greeting",
    "time_zone": "time_zone",
    "phone": "phone",
    "postal_address": "postal_address",
}
ACCOUNT = {"account_name": "name", "account_type": "type", "payment_last4": "payment_last4"}


def change_row(sheet: str, key: Key, values: Mapping[str, Any], deals: Mapping[str, int]) -> None:
    """Give one stored row new values, by column of its sheet; `deals` are row ids."""
    match sheet:
        case "releases":
            session.execute(update(Release).where(Release.name == key[0]).values(**values))
        case "deals":
            _change_deal(str(key[0]), values)
        case "accounts":
            _change_account(str(key[0]), str(key[1]), values)
        case "marks":
            session.execute(
                update(Mark)
                .where(Mark.deal_id == deals[key[0]], Mark.as_of == key[1])
                .values(multiple=values["multiple"])
            )
        case "distributions":
            theirs = (Distribution.deal_id == deals[key[0]], Distribution.paid_on == key[1])
            session.execute(update(Distribution).where(*theirs).values(total_cents=values["total"]))
        case "rates":
            add_version(key, values["rate"])


def remove_row(sheet: str, key: Key, deals: Mapping[str, int]) -> None:
    """Take out a mark or a distribution; a rate is withdrawn by a version without one."""
    match sheet:
        case "marks":
            session.execute(delete(Mark).where(Mark.deal_id == deals[key[0]], Mark.as_of == key[1]))
        case "distributions":
            theirs = (Distribution.deal_id == deals[key[0]], Distribution.paid_on == key[1])
            session.execute(delete(Distribution).where(*theirs))
        case "rates":
            add_version(key, None)


def add_version(key: Key, rate: str | None) -> None:
    """The rate as it holds from now on; what was worked out by an earlier version can still be told from it."""
    newest = select(func.max(Rate.version)).where(Rate.policy == key[0], Rate.valid_from == key[1])
    version = (session.scalar(newest) or 0) + 1
    session.add(Rate(policy=key[0], valid_from=key[1], rate=rate, version=version))
    session.flush()


def agreement_of(version: str, clause: str, text: str) -> Agreement:
    """The agreement of that version and clause, with the text as it was signed."""
    theirs = select(Agreement).where(Agreement.version == version, Agreement.clause == clause)
    known = session.scalars(theirs).one_or_none()
    if known is None:
        known = Agreement(version=version, clause=clause, clause_text=text)
        session.add(known)
        session.flush()
    return known


def _change_deal(deal_id: str, values: Mapping[str, Any]) -> None:
    deal = session.scalars(select(Deal).where(Deal.external_id == deal_id)).one()
    for column, value in values.items():
        if column in DEAL:
            setattr(deal, DEAL[column], value)
    if "release" in values:
        deal.release = session.scalars(select(Release).where(Release.name == values["release"])).one()
    if any(column.startswith("agreement_") for column in values):
        now = deal.agreement
        wanted = {"version": now.version, "clause": now.clause, "clause_text": now.clause_text}
        wanted |= {
            column.removeprefix("agreement_"): value for column, value in values.items() if "agreement_" in column
        }
        deal.agreement = agreement_of(wanted["version"], wanted["clause"], wanted["clause_text"])
    session.flush()


def _change_account(number: str, email: str, values: Mapping[str, Any]) -> None:
    of_person = {PERSON[column]: value for column, value in values.items() if column in PERSON}
    of_account = {ACCOUNT[column]: value for column, value in values.items() if column in ACCOUNT}
    if of_person:
        session.execute(update(Person).where(Person.email == email).values(**of_person))
        identity.index_people([email])
    if of_account:
        session.execute(update(Account).where(Account.external_id == number).values(**of_account))
        identity.index_accounts([number])
    if "scope" in values:
        person = select(Person.id).where(Person.email == email).scalar_subquery()
        account = select(Account.id).where(Account.external_id == number).scalar_subquery()
        theirs = (Authority.person_id == person, Authority.account_id == account)
        session.execute(update(Authority).where(*theirs).values(scope=values["scope"]))
