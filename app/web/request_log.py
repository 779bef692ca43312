"""One log line a request, and what every line knows of it: its number, the case, and who acts, by pseudonym."""

import logging
import re

from flask import Flask, Response, g, has_request_context, request

from app.core.logs import Facts

log = logging.getLogger(__name__)
REFERENCE = re.compile(r"INC-\d{4}-\d{3,}")
UNWORTHY = frozenset({"static", "health.healthz", "health.readyz"})
"""Asked all day by browsers and monitors; they would drown the rest."""


def init_app(app: Flask) -> None:
    """Log every request by its route: never by its path, which may hold a token."""
    app.after_request(_log_request)


def facts() -> Facts:
    """Of the request in hand, if any. Asks the database nothing, which may be what failed."""
    if not has_request_context():
        return {}
    return {"request": g.get("request_number"), "case": _case(), "actor": g.get("actor")}


def _case() -> str | None:
    reference = str((request.view_args or {}).get("reference", ""))
    return reference if REFERENCE.fullmatch(reference) else None


def _log_request(response: Response) -> Response:
    number = g.get("request_number")
    if number is not None:
        response.headers["X-Request-Id"] = number
    if request.endpoint not in UNWORTHY:
        route = request.url_rule.rule if request.url_rule else "none"
        log.info("%s %s", request.method, route, extra={"facts": {"status": response.status_code}})
    return response
