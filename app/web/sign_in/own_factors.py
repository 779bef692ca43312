"""`/staff/factors`: what somebody can show beside their password, and changing it."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field

from app import identity, notices
from app.core import clock
from app.core.db import transaction
from app.core.errors import DomainError
from app.identity import Role
from app.notices import AccessChange
from app.web.access import is_fresh, requires, signed_in
from app.web.sign_in.factors import here, qr_code, site
from app.web.sign_in.forms import AuthenticatorForm, NewPasswordForm, PasskeyForm, PressForm

bp = Blueprint("own_factors", __name__, url_prefix="/staff/factors")


@bp.get("")
@requires(*Role)
def show() -> ResponseReturnValue:
    """One's own factors, and what can be added."""
    return _page()


@bp.get("/qr.svg")
@requires(*Role, fresh=True)
def qr() -> ResponseReturnValue:
    """The code to scan."""
    return qr_code()


@bp.post("/app")
@requires(*Role, fresh=True)
def app() -> ResponseReturnValue:
    """Set up an app; it replaces the one before."""
    form = AuthenticatorForm()
    with _refused_at(form.code), transaction():
        if form.submitted():
            secret, code = identity.setup_secret(here()), form.code.data or ""
            identity.add_authenticator(person=signed_in(), secret=secret, code=code, at=clock.now())
            _tell(AccessChange.APP)
    return _page(app=form) if form.all_errors() else _done("The authenticator app is set up.")


@bp.post("/passkey")
@requires(*Role, fresh=True)
def passkey() -> ResponseReturnValue:
    """Add a passkey."""
    form = PasskeyForm()
    with _refused_at(form.name), transaction():
        if form.submitted():
            response, name = form.passkey.data or "", form.name.data or ""
            identity.add_passkey(login=here(), response=response, site=site(), name=name, at=clock.now())
            _tell(AccessChange.PASSKEY)
    return _page(passkey=form) if form.all_errors() else _done("The passkey is set up.")


@bp.post("/app/remove")
@requires(*Role, fresh=True)
def remove_app() -> ResponseReturnValue:
    """Forget the app, unless it is the last factor."""
    form = PressForm()
    with _refused_at(form.pressed), transaction():
        if form.submitted():
            identity.remove_authenticator(person=signed_in(), at=clock.now())
            _tell(AccessChange.APP_REMOVED)
    return _page(pressed=form) if form.all_errors() else _done("The authenticator app is removed.")


@bp.post("/passkeys/<pseudonym>/remove")
@requires(*Role, fresh=True)
def remove_passkey(pseudonym: str) -> ResponseReturnValue:
    """Forget a passkey, unless it is the last factor."""
    form = PressForm()
    with _refused_at(form.pressed), transaction():
        if form.submitted():
            identity.remove_own_passkey(person=signed_in(), pseudonym=pseudonym, at=clock.now())
            _tell(AccessChange.PASSKEY_REMOVED)
    return _page(pressed=form) if form.all_errors() else _done("The passkey is removed.")


@bp.post("/recovery-codes")
@requires(*Role, fresh=True)
def recovery_codes() -> ResponseReturnValue:
    """Ten new codes, shown in this answer and never again."""
    form = PressForm()
    if not form.submitted():
        return _page(pressed=form)
    with transaction():
        codes = identity.make_recovery_codes(person=signed_in(), at=clock.now())
        _tell(AccessChange.RECOVERY_CODES)
    return render_template("sign_in/recovery_codes.html", whose=signed_in(), codes=codes)


@bp.post("/password")
@requires(*Role, fresh=True)
def password() -> ResponseReturnValue:
    """Another password; sessions elsewhere end."""
    form = NewPasswordForm()
    with _refused_at(form.password):
        if form.submitted():
            chosen = identity.hash_password(form.password.data or "", email=signed_in().email)
            with transaction():
                identity.change_password(login=here(), password_hash=chosen, at=clock.now())
                _tell(AccessChange.PASSWORD)
    return _page(password=form) if form.all_errors() else _done("The password is changed.")


def _tell(change: AccessChange) -> None:
    """By mail, in the same transaction: whoever sits at somebody else's desk cannot do it unseen."""
    notices.queue_access_changed(person=signed_in(), change=change, at=clock.now())


@contextmanager
def _refused_at(field: Field) -> Iterator[None]:
    try:
        yield
    except DomainError as refusal:
        field.errors = [*field.errors, str(refusal)]


def _done(words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for(".show"), 303)


def _page(
    app: AuthenticatorForm | None = None,
    passkey: PasskeyForm | None = None,
    password: NewPasswordForm | None = None,
    pressed: PressForm | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "sign_in/factors.html",
        factors=identity.factors_of(signed_in()),
        app_form=app or AuthenticatorForm(None),
        passkey_form=passkey or PasskeyForm(None),
        password_form=password or NewPasswordForm(None),
        pressed=pressed or PressForm(None),
        is_fresh=is_fresh(),
        secret=identity.setup_secret(here()),
        passkey_options=identity.registration_options(here(), site()),
    )
    return page, 422 if app or passkey or password or pressed else 200
