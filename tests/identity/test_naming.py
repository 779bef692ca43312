"""The owner of an account names somebody for it, through a day, and ends it again."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import NoResultFound

from app import identity
from app.core import clock
from app.identity import Account, Authority, Person, Scope
from tests.identity.builders import a_person, an_account
from tests.scheduling.builders import actions_about

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
TODAY = clock.now().date()


def _name(
    owner: Person,
    account: Account,
    *,
    email: str = "iris@example.com",
    scope: Scope = Scope.SEES,
    through: date = TODAY,
) -> Authority:
    return identity.name_person(
        owner=owner,
        account=account,
        full_name="Iris Lund",
        email=email,
        scope=scope,
        ends_on=through,
        at=clock.now(),
    )


def _sees(person: Person, on: date) -> list[Scope]:
    return [each.scope for each in identity.list_authorities(person=person, on=on)]


@pytest.mark.parametrize("scope", [Scope.SEES, Scope.ACTS])
def test_who_is_named_has_the_scope_through_the_last_day_and_not_after(scope: Scope) -> None:
    account = an_account(of=(owner := a_person()))
    named = _name(owner, account, scope=scope, through=TODAY + timedelta(days=3))

    assert _sees(named.person, TODAY + timedelta(days=3)) == [scope]
    assert _sees(named.person, TODAY + timedelta(days=4)) == []
    assert actions_about(named.person) == ["person.added", "authority.given"]


def test_the_owner_ends_it_at_once_and_can_name_the_same_person_again() -> None:
    account = an_account(of=(owner := a_person()))
    person = _name(owner, account).person
    identity.end_naming(owner=owner, account=account, pseudonym=person.pseudonym, at=clock.now())

    assert _sees(person, TODAY) == []
    _name(owner, account, email=person.email.upper(), scope=Scope.ACTS)
    assert _sees(person, TODAY) == [Scope.ACTS]


@pytest.mark.parametrize("scope", [Scope.ACTS, Scope.SEES, None])
def test_only_an_owner_names_and_ends_and_to_others_the_account_is_not_found(scope: Scope | None) -> None:
    account = an_account(of=(owner := a_person()))
    other, named = a_person(), _name(owner, account)
    if scope is not None:
        identity.authorise(person=other, account=account, scope=scope)

    with pytest.raises(NoResultFound):
        _name(other, account, email="someone@example.com")
    with pytest.raises(NoResultFound):
        identity.end_naming(owner=other, account=account, pseudonym=named.person.pseudonym, at=clock.now())
    assert identity.list_named(owner=other, on=TODAY) == []


def test_an_owner_whose_time_is_over_names_nobody() -> None:
    owner = a_person()
    account = an_account(of=owner, ends_on=TODAY - timedelta(days=1))

    with pytest.raises(NoResultFound):
        _name(owner, account)


def test_nobody_makes_an_owner_names_for_the_past_or_names_twice() -> None:
    account = an_account(of=(owner := a_person()))

    with pytest.raises(identity.CannotName, match="only see"):
        _name(owner, account, scope=Scope.OWNER)
    with pytest.raises(identity.CannotName, match="is over"):
        _name(owner, account, through=TODAY - timedelta(days=1))
    _name(owner, account)
    with pytest.raises(identity.CannotName, match="already"):
        _name(owner, account)


def test_an_owner_is_not_ended_here() -> None:
    account = an_account(of=(owner := a_person()))

    with pytest.raises(identity.CannotName, match="owner"):
        identity.end_naming(owner=owner, account=account, pseudonym=owner.pseudonym, at=clock.now())
