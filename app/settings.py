"""The settings: the environment over `instance/secrets.env`, read once, every bad value reported at once."""

import dataclasses
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.core.errors import DomainError

ROOT = Path(__file__).resolve().parent.parent
SECRETS_FILE = ROOT / "instance" / "secrets.env"
DEMO_FOLDER = ROOT / "instance" / "demo"
DEMO_SECRETS_FILE = DEMO_FOLDER / "settings.env"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SHORTEST_SECRET = 32
DEFAULT = re.compile(r"change.?me|your.?secret|secret.?key|placeholder|insecure|password|example", re.IGNORECASE)
"""What stands where a secret was meant to be put."""


class BadSettings(DomainError):
    """One or more settings are missing or bad; the text lists every one."""


class MailTo(StrEnum):
    """Which addresses may be written to at all."""

    NOBODY = "nobody"
    STAFF = "staff"
    EVERYONE = "everyone"


class LetterWindow(StrEnum):
    """Where the address stands on a letter, by paper and envelope."""

    US_10 = "us-10"
    DIN_5008 = "din-5008"


def _setting(says: str, *, default: str | None = None, secret: bool = False) -> Any:
    return field(metadata={"says": says, "default": default, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """One installation. Each field is the environment variable of the same name in capitals; `None` = not set."""

    secret_key: str = _setting("Signs cookies and derives sign-in links; at least 32 random characters", secret=True)
    public_base_url: str = _setting("Where people reach the portal; https unless loopback or the demo")
    mail_default_sender: str = _setting("From address of every message, such as Support <support@portal.example>")
    database_url: str = _setting("SQLAlchemy address of the database", default=f"sqlite:///{ROOT}/instance/portal.db")
    database_owner_url: str | None = _setting("PostgreSQL: the schema's owner, for init and upgrade", secret=True)
    queue_url: str = _setting("The worker's bell: a SQLite file, or postgresql://", default=f"{ROOT}/instance/queue.db")
    secret_key_fallbacks: tuple[str, ...] = _setting("Earlier secret keys, comma-separated", default="", secret=True)
    trusted_hosts: tuple[str, ...] = _setting("Host names answered; default the one of PUBLIC_BASE_URL", default="")
    proxy_hops: int = _setting("Reverse proxies in front whose headers are believed", default="0")
    mail_server: str = _setting("SMTP relay", default="localhost")
    mail_port: int = _setting("SMTP port", default="25")
    mail_username: str | None = _setting("SMTP user")
    mail_password: str | None = _setting("SMTP password", secret=True)
    mail_use_tls: bool = _setting("STARTTLS with certificate checks", default="false")
    mail_use_ssl: bool = _setting("TLS from the first byte", default="false")
    mail_rate_per_second: int = _setting("Most messages a second", default="5")
    mail_to: MailTo = _setting("Who may be written to: nobody, staff or everyone", default="staff")
    letter_window: LetterWindow = _setting(
        "Letters: us-10 (US Letter, #10 window envelope) or din-5008 (A4, DL or C5/6 window envelope)", default="us-10"
    )
    files_dir: Path = _setting("Stored evidence and papers", default=str(ROOT / "instance" / "files"))
    demo: bool = _setting("1 for the demo: its pages and an unprefixed cookie", default="false")
    counsel_address: str | None = _setting("Where checkpoints are mailed for counsel to keep")
    audit_origin: str = _setting("The log's name in every checkpoint; default HOST/audit/1", default="")
    audit_vkey: str | None = _setting("The log's verifier key, shown beside every receipt")
    audit_key_file: Path | None = _setting("The signing key; readable by the worker only")
    audit_anchors: Path = _setting("The anchor file, outside the database", default=str(ROOT / "instance" / "anchors"))
    sign_in_minutes: int = _setting("Life of a link asked for at /sign-in", default="10")
    session_hours: int = _setting("Life of an investor's session", default="24")
    brand_name: str = _setting("The platform's name, as investors know it", default="Example Platform")
    brand_accent: str = _setting("Accent colour, #rrggbb", default="#1d5c4d")
    brand_accent_ink: str = _setting("Text on the accent, #rrggbb", default="#ffffff")
    brand_logo_path: str | None = _setting("SVG path data of the logo, 24 by 24")
    brand_support_phone: str = _setting("The number in the agreement, E.164", default="+12125550000")
    brand_address: str = _setting(
        "Postal address for letters and the foot of mail", default="1 Example Square, Springfield"
    )
    log_format: str = _setting("json or text", default="json")


def setting_fields() -> tuple[dataclasses.Field[Any], ...]:
    """Every setting in reading order, with `says`, `default` and `secret` in its metadata."""
    return dataclasses.fields(Settings)


def read_settings(environ: Mapping[str, str] | None = None, secrets_file: Path | None = None) -> Settings:
    """The settings from the environment over the secrets file; with DEMO=1 over the demo's own file.

    Raises BadSettings naming every bad one.
    """
    environ = os.environ if environ is None else environ
    default_file = DEMO_SECRETS_FILE if environ.get("DEMO") == "1" else SECRETS_FILE
    given = {**_secrets(secrets_file or default_file), **environ}
    problems: list[str] = []
    values: dict[str, Any] = {}
    for each in setting_fields():
        name = each.name.upper()
        try:
            values[each.name] = _parse(each, _text(given, name))
        except (ValueError, OSError) as error:
            problems.append(f"{name}: {error}")
    if not problems:
        values = _derived(values)
        problems = _check(values)
    if problems:
        raise BadSettings("These settings must be put right:\n" + "\n".join(f"  {line}" for line in problems))
    return Settings(**values)


def run_by_flask_command() -> bool:
    """Whether this process is a `flask …` command, some of which work without settings."""
    return os.environ.get("FLASK_RUN_FROM_CLI") == "true"


def environment_with(overrides: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with some variables replaced, for the processes it starts."""
    return {**os.environ, **overrides}


def freeze_font_dates() -> None:
    """From now on a font written into a paper carries no time of its own, so that the same paper has the same bytes."""
    os.environ["SOURCE_DATE_EPOCH"] = "0"


def log_format() -> str:
    """`json` or `text`, before and without the other settings: a process logs before it knows whether they are good."""
    given = {**_secrets(DEMO_SECRETS_FILE if os.environ.get("DEMO") == "1" else SECRETS_FILE), **os.environ}
    return "text" if given.get("LOG_FORMAT") == "text" else "json"


def demo_port() -> str:
    """Where the demo's portal listens: PORT, or 8000."""
    return os.environ.get("PORT", "8000")


def _secrets(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _text(given: Mapping[str, str], name: str) -> str | None:
    if f"{name}_FILE" in given and name != "AUDIT_KEY":
        return Path(given[f"{name}_FILE"]).read_text().strip()
    return given.get(name) or None


def _parse(each: dataclasses.Field[Any], text: str | None) -> Any:
    if text is None:
        text = each.metadata["default"]
    if text is None:
        if "None" in str(each.type):
            return None
        raise ValueError(f"is not set. {each.metadata['says']}.")
    if each.type in (Path, Path | None):
        return Path(text).absolute()
    if each.type is bool:
        return _boolean(text)
    if each.type is int:
        return _whole(text)
    if each.type in (MailTo, LetterWindow):
        return each.type(text)
    return tuple(part.strip() for part in text.split(",") if part.strip()) if each.type == tuple[str, ...] else text


def _boolean(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        raise ValueError(f"{text!r} is neither true nor false.")
    return words[text.lower()]


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text!r} is not a whole number.")
    return int(text)


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    host = urlsplit(values["public_base_url"]).hostname or ""
    return values | {
        "public_base_url": values["public_base_url"].rstrip("/"),
        "trusted_hosts": values["trusted_hosts"] or (host,),
        "audit_origin": values["audit_origin"] or f"{host}/audit/1",
    }


def _is_weak(key: str) -> bool:
    """Short, of few letters, a repetition, an alphabet, or words that stand in examples."""
    steps = {ord(after) - ord(before) for before, after in pairwise(key)}
    is_repeated = key in (key + key)[1:-1]
    return len(key) < SHORTEST_SECRET or len(set(key)) < 8 or is_repeated or len(steps) < 8 or bool(DEFAULT.search(key))


def _check(values: dict[str, Any]) -> list[str]:
    problems = []
    url = urlsplit(values["public_base_url"])
    if url.scheme != "https" and url.hostname not in LOOPBACK and not values["demo"]:
        problems.append(f"PUBLIC_BASE_URL: {values['public_base_url']!r} must begin with https://.")
    for name, keys in (
        ("SECRET_KEY", [values["secret_key"]]),
        ("SECRET_KEY_FALLBACKS", values["secret_key_fallbacks"]),
    ):
        if any(_is_weak(key) for key in keys):
            problems.append(f"{name}: is too weak. Use at least 32 random characters; `flask init` makes one.")
    if values["mail_rate_per_second"] < 1:
        problems.append("MAIL_RATE_PER_SECOND: must be at least 1.")
    if values["log_format"] not in ("json", "text"):
        problems.append(f"LOG_FORMAT: {values['log_format']!r} is neither json nor text.")
    return problems
