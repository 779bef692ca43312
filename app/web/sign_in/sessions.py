"""Signing out here, and seeing and ending what is open elsewhere: the same for investors and for staff."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import identity
from app.core import clock
from app.core.db import database_now, transaction
from app.identity import Role
from app.web.access import find_login, investor, public, requires, signed_in
from app.web.sign_in import login

bp = Blueprint("sessions", __name__)
CLEARED = '"cache", "storage"'
"""Pages are not stored anyway; this also forgets what a browser keeps to go back quickly."""


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this session; harmless when there is none."""
    here = find_login()
    if here is not None:
        with transaction():
            identity.sign_out(login=here, at=clock.now())
        flash("You are signed out.")
    answer = login.end(redirect("/", 303))
    answer.headers["Clear-Site-Data"] = CLEARED
    return answer


@bp.get("/sessions")
@investor
def mine() -> ResponseReturnValue:
    """Where an investor is signed in."""
    return _list("layouts/investor.html", ".end_mine")


@bp.post("/sessions/<int:session_id>/end")
@investor
def end_mine(session_id: int) -> ResponseReturnValue:
    """End one of an investor's own sessions."""
    return _end(session_id, ".mine")


@bp.get("/staff/sessions")
@requires(*Role)
def staff() -> ResponseReturnValue:
    """Where a member of staff is signed in."""
    return _list("layouts/staff.html", ".end_staff")


@bp.post("/staff/sessions/<int:session_id>/end")
@requires(*Role)
def end_staff(session_id: int) -> ResponseReturnValue:
    """End one of a staff member's own sessions."""
    return _end(session_id, ".staff")


def _list(layout: str, ending: str) -> ResponseReturnValue:
    here = find_login()
    listed = identity.list_sessions(person=signed_in(), at=database_now())
    return render_template("sign_in/sessions.html", layout=layout, sessions=listed, here=here, ending=ending)


def _end(session_id: int, back: str) -> ResponseReturnValue:
    with transaction():
        identity.end_session(person=signed_in(), session_id=session_id, at=clock.now())
    flash("That session has ended.")
    return redirect(url_for(back), 303)
