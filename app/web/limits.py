"""How much may be sent. Files have the limits of their views; what is typed has one of its own."""

from flask import Flask, request

LARGEST_UPLOAD = 10 * 1024 * 1024
LARGEST_FORM = 500 * 1000
MOST_FIELDS = 1000
WITH_FILES = "multipart/form-data"


def init_app(app: Flask) -> None:
    """Refuse what is too large before it is read; the parser of plain forms knows no limit but that of the body."""
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_UPLOAD, MAX_FORM_MEMORY_SIZE=LARGEST_FORM, MAX_FORM_PARTS=MOST_FIELDS)
    app.before_request(_limit_plain_forms)


def _limit_plain_forms() -> None:
    if request.mimetype != WITH_FILES:
        request.max_content_length = LARGEST_FORM
