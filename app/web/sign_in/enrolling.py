"""`/staff/enrol`: the first way in, with a code that was handed over. It ends with a factor and recovery codes."""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import identity, notices
from app.core import clock
from app.core.db import transaction
from app.core.errors import DomainError
from app.identity import Enrolled, SignedIn
from app.notices import AccessChange
from app.web.access import enrolling, find_login, public
from app.web.sign_in import browser, login
from app.web.sign_in.factors import here, qr_code, site
from app.web.sign_in.forms import AuthenticatorForm, EnrolForm, PasskeyForm

bp = Blueprint("enrolling", __name__, url_prefix="/staff/enrol")


@bp.route("", methods=["GET", "POST"])
@public
def begin() -> ResponseReturnValue:
    """Address, code and a password of one's own."""
    form = EnrolForm()
    if not form.submitted():
        return render_template("sign_in/enrol.html", form=form)
    try:
        begun = _begin(form)
    except DomainError as refusal:
        where = form.password if isinstance(refusal, identity.BadPassword) else form.enrolment
        where.errors = [str(refusal)]
        return render_template("sign_in/enrol.html", form=form), 429 if _is_too_often(refusal) else 401
    return login.start(redirect(url_for(".factor"), 303), begun)


@bp.get("/factor")
@enrolling
def factor() -> ResponseReturnValue:
    """The app or a passkey: one is enough."""
    return _page()


@bp.get("/qr.svg")
@enrolling
def qr() -> ResponseReturnValue:
    """The code to scan."""
    return qr_code()


@bp.post("/app")
@enrolling
def app() -> ResponseReturnValue:
    """Set up the app, and go in."""
    form = AuthenticatorForm()
    if not form.submitted():
        return _page(app=form), 422
    try:
        with transaction():
            secret, code = identity.setup_secret(here()), form.code.data or ""
            enrolled = identity.enrol_authenticator(login=here(), secret=secret, code=code, at=clock.now())
            _tell(enrolled)
    except DomainError as refusal:
        form.code.errors = [str(refusal)]
        return _page(app=form), 422
    return _enter(enrolled)


@bp.post("/passkey")
@enrolling
def passkey() -> ResponseReturnValue:
    """Set up a passkey, and go in."""
    form = PasskeyForm()
    if not form.submitted():
        return _page(passkey=form), 422
    try:
        with transaction():
            response, name = form.passkey.data or "", form.name.data or ""
            enrolled = identity.enrol_passkey(login=here(), response=response, site=site(), name=name, at=clock.now())
            _tell(enrolled)
    except DomainError as refusal:
        form.name.errors = [str(refusal)]
        return _page(passkey=form), 422
    return _enter(enrolled)


def _begin(form: EnrolForm) -> SignedIn:
    email, at, before = form.email.data or "", clock.now(), find_login()
    password_hash = identity.hash_password(form.password.data or "", email=identity.normal_email(email))
    with transaction():
        identity.count_enrolment_attempt(email=email, client=browser.client(), at=at)
    with transaction():
        begun = identity.begin_enrolment(
            email=email, code=form.enrolment.data or "", password_hash=password_hash, device=browser.device(), at=at
        )
        if before is not None:
            identity.sign_out(login=before, at=at)
    return begun


def _is_too_often(refusal: DomainError) -> bool:
    return isinstance(refusal, identity.TooManyRequests)


def _page(app: AuthenticatorForm | None = None, passkey: PasskeyForm | None = None) -> str:
    return render_template(
        "sign_in/first_factor.html",
        app_form=app or AuthenticatorForm(None),
        passkey_form=passkey or PasskeyForm(None),
        secret=identity.setup_secret(here()),
        passkey_options=identity.registration_options(here(), site()),
    )


def _tell(enrolled: Enrolled) -> None:
    person = enrolled.signed_in.login.person
    notices.queue_access_changed(person=person, change=AccessChange.SET_UP, at=clock.now())


def _enter(enrolled: Enrolled) -> ResponseReturnValue:
    """The recovery codes are shown in this answer and never again."""
    person, codes = enrolled.signed_in.login.person, enrolled.recovery_codes
    page = render_template("sign_in/recovery_codes.html", whose=person, codes=codes)
    return login.start(make_response(page), enrolled.signed_in)
