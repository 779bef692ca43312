"""`--as EMAIL`: for which member of staff a command is run; recorded beside the shell's user, never as the actor."""

import click

from app import identity
from app.cli.errors import BadInput

AS = click.option("--as", "email", metavar="EMAIL", help="Who asked for it; recorded beside the shell's user.")


def named(email: str | None) -> str | None:
    """The address as it is stored. Raises BadInput for somebody who is no member of staff."""
    if email is None:
        return None
    person = identity.find_person_by_email(email)
    if person is None or not person.roles:
        raise BadInput(f"--as {email}: no member of staff has this address.")
    return person.email
