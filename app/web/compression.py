"""Text among the static files travels compressed. Pages do not: they hold secrets beside what a stranger may choose."""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

TEXTS = frozenset({"text/css", "text/javascript", "image/svg+xml"})


def init_app(app: Flask) -> None:
    """Compress stylesheets, scripts and drawings for browsers that take gzip."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if request.endpoint != "static" or response.mimetype not in TEXTS:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and request.accept_encodings.quality("gzip"):
        response.direct_passthrough = False
        response.set_data(_gzipped(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{response.get_etag()[0]}-gzip")
    return response


@lru_cache(maxsize=32)
def _gzipped(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)
