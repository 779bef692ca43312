"""`flask import`: take in the files of one or more deals."""

from pathlib import Path

import click

from app import audit, deals, identity, incidents
from app.cli.errors import BadInput
from app.core import clock
from app.core.db import transaction
from app.core.money import plain_money
from app.core.text import plural
from app.deals import Change, Import, Plan, Sheets
from app.identity import Person, Role


@click.command("import")
@click.argument("path", metavar="DIR|FILE", type=click.Path(path_type=Path))
@click.option("--as", "email", metavar="EMAIL", required=True, help="The admin who imports; recorded in the log.")
@click.option("--replace", is_flag=True, help="Change and remove stored rows too.")
def import_(path: Path, email: str, *, replace: bool) -> None:
    """Import a folder of CSV files, a zip of them, or an XLSX workbook with sheets of the same names: releases, deals,
    accounts, requests; marks, distributions, rates.

    All or nothing: every bad row is reported with its sheet, row, column, value and remedy.
    """
    named = _admin(email)
    sheets = deals.read_path(path)
    try:
        plan = _planned(sheets, replace=replace)
        with deals.spooled(sheets, lambda _: None) as quick, transaction():
            done = deals.import_sheets(
                sheets=quick,
                by=audit.shell_actor(),
                named=named,
                at=clock.now(),
                resting=incidents.list_resting(),
                confirmed=plan.digest,
            )
    except deals.BadRows as bad:
        raise BadInput("\n".join([str(bad), *(_line(row) for row in bad.rows), *_not_shown(bad)])) from bad
    except deals.NothingNew as nothing:
        click.echo(str(nothing))
        return
    _report(done)


def _planned(sheets: Sheets, *, replace: bool) -> Plan:
    """The plan that is carried out; without `replace` it may only add."""
    plan = deals.check(sheets, resting=incidents.list_resting())
    if plan.changes and not replace:
        says = "These files change or remove stored rows. Nothing was imported. Add --replace if that is meant."
        raise BadInput("\n".join([says, *(_changed(change) for change in plan.changes)]))
    return plan


def _changed(change: Change) -> str:
    return f"  {change.sheet}, {change.key}, {change.column}: {change.old!r} -> {change.new!r}"


def _admin(email: str) -> Person:
    person = identity.find_person_by_email(email)
    if person is None or Role.ADMIN not in person.roles:
        raise BadInput(f"--as {email}: no admin has this address. Name one, or make one with `flask user create`.")
    return person


def _line(bad: deals.BadRow) -> str:
    where = ", ".join(part for part in (bad.sheet, f"row {bad.row}" if bad.row else "", bad.column) if part)
    return f"  {where}: {f'{bad.value!r}: ' if bad.value else ''}{bad.reason} {bad.remedy}"


def _not_shown(bad: deals.BadRows) -> list[str]:
    more = bad.count - len(bad.rows)
    return [f"  and {plural(more, 'more problem')}; these are the first of each sheet"] if more else []


def _report(done: Import) -> None:
    for sheet in deals.COLUMNS:
        counts = [f"{done.changed[sheet]} changed", f"{done.removed[sheet]} removed"]
        counts = [f"{done.unchanged[sheet]} unchanged", *(count for count in counts if not count.startswith("0 "))]
        if done.added[sheet] or done.unchanged[sheet] or len(counts) > 1:
            click.echo(f"{sheet}: {plural(done.added[sheet], 'row')} added, {', '.join(counts)}")
    for total in deals.list_control_totals():
        deal, requests = total.deal, plural(total.requests, "request")
        recorded = plain_money(total.recorded_cents, deal.currency)
        available = plain_money(deal.available_cents, deal.currency)
        click.echo(f"{deal.external_id}: {requests}, {recorded} of {available} {deal.currency} recorded")
    click.echo(f"digest: {done.digest}")


commands = [import_]
