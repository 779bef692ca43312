"""What the pages of second factors share: the site that passkeys are for, and how an answer is read from a form."""

import io
from urllib.parse import urlsplit

import segno
from flask import Response, current_app
from flask.typing import ResponseReturnValue

from app import identity
from app.identity import Answer, LoginSession, PasskeyAnswer, Site, TypedCode
from app.settings import Settings
from app.web.access import find_login
from app.web.sign_in.forms import FactorForm


def site() -> Site:
    """The portal as browsers and people know it."""
    settings: Settings = current_app.extensions["settings"]
    parts = urlsplit(settings.public_base_url)
    return Site(host=parts.hostname or "", origin=f"{parts.scheme}://{parts.netloc}", name=settings.brand_name)


def here() -> LoginSession:
    """The session of this request, whatever its kind; the mark was checked before."""
    login = find_login()
    if login is None:
        raise identity.WrongPassword("Your session has ended. Please sign in again.")
    return login


def answer_in(form: FactorForm) -> Answer:
    """The passkey's answer where the browser gave one, else what was typed."""
    if form.passkey.data:
        return PasskeyAnswer(response=form.passkey.data, site=site())
    return TypedCode(form.code.data or "")


def qr_code() -> ResponseReturnValue:
    """What the session may set up, for an app to scan: black on white whatever the page's colours."""
    link = identity.setup_link(here(), issuer=site().name)
    drawn = io.BytesIO()
    segno.make(link, error="m").save(drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff")
    return Response(drawn.getvalue(), mimetype="image/svg+xml")
