"""`flask mail import-bounces`: mark what came back."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from app import audit, notices
from app.cli.errors import BadInput
from app.cli.staff import AS, named
from app.core import clock
from app.core.db import transaction
from app.core.text import plural
from app.notices import NoReport, Taken, Verdict


@click.command("import-bounces")
@click.argument("path")
@AS
def import_bounces(path: str, email: str | None) -> None:
    """Read delivery reports (RFC 3464) from PATH: an mbox, a Maildir, one message, or - for what is piped in.

    One line for each: what it marked, or on stderr why it marked nothing, and at the end how many of each. A report is
    taken whole or not at all, and one that was taken before marks nothing again. Ends with 2 when everything in PATH
    was refused.
    """
    as_email = named(email)
    taken, refused = Counter[Verdict](), 0
    for name, raw in _mails(path):
        try:
            with transaction():
                found = notices.take_report(raw=raw, by=audit.shell_actor(), at=clock.now(), as_email=as_email)
        except NoReport as refusal:
            refused += 1
            click.echo(f"{_printable(name)}: refused. {refusal}", err=True)
        else:
            taken[found.verdict] += 1
            click.echo(f"{_printable(name)}: {_line(found)}")
    click.echo(_summary(path, taken, refused), err=True)
    if refused and not taken:
        raise BadInput("Nothing was marked. Give the folder of the mailbox that reports come back to.")


def _mails(path: str) -> Iterator[tuple[str, bytes]]:
    try:
        yield from notices.read_mail_bytes(sys.stdin.buffer.read()) if path == "-" else notices.read_mails(Path(path))
    except (notices.NoMailbox, OSError) as problem:
        raise BadInput(str(problem)) from problem


def _summary(path: str, taken: Counter[Verdict], refused: int) -> str:
    if not (taken or refused):
        return f"{_printable(path)} holds no mail, so there was nothing to mark."
    counts = [*(f"{taken[each]} {each}" for each in Verdict), f"{refused} refused"]
    return f"{plural(taken.total() + refused, 'mail')} read: {', '.join(counts)}."


def _line(found: Taken) -> str:
    if found.verdict is Verdict.NO_BOUNCE:
        return f"{found.notice_number} is {found.action}, which is no bounce"
    return f"{found.notice_number} {found.verdict} {found.status}".rstrip()


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)
