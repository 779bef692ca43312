"""Who works here, in which roles, and since when."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import identity
from app.web.admin.readers import readers

bp = Blueprint("people", __name__, url_prefix="/admin/people")


@bp.get("")
@readers
def list_all() -> ResponseReturnValue:
    """Staff with the roles they hold now."""
    return render_template("admin/people/list.html", staff=identity.list_staff())
