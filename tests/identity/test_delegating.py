"""Absence, delegated by name and confirmed by the other kind."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app import identity
from app.core.db import session
from app.identity import CannotDelegate, Delegation, Person, Role
from tests.identity.builders import a_member_of_staff

pytestmark = pytest.mark.both_databases


@pytest.fixture
def legal(tx: None) -> Person:
    return a_member_of_staff(roles=[Role.LEGAL], full_name="Lena Ortiz")


@pytest.fixture
def management(tx: None) -> Person:
    return a_member_of_staff(roles=[Role.MANAGEMENT], full_name="Marcus Bell")


def ask(approver: Person, at: datetime, *, deputy: Person | None = None, days: int = 7) -> Delegation:
    return identity.delegate(
        approver=approver,
        role=Role.LEGAL,
        deputy=deputy or a_member_of_staff(full_name="Ida Holm"),
        from_on=at.date(),
        to_on=at.date() + timedelta(days=days),
        reason="Away.",
        at=at,
    )


def test_a_deputy_signs_once_the_other_kind_confirmed_and_within_the_days(
    legal: Person, management: Person, at: datetime
) -> None:
    asked = ask(legal, at)
    on = at.date()
    assert identity.list_deputised(deputy=asked.deputy, on=on) == []

    identity.confirm_delegation(delegation=asked, by=management, at=at)

    assert identity.list_deputised(deputy=asked.deputy, on=on) == [asked]
    assert identity.list_deputised(deputy=asked.deputy, on=on + timedelta(days=8)) == []
    identity.end_delegation(delegation=asked, by=legal, at=at)
    assert identity.list_deputised(deputy=asked.deputy, on=on) == []


def test_nobody_signs_for_somebody_who_no_longer_holds_the_role(
    legal: Person, management: Person, at: datetime
) -> None:
    asked = ask(legal, at)
    identity.confirm_delegation(delegation=asked, by=management, at=at)

    identity.withdraw_role(person=legal, role=Role.LEGAL, by=management, at=at)

    assert identity.list_deputised(deputy=asked.deputy, on=at.date()) == []


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.MANAGEMENT, Role.LEGAL])
def test_who_prepares_reads_or_signs_anyhow_is_nobodys_deputy(legal: Person, at: datetime, role: Role) -> None:
    with pytest.raises(CannotDelegate, match="cannot sign for somebody else"):
        ask(legal, at, deputy=a_member_of_staff(roles=[role]))


def test_one_delegates_only_ones_own_role_to_somebody_else_and_not_backwards(
    legal: Person, management: Person, at: datetime
) -> None:
    with pytest.raises(CannotDelegate, match="only for their own role"):
        ask(management, at)
    with pytest.raises(CannotDelegate, match="somebody else than yourself"):
        ask(legal, at, deputy=legal)
    with pytest.raises(CannotDelegate, match="The last day"):
        ask(legal, at, days=-1)


def test_the_same_kind_the_absent_one_and_the_deputy_do_not_confirm(legal: Person, at: datetime) -> None:
    asked = ask(legal, at)

    for by in (legal, asked.deputy, a_member_of_staff(roles=[Role.LEGAL])):
        with pytest.raises(CannotDelegate, match="of the other kind"):
            identity.confirm_delegation(delegation=asked, by=by, at=at)


@pytest.mark.parametrize(
    "wrong",
    [
        {"deputy_id": Delegation.approver_id},
        {"confirmed_by_id": Delegation.deputy_id, "confirmed_at": Delegation.asked_at},
        {"confirmed_at": Delegation.asked_at},
        {"role": Role.SUPPORT},
        {"to_on": date(2020, 1, 1)},
    ],
)
def test_the_database_holds_the_rules_too(legal: Person, at: datetime, wrong: dict[str, object]) -> None:
    ask(legal, at)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Delegation).values(wrong), execution_options={"synchronize_session": False})
