"""Who may open a view: every view carries exactly one mark, and what is unmarked stays shut."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from flask import Flask, abort, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import identity
from app.core import clock
from app.identity import LoginSession, Person, Role, SessionKind
from app.web.headers import SAFE_METHODS

SEE, REPEAT = 302, 307
"""Redirects: to a page, and of a post with everything that was typed."""
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


@dataclass(frozen=True)
class Access:
    """What a view asks of its reader. `session` None = anybody; `roles` empty = any of that session.

    `deputies`: whoever signs for an absent approver of one of the roles may open it as well.
    """

    session: SessionKind | None = None
    roles: frozenset[Role] = frozenset()
    fresh: bool = False
    deputies: bool = False
    confirmed: bool = False


PUBLIC = Access()
WAYS_IN = {
    SessionKind.INVESTOR: "/sign-in",
    SessionKind.STAFF: "/staff/sign-in",
    SessionKind.ENTERING: "/staff/sign-in",
    SessionKind.ENROLLING: "/staff/enrol",
}


def public(view: View) -> View:
    """Anybody may open it."""
    return _mark(view, PUBLIC)


def investor(view: View) -> View:
    """Somebody signed in from an e-mailed link; what they see is scoped by the query."""
    return _mark(view, Access(SessionKind.INVESTOR))


def confirmed_investor(view: View) -> View:
    """As `investor`, who typed a code mailed for it within ten minutes: before an election, never before disputing."""
    return _mark(view, Access(SessionKind.INVESTOR, confirmed=True))


def entering(view: View) -> View:
    """Staff whose password was right and whose second factor is still missing."""
    return _mark(view, Access(SessionKind.ENTERING))


def enrolling(view: View) -> View:
    """Staff with an enrolment code, who set up their first factor."""
    return _mark(view, Access(SessionKind.ENROLLING))


def requires(*roles: Role, fresh: bool = False, deputies: bool = False) -> Callable[[View], View]:
    """Staff with one of the roles, or their deputies too; `fresh` asks for both factors within five minutes."""
    return lambda view: _mark(view, Access(SessionKind.STAFF, frozenset(roles), fresh, deputies))


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
        return _send_to(WAYS_IN[access.session])
    g.actor = login.person.audit_name
    if access.roles and not access.roles & _roles_for(access, login.person):
        needed = " or ".join(sorted(role.label for role in access.roles))
        abort(403, f"This page is for: {needed}. An admin can give you the role.")
    return _ask_again(access, login)


def _ask_again(access: Access, login: LoginSession) -> ResponseReturnValue | None:
    """To the page that asks once more who it is, where the view wants that and it was too long ago."""
    code = REPEAT if request.method not in SAFE_METHODS else SEE
    if access.fresh and not login.is_fresh(clock.now()):
        return _send_to("/staff/confirm", code)
    if access.confirmed and not login.is_confirmed(clock.now()):
        return _send_to("/confirm", code)
    return None


def _roles_for(access: Access, person: Person) -> frozenset[Role]:
    """The roles that count for a view; those of absent approvers only where the person's own do not suffice."""
    if access.roles & person.roles or not access.deputies:
        return person.roles
    return person.roles | deputised_roles()


def deputised_roles() -> frozenset[Role]:
    """The roles of absent approvers for whom the reader signs today; looked up once in a request."""
    if "deputised_roles" not in g:
        login, on = find_login(), clock.now().date()
        person = login.person if login is not None and login.kind is SessionKind.STAFF else None
        held = identity.list_deputised(deputy=person, on=on) if person and person.roles else []
        g.deputised_roles = frozenset(each.role for each in held)
    found: frozenset[Role] = g.deputised_roles
    return found


def _send_to(page: str, code: int = 302) -> ResponseReturnValue:
    """To sign in or confirm, and back. What was posted comes along to the confirming page, so that no word is lost."""
    back = request.full_path.rstrip("?") if request.method in SAFE_METHODS else request.path
    return redirect(f"{page}?{urlencode({'next': back})}", code)
