"""`/demo/mailbox`: the mail that the demo sent, as its readers would see it. Registered in the demo only."""

import mailbox
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from app.demo.setting_up import MAILBOX
from app.web.access import public

bp = Blueprint("mailbox", __name__, url_prefix="/demo/mailbox")
ARRIVAL = re.compile(r"(\d+)\.M(\d+)")
HTML_POLICY = (
    "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'"
)


@dataclass(frozen=True)
class Mail:
    """One message; `key` is its file in the Maildir."""

    key: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        """As the reader's program shows it."""
        return str(self.message["Subject"] or "")

    @property
    def to(self) -> str:
        """The envelope's recipient, which the mail server noted."""
        return str(self.message["X-RcptTo"] or self.message["To"])

    @property
    def sent_at(self) -> datetime:
        """The Date header."""
        return parsedate_to_datetime(str(self.message["Date"])).astimezone(UTC)

    @property
    def order(self) -> tuple[datetime, int, int]:
        """By when it was sent; within one second by when it arrived, which its file's name says (`seconds.Mmicros`)."""
        arrived = ARRIVAL.match(self.key)
        return (self.sent_at, int(arrived[1]), int(arrived[2])) if arrived else (self.sent_at, 0, 0)

    @property
    def text(self) -> str:
        """The plain part."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part else ""

    @property
    def html(self) -> str | None:
        """The HTML part."""
        part = self.message.get_body(("html",))
        return str(part.get_content()) if part else None

    @property
    def attachments(self) -> list[str]:
        """File names of what is attached."""
        return [name for part in self.message.iter_attachments() if (name := part.get_filename())]


def init_app(app: Flask) -> None:
    """Register the pages over the demo's Maildir, unless `DEMO_MAILBOX` names another."""
    app.config.setdefault("DEMO_MAILBOX", MAILBOX)
    app.register_blueprint(bp)


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """Every message, newest first; `?to=` keeps those to one address."""
    to = request.args.get("to", "")
    mails = sorted((mail for mail in _mails() if to in mail.to), key=lambda mail: mail.order, reverse=True)
    return render_template("demo/mailbox.html", mails=mails, to=to)


@bp.get("/<key>")
@public
def show(key: str) -> ResponseReturnValue:
    """One message: headers, text with its link to follow, attachments."""
    return render_template("demo/message.html", mail=_get(key))


@bp.get("/<key>/html")
@public
def html(key: str) -> ResponseReturnValue:
    """The HTML part by itself, in a sandbox: mail carries its own styles and may run nothing."""
    content = _get(key).html
    return Response(content or abort(404), headers={"Content-Security-Policy": HTML_POLICY})


@bp.get("/<key>/<name>")
@public
def attachment(key: str, name: str) -> ResponseReturnValue:
    """One attachment to save."""
    parts = _get(key).message.iter_attachments()
    part = next((part for part in parts if part.get_filename() == name), None)
    if part is None:
        abort(404)
    return Response(
        part.get_payload(decode=True),
        mimetype=part.get_content_type(),
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _folder() -> mailbox.Maildir:
    return mailbox.Maildir(str(current_app.config["DEMO_MAILBOX"]), create=True)


def _mails() -> list[Mail]:
    folder = _folder()
    return [_read(folder, key) for key in folder.keys()]  # noqa: SIM118 - a Maildir iterates over messages


def _get(key: str) -> Mail:
    folder = _folder()
    return _read(folder, key) if key in folder else abort(404)


def _read(folder: mailbox.Maildir, key: str) -> Mail:
    return Mail(key, message_from_bytes(folder.get_bytes(key), policy=default))
