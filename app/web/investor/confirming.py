"""`/confirm`: a code by mail before what counts: an election, naming a second person, withdrawing a dispute."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from app import identity, notices
from app.core import clock
from app.core.db import transaction
from app.core.text import mask_email
from app.identity import LoginSession
from app.web.access import REPEAT, find_login, investor, signed_in
from app.web.forms import Form
from app.web.sign_in import browser
from app.web.sign_in.forms import path_of_ours

bp = Blueprint("confirming", __name__, url_prefix="/confirm")
HOME = "/corrections"
OWN_FIELDS = frozenset({"csrf_token", "code", "next", "press"})


class ConfirmingForm(Form):
    """The digits from the mail; `press` is the button."""

    code = StringField("6-digit code", validators=[Length(max=40, message="Type the 6 digits from the email.")])
    next = HiddenField()
    press = StringField()


@bp.route("", methods=["GET", "POST"])
@investor
def show() -> ResponseReturnValue:
    """Send a code, at once where something was posted, take it, and go on with what was about to be done."""
    form = ConfirmingForm(next=path_of_ours(request.args.get("next"), HOME))
    if not form.submitted():
        return _page(form)
    if form.press.data not in ("send", "confirm") and identity.is_code_out(login=_login()):
        return _page(form)  # what was posted elsewhere brings the reader here once more
    refusal = _confirm(form) if form.press.data == "confirm" else _send()
    if refusal is not None:
        form.code.errors = [str(refusal)]
        return _page(form), 429 if isinstance(refusal, identity.TooManyRequests) else 401
    if form.press.data != "confirm":
        return _page(form)
    return redirect(path_of_ours(form.next.data, HOME), REPEAT if _carried() else 303)


def _carried() -> list[tuple[str, str]]:
    """What was typed on the page that asked for it: it is sent on once the code is right."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in OWN_FIELDS]


def _send() -> identity.TooManyRequests | None:
    at, lives = clock.now(), identity.CODE_LIVES
    try:
        with transaction():
            link = identity.ask_for_confirmation(login=_login(), client=browser.client(), at=at)
            notices.queue_confirmation(link=link, lives=lives, at=at)
    except identity.TooManyRequests as refusal:
        return refusal
    return None


def _confirm(form: ConfirmingForm) -> identity.NotSignedIn | None:
    with transaction():
        return identity.confirm_with_code(login=_login(), code=form.code.data or "", at=clock.now())


def _login() -> LoginSession:
    login = find_login()
    assert login is not None  # noqa: S101 - the mark was checked before the view
    return login


def _page(form: ConfirmingForm) -> str:
    address, is_sent = mask_email(signed_in().email), identity.is_code_out(login=_login())
    return render_template(
        "investor/confirming/show.html", form=form, carried=_carried(), is_sent=is_sent, address=address
    )
