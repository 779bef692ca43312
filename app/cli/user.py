"""`flask user`: staff are made and closed at the shell. There is no default account."""

import sys

import click

from app import audit, identity
from app.cli.errors import BadInput
from app.core import clock
from app.core.db import transaction
from app.identity import Role

ROLES = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """Staff: who may sign in with a password, and as what."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="Full name, as colleagues and investors see it.")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="May be given more than once.")
@click.option("--time-zone", default="America/New_York", show_default=True, help="Such as Europe/Berlin.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@click.option("--as", "as_email", metavar="EMAIL", help="For whom this is done; recorded beside the OS user.")
def create(
    *, email: str, name: str, roles: tuple[str, ...], time_zone: str, password_stdin: bool, as_email: str | None
) -> None:
    """Create a member of staff who signs in with EMAIL and a password of 12 characters or more."""
    email = identity.normal_email(email)
    password_hash = identity.hash_password(_read_password(from_stdin=password_stdin), email=email)
    with transaction():
        identity.create_staff(
            full_name=name,
            email=email,
            roles=[Role(role) for role in roles],
            password_hash=password_hash,
            time_zone=time_zone,
            by=audit.shell_actor(),
            at=clock.now(),
            as_email=as_email,
        )
    click.echo(f"{email} can sign in at /staff/sign-in as {', '.join(Role(role).label for role in roles)}.")


@user.command()
@click.argument("email")
@click.option("--reason", required=True, help="Why; it goes into the audit log.")
@click.option("--as", "as_email", metavar="EMAIL", help="For whom this is done; recorded beside the OS user.")
def disable(*, email: str, reason: str, as_email: str | None) -> None:
    """Close the staff access of EMAIL: roles and sessions end at once."""
    person = identity.find_person_by_email(email)
    if person is None:
        raise BadInput(f"Nobody has the address {email}.")
    with transaction():
        identity.disable_staff(person=person, reason=reason, by=audit.shell_actor(), at=clock.now(), as_email=as_email)
    click.echo(f"{person.email} can no longer sign in.")


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


commands: list[click.Command] = [user]
