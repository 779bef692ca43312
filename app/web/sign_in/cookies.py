"""The cookies of signing in. Each is HttpOnly and SameSite=Lax, and bound to this host wherever there is TLS."""

from flask import current_app, request
from werkzeug.wrappers import Response

SESSION = "makewhole_session"
"""The secret of a session row."""
SEEN = "makewhole_seen"
"""When a staff session last made a request, signed."""
ASKED = "makewhole_asked"
"""The nonce of a browser that asked for a link."""


def read(name: str) -> str | None:
    """What this browser sent under the name, if anything."""
    return request.cookies.get(_full(name)) or None


def give(response: Response, name: str, value: str, *, seconds: int) -> None:
    """Set a cookie for that long."""
    response.set_cookie(
        _full(name), value, max_age=seconds, secure=_is_secure(), httponly=True, samesite="Lax", path="/"
    )


def take(response: Response, name: str) -> None:
    """Delete a cookie."""
    response.delete_cookie(_full(name), secure=_is_secure(), httponly=True, samesite="Lax", path="/")


def _is_secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _full(name: str) -> str:
    """`__Host-` needs TLS: over plain http, so on loopback and in the demo, the name stands alone."""
    return f"__Host-{name}" if _is_secure() else name
