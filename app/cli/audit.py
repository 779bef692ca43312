"""`flask audit …`: verify the log, print its checkpoints and proofs, check a receipt. Nothing here writes."""

import json
from pathlib import Path
from typing import BinaryIO

import click
from flask import current_app
from sqlalchemy.exc import OperationalError

from app import audit
from app.audit import AuditCheckpoint
from app.cli.errors import BadInput, Failed
from app.cli.staff import AS, named
from app.core import clock
from app.core.db import transaction
from app.core.text import plural
from app.settings import Settings
from app.tlog.encoding import from_decimal, to_base64
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import VerifierKey
from app.tlog.receipt import LONGEST_RECEIPT, CheckedReceipt
from app.tlog.receipt import check_receipt as prove_receipt

NOT_SIGNED_YET = "No checkpoint has been signed yet. Start the worker, or run `flask worker --once`."


NO_KEY = (
    "AUDIT_VKEY is not set, and AUDIT_KEY_FILE holds no signing key that this process can read. "
    "Set AUDIT_VKEY to the line that was printed when the signing key was made."
)


class Place(click.ParamType[int]):
    """A size or an index, written as the log's own formats write it."""

    name = "integer"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it; other digits than 0 to 9, signs and leading zeroes are refused."""
        try:
            return from_decimal(str(value))
        except Malformed as error:
            self.fail(f"{error}. Use the digits 0 to 9, as in 1284.", param, ctx)


@click.group("audit")
def group() -> None:
    """The audit log: what it holds, and whether anybody changed it."""


@group.command()
def verify() -> None:
    """Examine the whole log; the verdict is the first word, and the exit code says which."""
    settings = _settings()
    verdict = audit.verify(key=_verifier(settings), anchor=audit.FileAnchor(settings.audit_anchors), at=clock.now())
    click.echo(verdict.line)
    click.echo(verdict.says)
    click.get_current_context().exit(verdict.exit_code)


@group.command()
def checkpoint() -> None:
    """Print the newest signed checkpoint. Only the worker signs."""
    click.echo(_newest().note, nl=False)


@group.command()
def vkey() -> None:
    """Print the log's verifier key, to be pinned by whoever checks."""
    click.echo(str(_verifier(_settings())))


@group.command()
@click.argument("index", type=Place())
def prove(index: int) -> None:
    """Print the proof that entry INDEX stands in the log, without what it says."""
    event = audit.find_event_at(index) if index < audit.log_size() else None
    if event is None:
        raise BadInput(f"INDEX: the log has {audit.log_size()} entries, so there is no entry {index}.")
    proof = audit.proof_for(event)
    if proof is None:
        raise Failed(f"Entry {index} is not covered by a checkpoint yet. {NOT_SIGNED_YET}")
    click.echo(proof, nl=False)


@group.command()
@click.argument("old", type=Place())
@click.argument("new", type=Place())
def consistency(old: int, new: int) -> None:
    """Print the proof that the log of size NEW begins with that of size OLD: base64 hashes, one a line."""
    try:
        path = audit.consistency_path(old, new)
    except ValueError as error:
        raise BadInput(f"OLD {old}, NEW {new}: {error}.") from error
    for found in path:
        click.echo(to_base64(found))


@group.command("continue")
@AS
@click.confirmation_option(prompt="Web and worker are stopped, and this database is an older copy?")
def continue_(email: str | None) -> None:
    """After an older copy was restored: open the next origin, whose first entry carries the last checkpoint.

    Refused where the log still contains the newest anchored checkpoint: then it simply goes on.
    """
    settings, as_email = _settings(), named(email)
    key, old = _verifier(settings), settings.audit_key_file
    if old is None:
        raise BadInput("AUDIT_KEY_FILE is not set: run this as the worker's user, who holds the key.")
    done = audit.continue_log(
        key=key,
        anchor=audit.FileAnchor(settings.audit_anchors),
        key_file=old.with_name(f"{old.name}.{audit.next_origin(key.name).rpartition('/')[2]}"),
        by=audit.shell_actor(),
        at=clock.now(),
        as_email=as_email,
    )
    click.echo(f"AUDIT_ORIGIN={done.origin}\nAUDIT_KEY_FILE={done.key_file}\nAUDIT_VKEY={done.verifier}")
    lost = plural(done.lost, "anchored entry is", "anchored entries are")
    click.echo(f"{lost} not in this copy. Put the lines above into the settings, then start web and worker.", err=True)


@group.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@AS
def export(folder: Path, email: str | None) -> None:
    """Write the log into the new folder DIR as C2SP tlog-tiles: leaves and hashes, for any static file server.

    What was said is not in it. That it was taken out is itself recorded.
    """
    as_email = named(email)
    try:
        size = audit.export_tiles(folder)
    except OSError as error:
        raise Failed(f"DIR {folder}: {error.strerror}. What was written until then is left there.") from error
    with transaction():
        audit.record(
            action="export.made",
            actor=audit.shell_actor(),
            subject=audit.Log(),
            at=clock.now(),
            name="tlog-tiles",
            as_email=as_email,
        )
    click.echo(f"Wrote {plural(size, 'entry', 'entries')} to {folder}.", err=True)


@group.command()
@click.argument("file", type=click.File("rb"))
@click.option("--vkey", "key", required=True, help="The log's verifier key, from a source you trust.")
@click.option("--openings-shown", is_flag=True, help="Print what the receipt says as well.")
def check_receipt(file: BinaryIO, key: str, *, openings_shown: bool) -> None:
    """Check a receipt: exit 0 verified, 1 not, 2 unreadable. Needs no settings and no database."""
    content = file.read(LONGEST_RECEIPT + 1)
    if len(content) > LONGEST_RECEIPT:
        raise BadInput(f"unreadable: {file.name} is larger than any receipt ({LONGEST_RECEIPT:,} bytes).")
    try:
        checked = prove_receipt(content.decode(), VerifierKey.parse(key))
    except (Malformed, UnicodeDecodeError) as error:
        raise BadInput(f"unreadable: {error}") from error
    except NotVerified as error:
        raise Failed(f"not verified: {error}") from error
    _show(checked)
    if openings_shown:
        for part, value in sorted(checked.said.items()):
            click.echo(f"{part}: {json.dumps(value)}")


def _show(checked: CheckedReceipt) -> None:
    click.echo("verified")
    for name in ("action", "at", "actor", "subject"):
        click.echo(f"{name}: {json.dumps(checked.entry.get(name))}")
    click.echo(f"entry {checked.index} of the {checked.checkpoint.size} in {checked.checkpoint.origin}")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _verifier(settings: Settings) -> VerifierKey:
    """The pinned key, else the public half of the signing key where this user may read it."""
    found = audit.find_verifier(
        vkey=settings.audit_vkey, key_file=settings.audit_key_file, origin=settings.audit_origin
    )
    if found is None:
        raise BadInput(NO_KEY)
    return found


def _newest() -> AuditCheckpoint:
    try:
        newest = audit.find_newest_checkpoint()
    except (TypeError, ValueError, OperationalError) as error:
        raise Failed(f"The newest checkpoint cannot be read: {error}. Run flask audit verify.") from error
    if newest is None:
        raise Failed(NOT_SIGNED_YET)
    return newest


commands: list[click.Command] = [group]
