"""`/check-notice`: checking a notice without its link, for readers who fear a fraud."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from wtforms import StringField, SubmitField
from wtforms.validators import DataRequired, Length

from app import identity, notices
from app.core import clock
from app.core.db import transaction
from app.web.access import public
from app.web.forms import Form
from app.web.sign_in import browser

bp = Blueprint("check_notice", __name__, url_prefix="/check-notice")


class NumberForm(Form):
    """The number near the end of a notice. It is posted, since every question is counted."""

    number = StringField(
        "Notice number",
        validators=[DataRequired("Type the number near the end of your message."), Length(max=40)],
        filters=[lambda typed: typed.strip() if typed else typed],
    )
    submit = SubmitField("Check this number")


@bp.get("")
@public
def show() -> ResponseReturnValue:
    """Ask for the number."""
    return _page(NumberForm())


@bp.post("")
@public
def check() -> ResponseReturnValue:
    """Whether we sent something with the number that was typed."""
    form = NumberForm()
    if not form.submitted():
        return _page(form), 422
    number = form.number.data or ""
    try:
        with transaction():
            found = notices.check_number(number=number, client=browser.client(), at=clock.now())
    except identity.TooManyRequests as refusal:
        form.number.errors = [str(refusal)]
        return _page(form), 429
    return _page(form, number=number, found=found)


def _page(form: NumberForm, *, number: str = "", found: notices.Genuine | None = None) -> str:
    return render_template("public/check_notice.html", form=form, number=number, found=found)
