"""The front page: for anybody, and above all for readers who fear a fraud."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import incidents
from app.web.access import public

bp = Blueprint("front", __name__)


@bp.get("/")
@public
def show() -> ResponseReturnValue:
    """Did we write to you? What happened, in short, and the questions."""
    return render_template("public/front.html", incidents=incidents.list_public())
