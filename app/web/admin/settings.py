"""The settings as this installation runs with them; read-only, and never a secret."""

from dataclasses import Field, dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from app.settings import setting_fields
from app.web.admin.readers import readers

bp = Blueprint("settings", __name__, url_prefix="/admin/settings")


@dataclass(frozen=True)
class ShownSetting:
    """One setting: its variable, its value in words, and whether it differs from the default."""

    name: str
    says: str
    value: str
    is_default: bool


@bp.get("")
@readers
def show() -> ResponseReturnValue:
    """Every setting in reading order."""
    given = current_app.extensions["settings"]
    shown = [_shown(field, getattr(given, field.name)) for field in setting_fields()]
    return render_template("admin/settings/show.html", settings=shown)


def _shown(field: Field[Any], value: object) -> ShownSetting:
    default = field.metadata["default"]
    return ShownSetting(
        name=field.name.upper(),
        says=field.metadata["says"],
        value=_set_or_not(value) if field.metadata["secret"] else _in_words(value),
        is_default=default is not None and _in_words(value) in (default, _in_words(default)),
    )


def _set_or_not(value: object) -> str:
    return "set, not shown" if value else "not set"


def _in_words(value: object) -> str:
    match value:
        case None | () | "":
            return "not set"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(str(part) for part in value)
        case _:
            return _without_password(str(value))


def _without_password(text: str) -> str:
    """Addresses of databases may carry a password."""
    parts = urlsplit(text) if "://" in text else None
    if parts is None or parts.password is None:
        return text
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:…@{host}"))
