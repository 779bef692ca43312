"""An investor's own statement: all their accounts and deals on one page, and the same on paper."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.pdf import CannotRender, render_pdf
from app.incidents import money
from app.web.access import investor, signed_in

bp = Blueprint("statement", __name__)


@bp.get("/statement")
@investor
def show() -> ResponseReturnValue:
    """What was recorded, what is right, and who pays what when."""
    found = money.find_statement(signed_in(), on=clock.now().date())
    return render_template("investor/statement.html", statement=found)


@bp.get("/statement.pdf")
@investor
def paper() -> ResponseReturnValue:
    """The same facts on paper; where paper cannot be made, the page to print."""
    found = money.find_statement(signed_in(), on=clock.now().date())
    if found.as_of is None:
        return redirect(url_for(".show"))
    html = render_template("papers/statement.html", statement=found)
    try:
        content = render_pdf(html, title=f"Statement for {found.person_name}", at=found.as_of)
    except CannotRender:
        flash("We cannot make a PDF right now. Please print this page, or save it as a PDF.")
        return redirect(url_for(".show"))
    headers = {"Content-Disposition": 'attachment; filename="statement.pdf"'}
    return Response(content, mimetype="application/pdf", headers=headers)
