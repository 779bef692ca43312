"""`flask import`: take in the files of one or more deals."""

from pathlib import Path

import click

from app import audit, deals, identity
from app.cli.errors import BadInput
from app.core import clock
from app.core.db import transaction
from app.core.money import plain_money
from app.core.text import plural
from app.identity import Person, Role


@click.command("import")
@click.argument("path", metavar="DIR|FILE", type=click.Path(path_type=Path))
@click.option("--as", "email", metavar="EMAIL", required=True, help="The admin who imports; recorded in the log.")
def import_(path: Path, email: str) -> None:
    """Import a folder of CSV files, or a zip of them: releases, deals, accounts, requests; marks, distributions, rates.

    All or nothing: every bad row is reported with its sheet, row, column, value and remedy.
    """
    named = _admin(email)
    sheets = deals.read_path(path)
    try:
        with transaction():
            done = deals.import_sheets(sheets=sheets, by=audit.shell_actor(), named=named, at=clock.now())
    except deals.BadRows as bad:
        raise BadInput("\n".join([str(bad), *(_line(row) for row in bad.rows)])) from bad
    except deals.NothingNew as nothing:
        click.echo(str(nothing))
        return
    _report(done)


def _admin(email: str) -> Person:
    person = identity.find_person_by_email(email)
    if person is None or Role.ADMIN not in person.roles:
        raise BadInput(f"--as {email}: no admin has this address. Name one, or make one with `flask user create`.")
    return person


def _line(bad: deals.BadRow) -> str:
    where = ", ".join(part for part in (bad.sheet, f"row {bad.row}" if bad.row else "", bad.column) if part)
    return f"  {where}: {f'{bad.value!r}: ' if bad.value else ''}{bad.reason} {bad.remedy}"


def _report(done: deals.Import) -> None:
    for sheet in deals.COLUMNS:
        added, unchanged = done.added[sheet], done.unchanged[sheet]
        if added or unchanged:
            click.echo(f"{sheet}: {plural(added, 'row')} added, {unchanged} unchanged")
    for total in deals.list_control_totals():
        deal, requests = total.deal, plural(total.requests, "request")
        recorded = plain_money(total.recorded_cents, deal.currency)
        available = plain_money(deal.available_cents, deal.currency)
        click.echo(f"{deal.external_id}: {requests}, {recorded} of {available} {deal.currency} recorded")
    click.echo(f"digest: {done.digest}")


commands = [import_]
