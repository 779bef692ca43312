"""The front page, and checking a notice without its link: for readers who fear a fraud."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import incidents, notices
from app.web.access import public

bp = Blueprint("front", __name__)


@bp.get("/")
@public
def show() -> ResponseReturnValue:
    """Did we write to you? What happened, in short, and the questions."""
    return render_template("public/front.html", incidents=incidents.list_public())


@bp.get("/check-notice")
@public
def check_notice() -> ResponseReturnValue:
    """Whether we sent a message with the number that was typed."""
    number = request.args.get("number", "").strip()[:40]
    message = notices.find_by_notice_number(number) if number else None
    return render_template("public/check_notice.html", number=number, message=message)
