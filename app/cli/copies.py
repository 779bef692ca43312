"""`flask backup`, `restore` and `upgrade`: copies that belong together, and moving forward with one at hand."""

import shutil
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import current_app

from app import audit
from app.audit import Finding, Verdict
from app.cli.errors import BadInput, Failed
from app.cli.house import migrate
from app.core import clock, copies, schema
from app.core.db import db, session, transaction
from app.core.errors import DomainError
from app.settings import Settings

ANCHORS, KEYS, FILES = "anchors", "keys", "files"
STANDS = frozenset({Finding.OK, Finding.UNANCHORED})
"""Verdicts with which a restored log may go on: signing puts the second right."""
UNVERIFIED = (
    "AUDIT_VKEY is not set, and AUDIT_KEY_FILE holds no signing key that this process can read, so nobody could tell "
    "whether the log is whole after the upgrade. Set AUDIT_VKEY to the line that was printed when the signing key was "
    "made, or go on without: flask upgrade --unverified"
)
NAMED = click.option("--as", "email", metavar="EMAIL", help="Who asked for it; recorded beside the shell's user.")
FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))


@click.command()
@FOLDER
@NAMED
def backup(folder: Path, email: str | None) -> None:
    """Copy database, anchors, the list of keys and stored files into the new folder DIR, as of one moment.

    The portal may run meanwhile; checkpoints wait. Settings and the signing key are not in it: keep those apart.
    """
    settings = _settings()
    if copies.is_empty(_owner(settings)):
        raise BadInput("DATABASE_URL: the database holds nothing, so there is nothing to copy.")
    copy = _back_up(settings, folder)
    _record("backup.made", sha256=_digest(folder / copy.name), as_email=email)
    click.echo(f"Wrote {folder}. Not in it: the settings and the signing key. Keep them too, apart from this folder.")


@click.command()
@FOLDER
@NAMED
def restore(folder: Path, email: str | None) -> None:
    """Put the backup in DIR into an empty database, and verify its log before anything is served.

    An anchor file that holds newer checkpoints is never replaced. A copy that does not verify is taken out again.
    """
    settings = _settings()
    copy = folder / copies.NAMES[_kind(settings)]
    if not copy.is_file():
        raise BadInput(f"DIR {folder}: there is no {copy.name} in it, so it is no backup of such a database.")
    if not copies.is_empty(_owner(settings)):
        raise BadInput("DATABASE_URL: the database holds something. Move it away, or name an empty one.")
    key = _verifier(settings)
    if key is None:
        raise BadInput("AUDIT_VKEY is not set, so the copy cannot be verified. The key stands beside your receipts.")
    anchor, copied = audit.FileAnchor(settings.audit_anchors), audit.FileAnchor(folder / ANCHORS)
    with anchor.still(), TemporaryDirectory() as place:
        joined = audit.FileAnchor(Path(place) / ANCHORS)
        joined.take_over(anchor)
        joined.take_over(copied)
        copies.put_back(_owner(settings), copy)
        verdict = _verify_restored(settings, key, joined)
        anchor.take_over(copied)
    if (folder / FILES).is_dir():
        shutil.copytree(folder / FILES, settings.files_dir, dirs_exist_ok=True)
    _conclude_restore(copy, verdict, email)


def _verify_restored(settings: Settings, key: audit.VerifierKey, anchor: audit.FileAnchor) -> Verdict:
    """What is found in the copy, against every known checkpoint; one that does not verify is taken out again."""
    try:
        migrate(settings)
        verdict = audit.verify(key=key, anchor=anchor, at=clock.now())
        if verdict.finding not in STANDS | {Finding.TRUNCATED}:
            raise Failed(f"{verdict.line}: {verdict.says} The copy does not verify, so it was taken out again.")
    except BaseException:
        _forget_connections()
        copies.clear(_owner(settings))
        raise
    return verdict


def _conclude_restore(copy: Path, verdict: Verdict, email: str | None) -> None:
    """Nothing is recorded in a log that ends before its newest anchor: another must be opened first, and says so."""
    if verdict.finding is Finding.TRUNCATED:
        raise Failed(
            f"{verdict.line}: the copy is older than the newest anchor. Run flask audit continue before serving."
        )
    _record("backup.restored", sha256=_digest(copy), verdict=verdict.line, as_email=email)
    click.echo(f"Restored. {verdict.line}: {verdict.says}")


@click.command()
@NAMED
@click.option("--unverified", is_flag=True, help="Where no key is known: upgrade without examining the log.")
def upgrade(email: str | None, *, unverified: bool) -> None:
    """Back up, migrate, verify; if either fails, everything is as it was."""
    settings = _settings()
    owner = _owner(settings)
    if copies.is_empty(owner) or schema.is_at_head(owner):
        migrate(settings)
        click.echo("The database is at its newest shape.")
        return
    if _verifier(settings) is None and not unverified:
        raise BadInput(UNVERIFIED)
    was, before = schema.revision_of(owner), _verify(settings)
    folder = settings.files_dir.parent / "backups" / f"before-upgrade-{clock.now():%Y%m%dT%H%M%S}"
    copy = _back_up(settings, folder)
    _forget_connections()  # an open reading would keep PostgreSQL from changing tables
    after = _migrate_or_put_back(settings, copy, before)
    verdict = after.line if after else None
    _record("database.upgraded", revision=schema.newest_revision(), was=was, verdict=verdict, as_email=email)
    click.echo(f"The database is at its newest shape. The copy from before is in {folder}.")


def _migrate_or_put_back(settings: Settings, copy: Path, before: Verdict | None) -> Verdict | None:
    """What is found in the log afterwards. Raises Failed when the migration fails or the log is not what it was."""
    try:
        migrate(settings)
        after = _verify(settings)
        if after is not None and after.finding not in STANDS and before is not None and after.line != before.line:
            raise Failed(f"The log does not verify any more: {after.line}.")
    except Exception as problem:
        _forget_connections()
        copies.put_back(_owner(settings), copy)
        schema.grant(_owner(settings), settings.database_url)
        raise Failed(f"{_in_a_line(problem)} Everything is as it was; the copy is in {copy.parent}.") from problem
    return after


def _in_a_line(problem: Exception) -> str:
    """What went wrong, without the statement that a database puts below it."""
    first = str(problem).partition("\n")[0].rstrip(".")
    is_ours = isinstance(problem, DomainError | click.ClickException)
    return f"{first}." if is_ours else f"The migration failed: {type(problem).__name__}: {first}."


def _back_up(settings: Settings, folder: Path) -> Path:
    """All of it or nothing: the folder gets its name last."""
    if folder.exists():
        raise BadInput(f"DIR {folder}: exists already. Name a new folder.")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    if unfinished.exists():
        raise BadInput(f"DIR {folder}: {unfinished} is left of a backup that never finished. Remove it.")
    try:
        unfinished.mkdir(parents=True, mode=0o700)
        copy = _copy_all(settings, unfinished)
    except BaseException as problem:
        shutil.rmtree(unfinished, ignore_errors=True)
        if isinstance(problem, OSError):
            raise Failed(f"DIR {folder}: {problem}") from problem
        raise
    unfinished.rename(folder)
    return folder / copy.name


def _copy_all(settings: Settings, folder: Path) -> Path:
    """Nobody signs between the copies of anchors and database, so neither is ahead of the other."""
    anchor = audit.FileAnchor(settings.audit_anchors)
    with anchor.still():
        if anchor.path.exists():
            shutil.copy(anchor.path, folder / ANCHORS)
        copy = copies.copy_database(_owner(settings), folder)
    (folder / KEYS).write_text("".join(f"{key}\n" for key in _keys(settings)))
    (folder / FILES).mkdir()
    if settings.files_dir.is_dir():
        shutil.copytree(settings.files_dir, folder / FILES, dirs_exist_ok=True)
    return copy


def _keys(settings: Settings) -> list[str]:
    """The verifier keys of this log and of those that it continues, newest first."""
    key = _verifier(settings)
    earlier = [str(each.event.said["vkey"]) for each in audit.list_events(action="log.continued")]
    return [*([str(key)] if key else []), *earlier]


def _verifier(settings: Settings) -> audit.VerifierKey | None:
    return audit.find_verifier(vkey=settings.audit_vkey, key_file=settings.audit_key_file, origin=settings.audit_origin)


def _verify(settings: Settings) -> Verdict | None:
    """None where no key is known to verify with."""
    key = _verifier(settings)
    return audit.verify(key=key, anchor=audit.FileAnchor(settings.audit_anchors), at=clock.now()) if key else None


def _record(action: str, **parts: str | None) -> None:
    at: datetime = clock.now()
    with transaction():
        audit.record(action=action, actor=audit.shell_actor(), subject=audit.Log(), at=at, **parts)


def _forget_connections() -> None:
    session.remove()
    db.engine.dispose()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _owner(settings: Settings) -> str:
    return settings.database_owner_url or settings.database_url


def _kind(settings: Settings) -> str:
    return "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


commands: list[click.Command] = [backup, restore, upgrade]
