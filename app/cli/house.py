"""`flask init` and `doctor`: set an installation up, say what is wrong with it."""

import json
import os
import secrets
import shutil
from datetime import timedelta
from pathlib import Path

import click
from flask import current_app

from app import audit, identity
from app.cli import user
from app.cli.errors import BadInput, Failed
from app.cli.mail_settings import mail_problem
from app.core import clock, pdf, schema
from app.core.db import session, transaction
from app.core.jobs import find_heartbeat
from app.core.queue import create_queue
from app.identity import Role
from app.settings import SECRETS_FILE, BadSettings, Settings, read_settings

KEY_FILE = SECRETS_FILE.parent / "audit.key"
FRESH = timedelta(minutes=2)
LEAST_FREE_BYTES = 500_000_000


@click.command()
@click.option("--base-url", required=True, help="Where people will reach the portal, such as https://portal.example.")
@click.option("--sender", required=True, help="From address of every message.")
@click.option("--admin-email", prompt="Address of the first admin", help="Who signs in first; asked for if missing.")
@click.option("--admin-name", prompt="Full name of the first admin", help="As colleagues see it; asked for if missing.")
@click.option("--admin-zone", default="America/New_York", show_default=True, help="The admin's time zone.")
def init(base_url: str, sender: str, admin_email: str, admin_name: str, admin_zone: str) -> None:
    """Make secrets file, database and first admin, and print the admin's enrolment code; refuses to overwrite."""
    if SECRETS_FILE.exists():
        raise BadInput(f"{SECRETS_FILE} exists already. Move it away if you mean to start over.")
    lines = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PUBLIC_BASE_URL": base_url,
        "MAIL_DEFAULT_SENDER": sender,
    }
    origin = read_settings(lines, Path("/nonexistent")).audit_origin
    verifier = audit.make_key_file(path=KEY_FILE, origin=origin)
    lines |= {"AUDIT_ORIGIN": origin, "AUDIT_KEY_FILE": str(KEY_FILE), "AUDIT_VKEY": str(verifier)}
    write_secrets(SECRETS_FILE, lines)
    migrate(read_settings())
    click.echo(f"Made {SECRETS_FILE} and the database.")
    with current_app.extensions["create_app"]().app_context():
        _make_first_admin(admin_email, admin_name, admin_zone)


def _make_first_admin(email: str, name: str, zone: str) -> None:
    """Only where there is none: a database that is used again has its own admins. Raises Failed."""
    if identity.list_people_with_role(Role.ADMIN):
        raise Failed("This database has an admin already, so none was made.")
    with transaction():
        code = user.hire(email=email, name=name, roles=[Role.ADMIN], time_zone=zone)
    click.echo(f"{identity.normal_email(email)} is the first admin.")
    user.tell(code)


def write_secrets(path: Path, lines: dict[str, str]) -> None:
    """Write settings to a file that only its owner may read; the whole file or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))


def migrate(settings: Settings) -> None:
    """Bring database, rights and queue to their newest shape."""
    owner_url = settings.database_owner_url or settings.database_url
    schema.upgrade(owner_url)
    schema.grant(owner_url, settings.database_url)
    create_queue(settings.queue_url)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(*, as_json: bool) -> None:
    """Check the installation; exit 1 if anything needed is broken."""
    found = _examine()
    if as_json:
        click.echo(json.dumps(found))
    else:
        for name, problem in found.items():
            click.echo(f"{'ok  ' if problem is None else 'BAD '} {name}" + (f": {problem}" if problem else ""))
    if any(found.values()):
        raise Failed("Something needed is broken; see above.")


def _examine() -> dict[str, str | None]:
    try:
        settings = read_settings()
    except BadSettings as problem:
        return {"settings": str(problem)}
    found: dict[str, str | None] = {"settings": None, "database": _database(settings)}
    if found["database"] is None:
        with current_app.app_context():
            found["worker"] = _worker()
            found["audit triggers"] = _triggers()
            found["audit log"] = _log()
    found["mail"] = mail_problem(settings)
    found["signing key"] = _signing_key(settings.audit_key_file)
    found["PDF"] = None if pdf.is_available() else pdf.MISSING
    free = shutil.disk_usage(settings.files_dir if settings.files_dir.exists() else Path("/")).free
    found["disk"] = None if free > LEAST_FREE_BYTES else f"only {free:,} bytes are free"
    return found


def _database(settings: Settings) -> str | None:
    try:
        return None if schema.is_at_head(settings.database_url) else "run `flask upgrade`"
    except Exception as error:
        return f"does not answer: {type(error).__name__}"


def _triggers() -> str | None:
    differing = audit.differing_triggers(session.connection())
    return f"not as they were made: {', '.join(differing)}" if differing else None


def _log() -> str | None:
    alarm = audit.find_alarm()
    return f"{alarm.line}: {alarm.says}" if alarm else None


def _signing_key(path: Path | None) -> str | None:
    """Only the worker should hold it. Whose the web process is nobody can tell here, so a warning must do."""
    if path is None or not path.exists():
        return None
    if path.stat().st_mode & 0o077:
        return f"{path} can be read by others than its owner; chmod 600"
    if os.access(path, os.R_OK):
        click.echo(
            "note the user who runs this can read the signing key. If the web process runs as that user too, it can "
            "sign: give the worker a user of its own.",
            err=True,
        )
    return None


def _worker() -> str | None:
    seen = find_heartbeat("worker")
    if seen is None:
        return "has never run; start `flask worker`"
    return None if clock.now() - seen < FRESH else f"was last seen {seen:%Y-%m-%d %H:%M} UTC"


commands = [init, doctor]
