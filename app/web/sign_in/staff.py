"""Staff sign in with a password and a second factor, and show both again before something that counts."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import identity
from app.core import clock
from app.core.db import transaction
from app.core.errors import DomainError
from app.identity import NotSignedIn, Role, SignedIn
from app.web.access import REPEAT, entering, find_login, public, requires, signed_in
from app.web.sign_in import browser, login
from app.web.sign_in.factors import answer_in, here, site
from app.web.sign_in.forms import ConfirmForm, FactorForm, StaffSignInForm, path_of_ours

bp = Blueprint("staff", __name__)
HOME = "/staff/"
OWN_FIELDS = frozenset({"csrf_token", "password", "code", "passkey", "next", "submit", "username"})


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
        begun = _begin(form)
    except DomainError as refusal:
        form.password.errors = [str(refusal)]
        return render_template("sign_in/staff.html", form=form), _status(refusal)
    return login.start(redirect(url_for(".factor", next=path_of_ours(form.next.data, HOME)), 303), begun)


@bp.route("/staff/factor", methods=["GET", "POST"])
@entering
def factor() -> ResponseReturnValue:
    """The second factor, after the password."""
    form = FactorForm(next=path_of_ours(request.args.get("next"), HOME))
    if not form.submitted():
        return _factor_page(form)
    outcome = _answered(form)
    if isinstance(outcome, SignedIn):
        return login.start(redirect(path_of_ours(form.next.data, HOME), 303), outcome)
    form.code.errors = [str(outcome)]
    return _factor_page(form), _status(outcome)


@bp.route("/staff/confirm", methods=["GET", "POST"])
@requires(*Role)
def confirm() -> ResponseReturnValue:
    """Password and second factor again; good for five minutes."""
    form = ConfirmForm(next=path_of_ours(request.args.get("next"), HOME))
    if form.password.name not in request.form:
        return _confirm_page(form)  # somebody was only sent here
    if not form.submitted():
        return _confirm_page(form)
    outcome = _confirmed(form)
    if isinstance(outcome, SignedIn):
        return login.start(redirect(path_of_ours(form.next.data, HOME), REPEAT if _carried() else 303), outcome)
    where = form.password if isinstance(outcome, identity.WrongPassword) else form.code
    where.errors = [str(outcome)]
    return _confirm_page(form), _status(outcome)


def _carried() -> list[tuple[str, str]]:
    """What was typed on the page that asked for confirmation: it is sent on once both are right."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in OWN_FIELDS]


def _begin(form: StaffSignInForm) -> SignedIn:
    proof, at = _prove(form.email.data or "", form.password.data or ""), clock.now()
    before = find_login()
    with transaction():
        begun = identity.begin_sign_in(proof=proof, device=browser.device(), at=at)
        if before is not None:
            identity.sign_out(login=before, at=at)
    return begun


def _answered(form: FactorForm) -> SignedIn | NotSignedIn | DomainError:
    try:
        with transaction():
            return identity.sign_in_staff(login=here(), answer=answer_in(form), client=browser.client(), at=clock.now())
    except DomainError as refusal:
        return refusal


def _confirmed(form: ConfirmForm) -> SignedIn | NotSignedIn | DomainError:
    try:
        proof, answer = _prove(signed_in().email, form.password.data or ""), answer_in(form)
        with transaction():
            return identity.reauthenticate(
                login=here(), proof=proof, answer=answer, client=browser.client(), at=clock.now()
            )
    except DomainError as refusal:
        return refusal


def _prove(email: str, password: str) -> identity.PasswordProof:
    """Count first, then compare slowly, outside any transaction."""
    with transaction():
        identity.count_password_attempt(email=email, client=browser.client(), at=clock.now())
    return identity.check_password(email=email, password=password)


def _factor_page(form: FactorForm) -> str:
    entering_here = here()
    return render_template(
        "sign_in/factor.html",
        form=form,
        factors=identity.factors_of(entering_here.person),
        passkey_options=identity.authentication_options(entering_here, site()),
    )


def _confirm_page(form: ConfirmForm) -> str:
    return render_template(
        "sign_in/confirm.html",
        form=form,
        carried=_carried(),
        passkey_options=identity.authentication_options(here(), site()),
    )


def _status(refusal: object) -> int:
    return 429 if isinstance(refusal, identity.TooManyRequests) else 401
