"""Printed recovery codes: made together, shown once, good once each. Callers own the transaction."""

from datetime import datetime

from sqlalchemy import delete, func, select, update

from app import audit
from app.core.db import database_now, session
from app.identity.codes import hash_typed, new_code
from app.identity.factor_models import RecoveryCode
from app.identity.models import Person
from app.identity.signing_in import NotSignedIn

HOW_MANY = 10
GROUPS = 4
_PURPOSE = "recovery"
WRONG = NotSignedIn("That recovery code is not right, or it was used before.")


def make_recovery_codes(*, person: Person, at: datetime) -> list[str]:
    """Ten new codes, to be shown this once; the ones before end."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    made = [new_code(GROUPS) for _ in range(HOW_MANY)]
    now = database_now()
    session.add_all(
        RecoveryCode(code_hash=_hash(person, code), person_id=person.id, made_at=now, used_at=None) for code in made
    )
    session.flush()
    audit.record(action="recovery.made", actor=person, subject=person, at=at)
    return made


def use_recovery_code(*, person: Person, code: str) -> NotSignedIn | None:
    """Use a code up; None is yes."""
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.code_hash == _hash(person, code),
            RecoveryCode.person_id == person.id,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=database_now())
        .returning(RecoveryCode.person_id)
    )
    return None if used.scalar_one_or_none() is not None else WRONG


def count_recovery_codes(person: Person) -> int:
    """How many are left."""
    left = select(func.count()).where(RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def _hash(person: Person, code: str) -> bytes:
    return hash_typed(f"{_PURPOSE} {person.pseudonym}", code)
