"""`/brand.css`: the platform's colours as a stylesheet, because inline styles are closed."""

import hashlib

from flask import Blueprint, Response, current_app
from flask.blueprints import BlueprintSetupState

from app.settings import Settings
from app.web.access import public
from app.web.brand import stylesheet as brand_stylesheet

bp = Blueprint("brand", __name__)


@bp.get("/brand.css")
@public
def stylesheet() -> Response:
    """The colours; its address carries their hash, so browsers keep it for a year."""
    response = Response(current_app.extensions["brand.css"], mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@bp.record_once
def _refuse_unreadable_colours(state: BlueprintSetupState) -> None:
    settings: Settings = state.app.extensions["settings"]
    state.app.extensions["brand.css"] = brand_stylesheet(settings.brand_accent, settings.brand_accent_ink)


@bp.app_url_defaults
def _hash_colours(endpoint: str, values: dict[str, object]) -> None:
    if endpoint == "brand.stylesheet":
        css: str = current_app.extensions["brand.css"]
        values["v"] = hashlib.sha256(css.encode()).hexdigest()[:12]
