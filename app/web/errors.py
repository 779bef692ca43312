"""Every failure is a page in the house's words, with a request number to quote."""

import logging
import secrets

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import NoResultFound, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from app.core.db import session
from app.core.errors import DomainError

log = logging.getLogger(__name__)
PAGES = frozenset({400, 401, 403, 404, 405, 409, 413, 429, 500, 503})


def init_app(app: Flask) -> None:
    """Answer every exception with a page; nothing of it is shown but the request's number."""
    app.before_request(_number_the_request)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(CSRFError, _show_csrf_error)
    app.register_error_handler(NoResultFound, _show_not_found)
    app.register_error_handler(DomainError, _show_refusal)
    app.register_error_handler(OperationalError, _show_unavailable)


def _number_the_request() -> None:
    g.request_number = secrets.token_hex(4)


def _page(code: int, says: str) -> ResponseReturnValue:
    g.reader_unknown = code >= 500  # the database may be what failed: such a page asks it nothing
    template = f"errors/{code if code in PAGES else 400 if code < 500 else 500}.html"
    return render_template(template, says=says, request_number=g.get("request_number")), code


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, InternalServerError):
        session.rollback()
        log.error("request %s failed", g.get("request_number", "none"))
    if isinstance(error, SecurityError):
        return "This host name is not ours.", 400
    if error.code and error.code < 400:
        return error.get_response(request.environ)
    return _page(error.code or 500, error.description or "")


def _show_csrf_error(error: CSRFError) -> ResponseReturnValue:
    return _page(400, "This form is too old or was sent twice. Go back, reload the page, and send it again.")


def _show_not_found(error: NoResultFound) -> ResponseReturnValue:
    return _page(404, "")


def _show_refusal(error: DomainError) -> ResponseReturnValue:
    session.rollback()
    return _page(409, str(error))


def _show_unavailable(error: OperationalError) -> ResponseReturnValue:
    session.rollback()
    log.error("request %s: the database did not answer", g.get("request_number", "none"), exc_info=error)
    return _page(503, "")
