from contextlib import nullcontext

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app import identity
from app.audit.models import AuditEvent
from app.core import clock
from app.core.db import session, transaction
from app.identity import Role
from tests.identity.builders import PASSWORD, a_member_of_staff


def _user(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["user", *words])


def _create(app: Flask, email: str, *roles: str) -> Result:
    given = [word for role in roles for word in ("--role", role)]
    return _user(app, "create", email, "--name", "Sam Rivera", *given)


def _code_in(result: Result) -> str:
    return result.stdout.split("Enrolment code: ")[1].split("\n")[0]


def test_the_shell_creates_staff_and_prints_the_code_to_enrol_with(app: Flask) -> None:
    result = _create(app, "Sam@Example.com", "support", "auditor")

    sam = identity.find_person_by_email("sam@example.com")
    assert result.exit_code == 0
    assert "http://localhost/staff/enrol" in result.stderr
    assert sam is not None
    assert sam.roles == {Role.SUPPORT, Role.AUDITOR}
    with transaction():
        begun = identity.begin_enrolment(
            email="sam@example.com", code=_code_in(result), password_hash="hash", device="", at=clock.now()
        )
    assert begun.login.person_id == sam.id


def test_bad_staff_are_refused_with_exit_code_2_and_nothing_is_written(app: Flask) -> None:
    result = _create(app, "sam@example.com", "admin", "legal")

    assert result.exit_code == 2
    assert "never one person" in result.stderr
    assert identity.find_person_by_email("sam@example.com") is None


def test_the_shell_resets_an_access_and_the_code_before_ends(app: Flask) -> None:
    with transaction():
        sam = a_member_of_staff(email="sam@example.com")
        before = identity.issue_enrolment(person=sam, by="shell:tester", at=clock.now())
    result = _user(app, "reset-factors", "sam@example.com", "--reason", "lost the telephone")

    assert result.exit_code == 0
    assert not identity.factors_of(sam).is_set_up
    with pytest.raises(identity.WrongPassword):
        identity.check_password(email=sam.email, password=PASSWORD)
    for code, is_good in ((before, False), (_code_in(result), True)):
        with nullcontext() if is_good else pytest.raises(identity.WrongEnrolment), transaction():
            identity.begin_enrolment(email=sam.email, code=code, password_hash="hash", device="", at=clock.now())
    assert _user(app, "reset-factors", "nobody@example.com", "--reason", "gone").exit_code == 2


def test_an_address_in_use_is_refused(app: Flask) -> None:
    _create(app, "sam@example.com", "support")
    again = _create(app, "SAM@example.com", "support")

    assert again.exit_code == 2
    assert "already here" in again.stderr


def test_the_shell_closes_an_access(app: Flask) -> None:
    _create(app, "sam@example.com", "support")
    result = _user(app, "disable", "sam@example.com", "--reason", "left the company")

    sam = identity.find_person_by_email("sam@example.com")
    assert result.exit_code == 0
    assert sam is not None
    assert sam.roles == frozenset()
    assert _user(app, "disable", "sam@example.com", "--reason", "again").exit_code == 2
    assert _user(app, "disable", "nobody@example.com", "--reason", "gone").exit_code == 2


def test_the_log_names_the_shell_and_never_whom_it_was_done_for(app: Flask) -> None:
    _user(
        app,
        "create",
        "sam@example.com",
        "--name",
        "Sam",
        "--role",
        "support",
        "--as",
        "a@example.com",
    )

    created, issued = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    for event in (created, issued):
        assert b'"actor":"shell:' in event.leaf
        assert b"example.com" not in event.leaf
        assert b'"a@example.com"' in {opening.value for opening in event.openings if opening.part == "as_email"}
