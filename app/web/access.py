"""Who may open a view: every view carries exactly one mark, and what is unmarked stays shut."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from flask import Flask, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core import clock
from app.identity import LoginSession, Person, Role, SessionKind
from app.web.headers import SAFE_METHODS

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


@dataclass(frozen=True)
class Access:
    """What a view asks of its reader. `session` None = anybody; `roles` empty = any of that session."""

    session: SessionKind | None = None
    roles: frozenset[Role] = frozenset()
    fresh: bool = False


PUBLIC = Access()


def public(view: View) -> View:
    """Anybody may open it."""
    return _mark(view, PUBLIC)


def investor(view: View) -> View:
    """Somebody signed in from an e-mailed link; what they see is scoped by the query."""
    return _mark(view, Access(SessionKind.INVESTOR))


def requires(*roles: Role, fresh: bool = False) -> Callable[[View], View]:
    """Staff with one of the roles; `fresh` asks for a password typed within five minutes."""
    return lambda view: _mark(view, Access(SessionKind.STAFF, frozenset(roles), fresh))


def _mark(view: View, access: Access) -> View:
    view.__dict__["access"] = access
    return view


def init_app(app: Flask) -> None:
    """Check the mark before every view."""
    app.before_request(_enforce)


def signed_in() -> Person:
    """The person of this request; only for views marked `investor` or `requires`."""
    login = find_login()
    assert login is not None  # noqa: S101 - the mark was checked before the view
    return login.person


def find_login() -> LoginSession | None:
    """The session of this request, if anybody is signed in."""
    login = current_user._get_current_object()  # noqa: SLF001 - the domain never sees the proxy
    return login if isinstance(login, LoginSession) else None


def is_fresh() -> bool:
    """Whether a view marked `fresh` would open now, without asking for the password first."""
    login = find_login()
    return login is not None and login.is_fresh(clock.now())


def _access_of(endpoint: str | None) -> Access:
    if endpoint == "static":
        return PUBLIC
    access = getattr(current_app.view_functions.get(endpoint or ""), "access", None)
    return access if isinstance(access, Access) else abort(404)


def _enforce() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    access = _access_of(request.endpoint)
    if access.session is None:
        return None
    login = find_login()
    if login is None or login.kind is not access.session:
        return _send_to("/staff/sign-in" if access.session is SessionKind.STAFF else "/sign-in")
    if access.roles and not access.roles & login.person.roles:
        needed = " or ".join(sorted(role.label for role in access.roles))
        abort(403, f"This page is for: {needed}. An admin can give you the role.")
    if access.fresh and not login.is_fresh(clock.now()):
        return _send_to("/staff/confirm")
    return None


def _send_to(page: str) -> ResponseReturnValue:
    """To sign in or confirm, and back; a post is not repeated, its page is opened again."""
    back = request.full_path.rstrip("?") if request.method in SAFE_METHODS else request.path
    return redirect(f"{page}?{urlencode({'next': back})}")
