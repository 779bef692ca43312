"""`/s/<token>`: the page behind an e-mailed link. Opening it changes nothing, however often a program does so."""

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import identity, notices
from app.core import clock
from app.core.db import database_now, transaction
from app.core.text import mask_email
from app.identity import LinkKind, NotSignedIn, SessionKind, SignedInByLink, SignInLink
from app.settings import Settings
from app.web.access import find_login, public
from app.web.sign_in import browser, cookies, login
from app.web.sign_in.asking import A_DAY
from app.web.sign_in.forms import CodeForm

bp = Blueprint("links", __name__)


@bp.get("/S/<token>", endpoint="show_upper_case")
@bp.get("/s/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    """What the link would do, or the page it led to where its person is still signed in."""
    return _page(token, CodeForm())


@bp.post("/s/<token>")
@public
def use(token: str) -> ResponseReturnValue:
    """Sign in, once: by the code, or in the browser that asked."""
    form = CodeForm()
    if not form.submitted():
        return _page(token, form)
    with transaction():
        outcome = _sign_in(token, form.code.data or "")
    if isinstance(outcome, SignedInByLink):
        return login.start(redirect(outcome.link.opens, 303), outcome)
    link = identity.find_link(token)
    if link is not None and not link.is_open(database_now()):
        return redirect(url_for(".show", token=token), 303)  # a second press finds the page that the first one opened
    form.code.errors = [outcome.says]
    return _page(token, form)


@bp.post("/s/<token>/new")
@public
def renew(token: str) -> ResponseReturnValue:
    """Send a new link to the address on file."""
    link, nonce = identity.find_link(token), browser.nonce()
    if link is None or link.kind is LinkKind.REHEARSAL:
        return _page(token, CodeForm())
    try:
        with transaction():
            _send_new(link, nonce)
    except identity.TooManyRequests as refusal:
        return _show(link, token, CodeForm(), refusal=str(refusal)), 429
    flash(f"We have sent a new email to {mask_email(link.person.email)}.")
    response = redirect(url_for("asking.sent"), 303)
    cookies.give(response, cookies.ASKED, nonce, seconds=A_DAY)
    return response


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _sign_in(token: str, code: str) -> SignedInByLink | NotSignedIn:
    at, before = clock.now(), find_login()
    outcome = identity.sign_in_with_link(
        token=token,
        code=code,
        nonce=cookies.read(cookies.ASKED),
        lasts=timedelta(hours=_settings().session_hours),
        device=browser.device(),
        at=at,
    )
    if isinstance(outcome, SignedInByLink):
        notices.record_opening(link=outcome.link, at=at)
        if before is not None:
            identity.sign_out(login=before, at=at)
    return outcome


def _send_new(link: SignInLink, nonce: str) -> None:
    at, lives = clock.now(), timedelta(minutes=_settings().sign_in_minutes)
    new = identity.renew_link(link=link, nonce=nonce, client=browser.client(), lives=lives, at=at)
    notices.queue_sign_in(link=new, lives=lives, at=at)


def _page(token: str, form: CodeForm) -> ResponseReturnValue:
    link = identity.find_link(token)
    if link is None:
        return render_template("sign_in/unknown.html"), 404
    if link.kind is LinkKind.REHEARSAL:
        return render_template("sign_in/rehearsal.html", link=link)
    here = find_login()
    is_theirs = here is not None and here.kind is SessionKind.INVESTOR and here.person_id == link.person_id
    if is_theirs and not link.is_open(database_now()):
        return redirect(link.opens)
    return _show(link, token, form, refusal="")


def _show(link: SignInLink, token: str, form: CodeForm, *, refusal: str) -> str:
    here = find_login()
    other = here.person.email if here is not None and here.person_id != link.person_id else None
    return render_template(
        "sign_in/link.html" if link.is_open(database_now()) else "sign_in/ended.html",
        link=link,
        token=token,
        form=form,
        refusal=refusal,
        address=mask_email(link.person.email),
        other_address=mask_email(other) if other else None,
        is_known_browser=link.was_asked_with(cookies.read(cookies.ASKED)),
    )
