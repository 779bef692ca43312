"""`/sign-in`: somebody types an address. Every address gets the same bytes; the worker does the rest."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import identity
from app.core import clock
from app.core.db import transaction
from app.web.access import public
from app.web.sign_in import browser, cookies
from app.web.sign_in.forms import AskForm, path_of_ours

bp = Blueprint("asking", __name__)
A_DAY = 24 * 60 * 60
HOME = "/corrections"


@bp.get("/sign-in")
@public
def show() -> ResponseReturnValue:
    """One field for the address."""
    return render_template("sign_in/ask.html", form=AskForm(next=path_of_ours(request.args.get("next"), HOME)))


@bp.post("/sign-in")
@public
def ask() -> ResponseReturnValue:
    """Note the request; the browser keeps a nonce, by which its link needs no code."""
    form, nonce = AskForm(), browser.nonce()
    if not form.submitted():
        return render_template("sign_in/ask.html", form=form)
    try:
        with transaction():
            _note(form, nonce)
    except identity.TooManyRequests as refusal:
        form.email.errors = [str(refusal)]
        return render_template("sign_in/ask.html", form=form), 429
    response = redirect(url_for(".sent"), 303)
    cookies.give(response, cookies.ASKED, nonce, seconds=A_DAY)
    return response


@bp.get("/sign-in/sent")
@public
def sent() -> ResponseReturnValue:
    """What happens now, whatever the address was."""
    return render_template("sign_in/sent.html")


def _note(form: AskForm, nonce: str) -> None:
    opens = path_of_ours(form.next.data, HOME)
    identity.ask_for_link(
        email=form.email.data or "", nonce=nonce, client=browser.client(), at=clock.now(), opens=opens
    )
