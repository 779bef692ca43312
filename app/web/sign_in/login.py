"""Flask-Login on our own session rows: a cookie of ours carries the row's secret, and Flask's session holds none of it.

A staff session ends after 30 minutes without a request, and a GET may commit nothing. So the time of the last request
is no column but a signed cookie that every answer to a staff session renews. It is bound to the session's secret, and
one older than 30 minutes is refused and never renewed, so an idle session cannot be woken by anybody.
"""

from hashlib import sha256
from typing import Any

from flask import Flask, Request, current_app, g
from flask_login import LoginManager
from itsdangerous import BadSignature, TimestampSigner
from werkzeug.wrappers import Response

from app import identity
from app.core.db import database_now
from app.identity import LoginSession, SessionKind
from app.web.sign_in import cookies

IDLE_SECONDS = 30 * 60
SIGNED_FOR: dict[str, Any] = {"salt": "makewhole staff session seen", "digest_method": sha256}


def init_app(app: Flask) -> None:
    """Load the session row that the cookie names, and keep staff sessions awake."""
    manager = LoginManager()
    manager.init_app(app, add_context_processor=False)  # its own would ask the database for error pages too
    manager.session_protection = None
    manager.request_loader(_find_session)
    app.after_request(_renew_seen)


def start(response: Response, signed_in: identity.SignedIn) -> Response:
    """Give the browser the cookies of a new session."""
    g.pop("seen_staff_token", None)
    lasts = signed_in.login.expires_at - signed_in.login.started_at
    cookies.give(response, cookies.SESSION, signed_in.token, seconds=int(lasts.total_seconds()))
    if signed_in.login.kind is SessionKind.STAFF:
        cookies.give(response, cookies.SEEN, _seen_now(signed_in.token), seconds=IDLE_SECONDS)
    return response


def end(response: Response) -> Response:
    """Take the cookies of a session from the browser."""
    g.pop("seen_staff_token", None)
    cookies.take(response, cookies.SESSION)
    cookies.take(response, cookies.SEEN)
    return response


def _find_session(_: Request) -> LoginSession | None:
    token = cookies.read(cookies.SESSION)
    login = identity.session_of(token, database_now()) if token else None
    if token and login and login.kind is SessionKind.STAFF:
        if not _was_seen(token):
            return None
        g.seen_staff_token = token
    return login


def _renew_seen(response: Response) -> Response:
    """After any answer to a live staff session, unless the view has just given or taken its cookies."""
    token = g.pop("seen_staff_token", None)
    if token is not None:
        cookies.give(response, cookies.SEEN, _seen_now(token), seconds=IDLE_SECONDS)
    return response


def _signer() -> TimestampSigner:
    keys = [*reversed(current_app.config["SECRET_KEY_FALLBACKS"]), current_app.config["SECRET_KEY"]]
    return TimestampSigner(keys, **SIGNED_FOR)


def digest_of(token: str) -> str:
    """What binds a signed time to its session."""
    return sha256(token.encode()).hexdigest()


def _seen_now(token: str) -> str:
    return _signer().sign(digest_of(token)).decode()


def _was_seen(token: str) -> bool:
    try:
        whose = _signer().unsign(cookies.read(cookies.SEEN) or "", max_age=IDLE_SECONDS)
    except BadSignature:
        return False
    return whose.decode() == digest_of(token)
