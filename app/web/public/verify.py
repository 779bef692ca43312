"""`/verify`: the receipt checker that needs nobody, one static file that also works from disk."""

import re

from flask import Blueprint, Response, current_app
from flask.blueprints import BlueprintSetupState

from app.settings import ROOT
from app.web.access import public

bp = Blueprint("verify", __name__)
FILE = ROOT / "static" / "verify.html"
_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')


@bp.get("/verify")
@public
def show() -> Response:
    """The file as it is, under the policy that it carries itself; it can be framed by nobody."""
    text, policy = current_app.extensions["verify.html"]
    response = Response(text, mimetype="text/html")
    response.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'"
    return response


@bp.record_once
def _read(state: BlueprintSetupState) -> None:
    text = FILE.read_text(encoding="utf-8")
    match = _POLICY.search(text)
    if match is None:
        raise RuntimeError(f"{FILE} carries no policy")
    state.app.extensions["verify.html"] = text, match[1]
