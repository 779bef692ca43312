"""The demo's own folder: settings, database, queue, log key and mailbox, each made once."""

import secrets

from app import audit
from app.core import schema
from app.core.db import db, session
from app.core.queue import create_queue
from app.settings import DEMO_FOLDER, DEMO_SECRETS_FILE, Settings, environment_with

MAILBOX = DEMO_FOLDER / "mailbox"
BOUNCES = DEMO_FOLDER / "bounces"
LOADED = DEMO_FOLDER / "loaded"
KEY_FILE = DEMO_FOLDER / "audit.key"
ORIGIN = "demo.example/audit/1"


def demo_environment(port: str) -> dict[str, str]:
    """The environment of every process of the demo; its settings file is written at the first start."""
    if not DEMO_SECRETS_FILE.exists():
        _write_settings()
    ours = {
        "DEMO": "1",
        "PUBLIC_BASE_URL": f"http://localhost:{port}",
        "MAIL_PORT": mail_port(port),
        "FLASK_APP": "wsgi.py",
    }
    return environment_with(ours)


def mail_port(port: str) -> str:
    """Where the demo's mailbox listens, beside the portal: 8025 for 8000."""
    return str(int(port) + 25)


def set_up(settings: Settings) -> None:
    """The newest shape of the database, the queue's tables, and a signing key where none was made."""
    schema.upgrade(settings.database_url)
    create_queue(settings.queue_url)
    if settings.audit_key_file and not settings.audit_key_file.exists():
        audit.make_key_file(path=settings.audit_key_file, origin=settings.audit_origin)


def clear(settings: Settings) -> None:
    """Make database, anchors and mailbox as they were before the story."""
    session.remove()
    db.engine.dispose()
    schema.downgrade(settings.database_url)
    settings.audit_anchors.unlink(missing_ok=True)
    for message in (*MAILBOX.glob("*/*"), *BOUNCES.glob("*/*")):
        message.unlink()
    set_up(settings)


def _write_settings() -> None:
    DEMO_FOLDER.mkdir(parents=True, exist_ok=True)
    KEY_FILE.unlink(missing_ok=True)
    lines = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PUBLIC_BASE_URL": "http://localhost:8000",
        "MAIL_DEFAULT_SENDER": "Example Platform Support <support@platform.example>",
        "DATABASE_URL": f"sqlite:///{DEMO_FOLDER}/portal.db",
        "QUEUE_URL": f"{DEMO_FOLDER}/queue.db",
        "FILES_DIR": f"{DEMO_FOLDER}/files",
        "AUDIT_ANCHORS": f"{DEMO_FOLDER}/anchors",
        "AUDIT_KEY_FILE": str(KEY_FILE),
        "AUDIT_ORIGIN": ORIGIN,
        "AUDIT_VKEY": str(audit.make_key_file(path=KEY_FILE, origin=ORIGIN)),
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_RATE_PER_SECOND": "100",
        "MAIL_TO": "everyone",
        "LOG_FORMAT": "text",
    }
    DEMO_SECRETS_FILE.touch(mode=0o600)
    DEMO_SECRETS_FILE.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
