"""Staff sign in with a password, and type it again before something that counts."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import identity
from app.core import clock
from app.core.db import transaction
from app.identity import LoginSession, Role, SignedIn
from app.web.access import REPEAT, find_login, public, requires, signed_in
from app.web.sign_in import browser, login
from app.web.sign_in.forms import ConfirmForm, StaffSignInForm, path_of_ours

bp = Blueprint("staff", __name__)
HOME = "/staff/"
OWN_FIELDS = frozenset({"csrf_token", "password", "next", "submit", "username"})
REFUSALS = (identity.TooManyRequests, identity.WrongPassword)


@bp.get("/staff/")
@requires(*Role)
def home() -> ResponseReturnValue:
    """The first page of somebody's work."""
    return redirect("/support/" if signed_in().roles == {Role.SUPPORT} else "/admin/")


@bp.route("/staff/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Address and password."""
    form = StaffSignInForm(next=path_of_ours(request.args.get("next"), HOME))
    if not form.submitted():
        return render_template("sign_in/staff.html", form=form)
    try:
        fresh = _sign_in(form)
    except REFUSALS as refusal:
        form.password.errors = [str(refusal)]
        return render_template("sign_in/staff.html", form=form), _status(refusal)
    return login.start(redirect(path_of_ours(form.next.data, HOME), 303), fresh)


@bp.route("/staff/confirm", methods=["GET", "POST"])
@requires(*Role)
def confirm() -> ResponseReturnValue:
    """The password again; good for five minutes."""
    form, carried = ConfirmForm(next=path_of_ours(request.args.get("next"), HOME)), _carried()
    if not form.submitted():
        if form.password.name not in request.form:
            form.password.errors = []  # somebody was only sent here
        return render_template("sign_in/confirm.html", form=form, carried=carried)
    try:
        fresh = _confirm(form)
    except REFUSALS as refusal:
        form.password.errors = [str(refusal)]
        return render_template("sign_in/confirm.html", form=form, carried=carried), _status(refusal)
    return login.start(redirect(path_of_ours(form.next.data, HOME), REPEAT if carried else 303), fresh)


def _carried() -> list[tuple[str, str]]:
    """What was typed on the page that asked for the password: it is sent on once the password is right."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in OWN_FIELDS]


def _sign_in(form: StaffSignInForm) -> SignedIn:
    proof, at = _prove(form.email.data or "", form.password.data or ""), clock.now()
    before = find_login()
    with transaction():
        fresh = identity.sign_in_staff(proof=proof, device=browser.device(), at=at)
        if before is not None:
            identity.sign_out(login=before, at=at)
    return fresh


def _confirm(form: ConfirmForm) -> SignedIn:
    proof = _prove(signed_in().email, form.password.data or "")
    with transaction():
        return identity.reauthenticate(login=_login(), proof=proof, at=clock.now())


def _prove(email: str, password: str) -> identity.PasswordProof:
    """Count first, then compare slowly, outside any transaction."""
    with transaction():
        identity.count_password_attempt(email=email, client=browser.client(), at=clock.now())
    return identity.check_password(email=email, password=password)


def _login() -> LoginSession:
    here = find_login()
    if here is None:
        raise identity.WrongPassword("Your session has ended. Please sign in again.")
    return here


def _status(refusal: Exception) -> int:
    return 429 if isinstance(refusal, identity.TooManyRequests) else 401
