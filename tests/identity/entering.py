"""Staff on their way in, for tests. Callers own the transaction."""

from datetime import datetime

from app import identity
from app.core import clock
from app.identity import LoginSession, NotSignedIn, Person, SignedIn, TypedCode
from tests.identity.builders import PASSWORD, code_of_app

HERE = "192.0.2.1"


def enter(person: Person) -> LoginSession:
    """Somebody whose password was right."""
    proof = identity.check_password(email=person.email, password=PASSWORD)
    return identity.begin_sign_in(proof=proof, device="Firefox", at=clock.now()).login


def sign_in(person: Person) -> SignedIn:
    """Password, and the next code of the app."""
    return let_in(show(enter(person), code_of_app(person)))


def show(login: LoginSession, code: str, *, at: datetime | None = None) -> SignedIn | NotSignedIn:
    """Type a code."""
    return identity.sign_in_staff(login=login, answer=TypedCode(code), client=HERE, at=at or clock.now())


def let_in(outcome: SignedIn | NotSignedIn) -> SignedIn:
    """What has to have worked."""
    assert isinstance(outcome, SignedIn)
    return outcome


def confirm(login: LoginSession, *, password_of: Person, code: str) -> SignedIn | NotSignedIn:
    """Password and code again."""
    proof = identity.check_password(email=password_of.email, password=PASSWORD)
    return identity.reauthenticate(login=login, proof=proof, answer=TypedCode(code), client=HERE, at=clock.now())
