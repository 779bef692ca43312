"""People, accounts and links for tests. Callers own the transaction."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from itertools import count

from app import identity
from app.core import clock
from app.core.db import database_now
from app.identity import APPROVERS, Account, AccountType, Person, Role, Scope, SignInLink, StaffChange
from app.identity.asking import HOME

PASSWORD = "river lamp and nine owls"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_numbers = count(1)


def a_person(
    *,
    full_name: str = "Amara Okafor",
    email: str | None = None,
    greeting: str = "",
    time_zone: str = "America/New_York",
) -> Person:
    """Somebody without an account."""
    email = email or f"person{next(_numbers)}@example.com"
    return identity.add_person(full_name=full_name, email=email, time_zone=time_zone, greeting=greeting)


def an_account(*, of: Person, scope: Scope = Scope.OWNER, ends_on: date | None = None) -> Account:
    """A personal account that somebody may act for."""
    number = f"ACC-{next(_numbers):04d}"
    account = identity.add_account(
        external_id=number, name=of.full_name, type_=AccountType.PERSONAL, payment_last4="1000"
    )
    identity.authorise(person=of, account=account, scope=scope, ends_on=ends_on)
    return account


def an_investor(*, full_name: str = "Amara Okafor", email: str | None = None) -> Person:
    """Somebody who owns one account."""
    person = a_person(full_name=full_name, email=email)
    an_account(of=person)
    return person


def a_member_of_staff(
    *, roles: Iterable[Role] = (Role.SUPPORT,), full_name: str = "Sam Rivera", email: str | None = None
) -> Person:
    """Staff whose password is PASSWORD and whose authenticator app holds SECRET, hired a year ago."""
    hired = clock.now() - timedelta(days=365)
    person = identity.create_staff(
        full_name=full_name,
        email=email or f"staff{next(_numbers)}@example.com",
        roles=roles,
        time_zone="America/New_York",
        by="shell:tester",
        at=hired,
    )
    for change in identity.list_changes(person):
        identity.confirm_change(change=change, by=_an_approver_for(change), at=hired)
    identity.choose_password(person=person, password_hash=_password_hash(), at=hired)
    identity.add_authenticator(person=person, secret=SECRET, code=identity.code_before(SECRET), at=hired)
    return person


def _an_approver_for(change: StaffChange) -> Person:
    approvers = [each for role in APPROVERS for each in identity.list_people_with_role(role)]
    return next(each for each in approvers if identity.may_decide_change(change, each, clock.now()))


def code_of_app(person: Person) -> str:
    """The next code that the person's authenticator app shows and that was not used yet."""
    code = identity.next_code(person, SECRET)
    assert code is not None, "three codes in half a minute is all that an app has"
    return code


def a_notice_link(*, person: Person, opens: str = HOME, lives: timedelta = timedelta(days=30)) -> SignInLink:
    """A link as a notice carries it."""
    now = database_now()
    return identity.open_notice_link(
        person=person,
        message_pseudonym=f"00000000-0000-4000-8000-{next(_numbers):012d}",
        opens=opens,
        expires_at=now + lives,
        at=now - timedelta(days=60),
    )


@cache
def _password_hash() -> str:
    return identity.hash_password(PASSWORD, email="staff@example.com")
