from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import identity
from app.audit.models import AuditEvent
from app.core.db import database_now, session
from app.identity import Person, Role, Scope, StaffRole
from tests.identity.builders import a_member_of_staff, a_person, an_account

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


def test_an_address_is_kept_in_lower_case_and_found_however_it_is_typed() -> None:
    amara = a_person(email=" Amara@Example.com ")

    assert amara.email == "amara@example.com"
    assert identity.find_person_by_email("AMARA@example.COM ") is amara


def test_two_people_never_share_an_address() -> None:
    a_person(email="amara@example.com")

    with pytest.raises(identity.CannotAddPerson, match="already here"):
        a_person(email="Amara@example.com")


def test_the_database_refuses_a_second_spelling_of_an_address() -> None:
    session.add(Person(full_name="Amara", email="Amara@example.com", time_zone="UTC"))

    with pytest.raises(IntegrityError):
        session.flush()


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(identity.CannotAddPerson, match="America/New_York"):
        a_person(time_zone="Mars/Olympus")


def test_a_person_is_greeted_by_the_greeting_or_the_full_name() -> None:
    assert a_person(full_name="Amara Okafor").called == "Amara Okafor"
    assert a_person(full_name="Amara Okafor", greeting="Dr. Okafor").called == "Dr. Okafor"


def test_a_person_sees_every_account_they_act_for_through_its_last_day() -> None:
    elena = a_person(full_name="Elena Petrova")
    own = an_account(of=elena)
    trust = an_account(of=elena, scope=Scope.ACTS, ends_on=date(2026, 11, 22))

    on_the_last_day = identity.list_authorities(person=elena, on=date(2026, 11, 22))
    on_the_next = identity.list_authorities(person=elena, on=date(2026, 11, 23))
    assert [each.account for each in on_the_last_day] == [own, trust]
    assert [each.account for each in on_the_next] == [own]


def test_an_account_never_shows_up_for_somebody_else() -> None:
    an_account(of=a_person())

    assert identity.list_authorities(person=a_person(), on=date(2026, 11, 22)) == []


@pytest.mark.parametrize("approver", [Role.MANAGEMENT, Role.LEGAL])
def test_admin_and_approver_are_never_one_person(approver: Role, at: datetime) -> None:
    admin = a_member_of_staff(roles=[Role.ADMIN])

    with pytest.raises(identity.CannotChangeRoles, match="never one person"):
        identity.grant_role(person=admin, role=approver, reason="", by=a_member_of_staff(), at=at)
    with pytest.raises(identity.CannotChangeRoles, match="never one person"):
        a_member_of_staff(roles=[Role.ADMIN, approver])
    assert admin.roles == {Role.ADMIN}


def test_staff_without_a_role_are_refused() -> None:
    with pytest.raises(identity.CannotChangeRoles, match="at least one role"):
        a_member_of_staff(roles=[])


def test_a_role_that_was_withdrawn_can_be_given_again_and_both_times_are_kept() -> None:
    person, admin = a_member_of_staff(roles=[Role.SUPPORT, Role.AUDITOR]), a_member_of_staff(roles=[Role.ADMIN])
    now = database_now()

    identity.withdraw_role(person=person, role=Role.AUDITOR, by=admin, at=now)
    without = person.roles
    identity.grant_role(person=person, role=Role.AUDITOR, reason="", by=admin, at=now)

    held = session.scalars(select(StaffRole).where(StaffRole.person_id == person.id)).all()
    assert without == {Role.SUPPORT}
    assert person.roles == {Role.SUPPORT, Role.AUDITOR}
    assert len(held) == 3


def test_the_database_refuses_to_hold_one_role_twice(at: datetime) -> None:
    person = a_member_of_staff(roles=[Role.SUPPORT])
    session.add(StaffRole(person_id=person.id, role=Role.SUPPORT, granted_at=at))

    with pytest.raises(IntegrityError):
        session.flush()


def test_staff_are_listed_by_name_and_role() -> None:
    support = a_member_of_staff(full_name="Zoe", roles=[Role.SUPPORT])
    legal = a_member_of_staff(full_name="Ada", roles=[Role.LEGAL])
    a_person()

    assert identity.list_staff() == [legal, support]
    assert identity.list_people_with_role(Role.LEGAL) == [legal]


def test_disabling_somebody_ends_every_role() -> None:
    person, admin = a_member_of_staff(roles=[Role.SUPPORT]), a_member_of_staff(roles=[Role.ADMIN])

    identity.disable_staff(person=person, reason="left", by=admin, at=database_now())

    assert person.roles == frozenset()
    with pytest.raises(identity.CannotChangeRoles, match="no staff access"):
        identity.disable_staff(person=person, reason="left", by=admin, at=database_now())


def test_every_change_of_staff_is_in_the_log() -> None:
    person, admin = a_member_of_staff(roles=[Role.SUPPORT]), a_member_of_staff(roles=[Role.ADMIN])
    now = database_now()
    identity.grant_role(person=person, role=Role.AUDITOR, reason="", by=admin, at=now)
    identity.withdraw_role(person=person, role=Role.AUDITOR, by=admin, at=now)
    identity.disable_staff(person=person, reason="left", by=admin, at=now)

    leaves = session.scalars(select(AuditEvent.leaf)).all()
    about = [leaf for leaf in leaves if f'"subject":"{person.audit_name}"'.encode() in leaf]
    for action in ("staff.created", "role.granted", "role.withdrawn", "staff.disabled"):
        assert [f'"{action}"'.encode() in leaf for leaf in about].count(True) == 1
