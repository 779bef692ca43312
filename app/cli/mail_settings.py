"""What `flask doctor` can tell of mail without asking anybody: the settings, and notes on what they leave open."""

from email.utils import parseaddr
from urllib.parse import urlsplit

import click

from app.notices.mime import ascii_address
from app.settings import LOOPBACK, MailTo, Settings


def mail_problem(settings: Settings) -> str | None:
    """What is wrong with the settings of mail, or None; notes go to stderr, since they need a person's judgement."""
    problem = _problem(settings)
    if problem is None:
        for note in _notes(settings):
            click.echo(f"note mail: {note}", err=True)
    return problem


def _problem(settings: Settings) -> str | None:
    """The first thing that cannot be meant."""
    tls, ssl, port = settings.mail_use_tls, settings.mail_use_ssl, settings.mail_port
    is_far = settings.mail_server not in LOOPBACK
    wrong = {
        f"MAIL_DEFAULT_SENDER {settings.mail_default_sender!r} holds no address that can be written": not _is_writable(
            settings.mail_default_sender
        ),
        "MAIL_USE_TLS and MAIL_USE_SSL are both set; a server speaks one of them": tls and ssl,
        "MAIL_USE_SSL with port 587: that port begins in the clear; use MAIL_USE_TLS, or port 465": ssl and port == 587,
        "MAIL_USE_TLS with port 465: that port begins encrypted; use MAIL_USE_SSL, or port 587": tls and port == 465,
        f"mail goes to {settings.mail_server} in the clear; set MAIL_USE_TLS or MAIL_USE_SSL": is_far
        and not (tls or ssl),
        "MAIL_USERNAME and MAIL_PASSWORD belong together; one is missing": bool(settings.mail_username)
        != bool(settings.mail_password),
    }
    return next((words for words, is_wrong in wrong.items() if is_wrong), None)


def _is_writable(sender: str) -> bool:
    try:
        ascii_address(parseaddr(sender)[1])
    except ValueError:
        return False
    return True


def _notes(settings: Settings) -> list[str]:
    domain = parseaddr(settings.mail_default_sender)[1].rpartition("@")[2].lower()
    host = (urlsplit(settings.public_base_url).hostname or "").lower()
    notes = [f"SPF, DKIM and DMARC are checked by nobody here: look at the records of {domain} (docs/OPERATIONS.md)."]
    if domain != host and not host.endswith(f".{domain}"):
        notes.append(
            f"readers see {domain} as the sender and {host} in the link; one domain for both looks less like a fraud."
        )
    if settings.mail_to is not MailTo.EVERYONE:
        notes.append(f"MAIL_TO is {settings.mail_to}, so no investor is written to.")
    notes.append(f"reports of bounces come back to bounce+...@{domain}: have them delivered, and import them.")
    return notes
