"""An approver's role, and an approver's reset, count once an approver of the other kind confirms them."""

from datetime import datetime, timedelta

import pytest

from app import identity
from app.core import clock
from app.identity import ChangeKind, Person, Role, StaffChange
from tests.identity.builders import a_member_of_staff
from tests.scheduling.builders import actions_about

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


@pytest.fixture
def admin(tx: None) -> Person:
    """Somebody who asks."""
    return a_member_of_staff(roles=[Role.ADMIN], full_name="Nora Weiss")


@pytest.fixture
def management(tx: None) -> Person:
    """An approver of the one kind."""
    return a_member_of_staff(roles=[Role.MANAGEMENT], full_name="Marcus Bell")


@pytest.fixture
def legal(management: Person) -> Person:
    """An approver of the other."""
    return a_member_of_staff(roles=[Role.LEGAL], full_name="Lena Ortiz")


def _ask(person: Person, by: Person, role: Role = Role.LEGAL) -> StaffChange:
    change = identity.grant_role(person=person, role=role, reason="more hands", by=by, at=clock.now())
    assert change is not None
    return change


def test_an_approvers_role_counts_from_its_confirmation_by_the_other_kind(admin: Person, management: Person) -> None:
    sam, later = a_member_of_staff(), clock.now() + timedelta(hours=1)
    change = _ask(sam, admin)

    assert sam.roles == {Role.SUPPORT}
    identity.confirm_change(change=change, by=management, at=later)
    assert sam.roles == {Role.SUPPORT, Role.LEGAL}
    assert identity.signs_since(sam, Role.LEGAL) == later
    assert actions_about(change) == ["change.asked", "change.confirmed"]


def test_nobody_else_confirms_it(admin: Person, management: Person, legal: Person) -> None:
    sam, auditor = a_member_of_staff(), a_member_of_staff(roles=[Role.AUDITOR])
    change = _ask(sam, admin)

    for somebody in (sam, admin, legal, auditor):
        with pytest.raises(identity.CannotChangeRoles, match="other kind"):
            identity.confirm_change(change=change, by=somebody, at=clock.now())
    assert sam.roles == {Role.SUPPORT}


def test_whoever_asked_does_not_confirm(management: Person, legal: Person) -> None:
    change = _ask(a_member_of_staff(), management)

    with pytest.raises(identity.CannotChangeRoles, match="other kind"):
        identity.confirm_change(change=change, by=management, at=clock.now())


def test_what_was_refused_or_confirmed_is_not_decided_again(admin: Person, management: Person) -> None:
    sam = a_member_of_staff()
    change = _ask(sam, admin)
    identity.refuse_change(change=change, by=management, at=clock.now())

    with pytest.raises(identity.CannotChangeRoles, match="already"):
        identity.confirm_change(change=change, by=management, at=clock.now())
    assert sam.roles == {Role.SUPPORT}
    assert identity.list_open_changes() == []


def test_what_waits_counts_when_it_is_asked_who_may_hold_what(admin: Person, management: Person) -> None:
    sam = a_member_of_staff()
    change = _ask(sam, admin)

    with pytest.raises(identity.CannotChangeRoles, match="never one person"):
        identity.grant_role(person=sam, role=Role.ADMIN, reason="", by=admin, at=clock.now())
    with pytest.raises(identity.CannotChangeRoles, match="waits"):
        _ask(sam, admin)
    identity.confirm_change(change=change, by=management, at=clock.now())


def test_the_first_approver_comes_from_the_shell_and_never_from_a_page(admin: Person) -> None:
    sam, at = a_member_of_staff(), clock.now()

    with pytest.raises(identity.CannotChangeRoles, match="shell"):
        identity.grant_role(person=sam, role=Role.LEGAL, reason="", by=admin, at=at)
    assert identity.grant_role(person=sam, role=Role.LEGAL, reason="", by="shell:root", at=at) is None
    assert sam.roles == {Role.SUPPORT, Role.LEGAL}


def test_the_shell_waits_too_once_somebody_can_confirm(management: Person, at: datetime) -> None:
    lena = identity.create_staff(
        full_name="Lena", email="lena@example.com", roles=[Role.LEGAL], time_zone="UTC", by="shell:root", at=at
    )

    assert lena.roles == frozenset()
    assert [each.role for each in identity.list_open_changes()] == [Role.LEGAL]


def test_an_approvers_reset_waits_and_they_sign_nothing_proposed_before_it(
    admin: Person, management: Person, legal: Person
) -> None:
    at = clock.now()
    assert identity.reset_factors(person=legal, reason="lost it", by=admin, at=at) is None
    [change] = identity.list_open_changes()
    assert change.kind is ChangeKind.RESET
    assert identity.factors_of(legal).is_set_up

    for somebody in (admin, legal):
        with pytest.raises(identity.CannotChangeRoles):
            identity.confirm_change(change=change, by=somebody, at=at)
    code = identity.confirm_change(change=change, by=management, at=at + timedelta(minutes=1))

    assert code
    assert not identity.factors_of(legal).is_set_up
    assert identity.signs_since(legal, Role.LEGAL) == at + timedelta(minutes=1)


def test_the_reset_of_an_approvers_deputy_waits_too_and_dates_their_signatures(
    admin: Person, management: Person, legal: Person
) -> None:
    ida, at = a_member_of_staff(full_name="Ida Holm"), clock.now()
    today = at.date()
    identity.delegate(approver=legal, role=Role.LEGAL, deputy=ida, from_on=today, to_on=today, reason="away", at=at)

    assert identity.reset_factors(person=ida, reason="lost it", by=admin, at=at) is None
    [change] = identity.list_open_changes()
    identity.confirm_change(change=change, by=management, at=at)
    assert identity.signs_since(legal, Role.LEGAL, deputy=ida) == at


def test_others_are_reset_at_once_but_nobody_resets_themselves(admin: Person) -> None:
    sam = a_member_of_staff()

    assert identity.reset_factors(person=sam, reason="lost it", by=admin, at=clock.now())
    with pytest.raises(identity.CannotChangeRoles, match="Another admin"):
        identity.reset_factors(person=admin, reason="me", by=admin, at=clock.now())


def test_the_only_admin_stays(admin: Person) -> None:
    with pytest.raises(identity.CannotChangeRoles, match="only admin"):
        identity.withdraw_role(person=admin, role=Role.ADMIN, by=admin, at=clock.now())
    with pytest.raises(identity.CannotChangeRoles, match="only admin"):
        identity.disable_staff(person=admin, reason="", by=admin, at=clock.now())
    other = a_member_of_staff(roles=[Role.ADMIN])
    identity.disable_staff(person=admin, reason="left", by=other, at=clock.now())
    assert admin.roles == frozenset()
