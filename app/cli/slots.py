"""`flask slots`: which slots do these hours offer? Needs neither settings nor a database."""

import json
from typing import IO

import click

from app.scheduling import slot_documents


@click.command()
@click.argument("question", metavar="FILE|-", type=click.File("rb"))
def slots(question: IO[bytes]) -> None:
    """Print the free slots of FILE (or - for standard input) as JSON.

    FILE names the zone, the dates, the moment asked at, the call, weekly hours, overrides and busy times.
    """
    asked = slot_documents.read_question(question.read())
    click.echo(json.dumps(slot_documents.answer(asked), indent=2))


commands: list[click.Command] = [slots]
