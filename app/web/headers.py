"""What every response carries, errors included."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
A_YEAR = "public, max-age=31536000, immutable"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Add the headers to every response and refuse posts that another site sent."""
    app.before_request(_refuse_foreign_posts)
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static" and response.status_code == 200:
        response.headers["Cache-Control"] = A_YEAR
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _refuse_foreign_posts() -> None:
    """The Origin, where the browser sends one, must be ours; beside the token in the form."""
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(400, "This form was sent from another site.")
    origin = request.headers.get("Origin")
    if origin and origin not in _our_origins():
        abort(400, "This form was sent from another site.")


def _our_origins() -> frozenset[str]:
    """Where people type and, on loopback or in the demo, where they came in; its host is one of TRUSTED_HOSTS."""
    ours = urlsplit(current_app.extensions["settings"].public_base_url)
    return frozenset({f"{ours.scheme}://{ours.netloc}", f"{request.scheme}://{request.host}"})
