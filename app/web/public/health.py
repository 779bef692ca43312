"""Whether the process answers, and whether it can work."""

import logging

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from app.core.db import check_room, session
from app.web.access import public

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """The database answers too, and its disk takes more; 503 otherwise."""
    session.execute(text("SELECT 1"))
    try:
        check_room()
    except OSError as error:
        log.error("there is no room for the database: %s", error)
        abort(503)
    return {"status": "ready"}
