"""`flask user`: staff are made and closed at the shell. There is no default account."""

from collections.abc import Sequence

import click
from flask import current_app

from app import audit, identity, notices
from app.cli.errors import BadInput
from app.core import clock
from app.core.db import transaction
from app.identity import Person, Role
from app.notices import AccessChange
from app.settings import Settings

HOURS = int(identity.ENROLMENT_GOOD_FOR.total_seconds() // 3600)
ROLES = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """Staff: who may sign in, and as what."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="Full name, as colleagues and investors see it.")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="May be given more than once.")
@click.option("--time-zone", default="America/New_York", show_default=True, help="Such as Europe/Berlin.")
@click.option("--as", "as_email", metavar="EMAIL", help="For whom this is done; recorded beside the OS user.")
def create(*, email: str, name: str, roles: tuple[str, ...], time_zone: str, as_email: str | None) -> None:
    """Create a member of staff. Prints the code with which EMAIL chooses a password and sets up a second factor."""
    email = identity.normal_email(email)
    with transaction():
        code = hire(
            email=email, name=name, roles=[Role(role) for role in roles], time_zone=time_zone, as_email=as_email
        )
    click.echo(f"{email} is {', '.join(Role(role).label for role in roles)}.")
    _tell_what_waits(email)
    tell(code)


def _tell_what_waits(email: str) -> None:
    for change in identity.list_open_changes():
        if change.person.email == email:
            what = change.role.label if change.role else "Reset"
            click.echo(f"{what}: waits until an approver of the other kind confirms it at /admin/people.", err=True)


def hire(*, email: str, name: str, roles: Sequence[Role], time_zone: str, as_email: str | None = None) -> str:
    """Create somebody at the shell; the code to enrol with. Callers own the transaction."""
    by, at = audit.shell_actor(), clock.now()
    person = identity.create_staff(
        full_name=name, email=email, roles=roles, time_zone=time_zone, by=by, at=at, as_email=as_email
    )
    return identity.issue_enrolment(person=person, by=by, at=at, as_email=as_email)


def tell(code: str) -> None:
    """Print an enrolment code, this once, with what to do with it."""
    click.echo(f"Enrolment code: {code}")
    click.echo(
        f"Hand it over in person or by phone. It is good for {HOURS} hours, at {_base_url()}/staff/enrol, and is not "
        "shown again.",
        err=True,
    )


def _base_url() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.public_base_url


@user.command()
@click.argument("email")
@click.option("--reason", required=True, help="Why; it goes into the audit log.")
@click.option("--as", "as_email", metavar="EMAIL", help="For whom this is done; recorded beside the OS user.")
def disable(*, email: str, reason: str, as_email: str | None) -> None:
    """Close the staff access of EMAIL: roles and sessions end at once."""
    person = _find(email)
    with transaction():
        identity.disable_staff(person=person, reason=reason, by=audit.shell_actor(), at=clock.now(), as_email=as_email)
    click.echo(f"{person.email} can no longer sign in.")


@user.command()
@click.argument("email")
@click.option("--reason", required=True, help="Why; it goes into the audit log.")
@click.option("--as", "as_email", metavar="EMAIL", help="For whom this is done; recorded beside the OS user.")
def reset_factors(*, email: str, reason: str, as_email: str | None) -> None:
    """Take password and second factors from EMAIL, end every session, and print a code to enrol with again."""
    person = _find(email)
    with transaction():
        by, at = audit.shell_actor(), clock.now()
        code = identity.reset_factors(person=person, reason=reason, by=by, at=at, as_email=as_email)
        if code is not None:
            notices.queue_access_changed(person=person, change=AccessChange.RESET, at=at)
    if code is None:
        click.echo(f"{person.email} keeps everything until an approver of the other kind confirms it.")
        _tell_what_waits(person.email)
        return
    click.echo(f"{person.email} has neither password nor second factor.")
    tell(code)


def _find(email: str) -> Person:
    person = identity.find_person_by_email(email)
    if person is None:
        raise BadInput(f"Nobody has the address {email}.")
    return person


commands: list[click.Command] = [user]
