"""`flask mail …`: how the outbox stands, a test message, another try, and the red switch."""

import json

import click
from flask import current_app

from app import audit, notices
from app.cli.bounces import import_bounces
from app.cli.errors import BadInput, Failed
from app.cli.staff import AS, named
from app.core import clock
from app.core.db import database_now, transaction
from app.core.text import plural
from app.notices import NotSent, State, Uncertain

NEWEST_FAILURES = 10


@click.group("mail")
def group() -> None:
    """The outbox: what waits, what failed, and the switch that stops it all."""


@group.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(*, as_json: bool) -> None:
    """Messages by state, the longest waiting, whether mail is stopped or pauses, and the newest failures."""
    found = notices.status()
    failed = notices.list_messages(state=State.FAILED, at_most=NEWEST_FAILURES)
    if as_json:
        click.echo(json.dumps(_plain(found, [message.notice_number for message in failed])))
        return
    for state, count in found.counts.items():
        click.echo(f"{state:<11}{count:>8,}")
    if found.stopped_at is not None:
        click.echo(f"Stopped by {found.stopped_by} on {found.stopped_at:%Y-%m-%d %H:%M} UTC. Start: flask mail go")
    for lane in sorted(found.held):
        click.echo(f"The lane {lane} is held: {plural(found.waiting[lane], 'message')} there. Free it at /admin/mail")
    if found.paused_until is not None and found.paused_until > database_now():
        click.echo(f"The mail server cannot be reached. Next try: {found.paused_until:%Y-%m-%d %H:%M:%S} UTC")
    if found.oldest_queued_at is not None:
        click.echo(f"The oldest waits since {found.oldest_queued_at:%Y-%m-%d %H:%M} UTC")
    for message in failed:
        click.echo(f"failed: {message.notice_number} {message.kind}: {message.reason}")


def _plain(found: notices.OutboxStatus, failed: list[str]) -> dict[str, object]:
    moments = {
        "oldest_queued_at": found.oldest_queued_at,
        "stopped_at": found.stopped_at,
        "paused_until": found.paused_until,
    }
    return {
        "counts": {str(state): count for state, count in found.counts.items()},
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        "stopped_by": found.stopped_by,
        "held_lanes": sorted(found.held),
        "failed": failed,
    }


@group.command()
@click.argument("address")
def send_test(address: str) -> None:
    """Send a test message to ADDRESS, past the outbox, and say what the mail server answered."""
    try:
        notices.send_probe(current_app.extensions["office"], address=address, at=clock.now())
    except ValueError as error:
        raise BadInput(f"ADDRESS {address!r}: {error}. Write one address, such as you@example.com.") from error
    except Uncertain as problem:
        raise Failed(f"The mail server may have taken it, or not: {problem}") from problem
    except NotSent as problem:
        raise Failed(f"The mail server did not take it: {problem}") from problem
    click.echo(f"The mail server accepted a test message to {address}.")


REASON = click.option("--reason", default="", help="Why; recorded in the log.")


@group.command()
@REASON
@AS
def retry(reason: str, email: str | None) -> None:
    """Try every failed and deferred message again; what was suppressed stays so."""
    as_email = named(email)
    with transaction():
        count = notices.retry_failed(by=audit.shell_actor(), reason=reason, as_email=as_email, at=clock.now())
    click.echo(f"{plural(count, 'message')} will be tried again.")


@group.command()
@REASON
@AS
def stop(reason: str, email: str | None) -> None:
    """Stop all mail; a running delivery halts within one message."""
    as_email = named(email)
    with transaction():
        notices.stop_all(by=audit.shell_actor(), reason=reason, as_email=as_email, at=clock.now())
    click.echo("Mail is stopped. Messages go on being queued; nothing leaves.")


@group.command()
@REASON
@AS
def go(reason: str, email: str | None) -> None:
    """Let mail go on."""
    as_email = named(email)
    with transaction():
        notices.let_go(by=audit.shell_actor(), reason=reason, as_email=as_email, at=clock.now())
    click.echo("Mail goes on.")


group.add_command(import_bounces)
commands = [group]
