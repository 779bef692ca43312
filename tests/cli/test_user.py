import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app import identity
from app.audit.models import AuditEvent
from app.core.db import session
from app.identity import Role
from tests.identity.builders import PASSWORD


def _user(app: Flask, *words: str, password: str = PASSWORD) -> Result:
    return app.test_cli_runner().invoke(args=["user", *words], input=f"{password}\n")


def _create(app: Flask, email: str, *roles: str, password: str = PASSWORD) -> Result:
    given = [word for role in roles for word in ("--role", role)]
    return _user(app, "create", email, "--name", "Sam Rivera", "--password-stdin", *given, password=password)


def test_the_shell_creates_staff_who_can_sign_in(app: Flask) -> None:
    result = _create(app, "Sam@Example.com", "support", "auditor")

    sam = identity.find_person_by_email("sam@example.com")
    assert result.exit_code == 0
    assert "sam@example.com can sign in" in result.stdout
    assert sam is not None
    assert sam.roles == {Role.SUPPORT, Role.AUDITOR}
    assert identity.check_password(email="sam@example.com", password=PASSWORD).person_id == sam.id


@pytest.mark.parametrize(
    ("roles", "password", "says"),
    [
        (["admin", "legal"], PASSWORD, "never one person"),
        (["support"], "short", "12 to 256 characters"),
    ],
)
def test_bad_staff_are_refused_with_exit_code_2_and_nothing_is_written(
    app: Flask, roles: list[str], password: str, says: str
) -> None:
    result = _create(app, "sam@example.com", *roles, password=password)

    assert result.exit_code == 2
    assert says in result.stderr
    assert identity.find_person_by_email("sam@example.com") is None


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
        "--password-stdin",
        "--as",
        "a@example.com",
    )

    [event] = session.scalars(select(AuditEvent)).all()
    assert b'"actor":"shell:' in event.leaf
    assert b"example.com" not in event.leaf
    assert b'"a@example.com"' in {opening.value for opening in event.openings if opening.part == "as_email"}
