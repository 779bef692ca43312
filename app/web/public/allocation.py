"""`/allocation`: anybody checks their own figure from a published rate. Nothing of any deal is read."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField

from app.allocations import own_figure
from app.allocations.own_figure import BadFigure, OwnFigure
from app.web.access import public
from app.web.forms import Form

bp = Blueprint("allocation", __name__)
Read = TypeVar("Read")


class OwnFigureForm(Form):
    """What a person copies from their page or their notice; a question, so it is asked with GET and has no token."""

    class Meta:
        csrf = False

    rate = StringField("Rate of the deal")
    basis = StringField("Your average")
    requested = StringField("What you asked for")
    currency = StringField("Currency", default="USD")

    def find_figure(self) -> OwnFigure | None:
        """The figure; null when something cannot be read, which the fields then say."""
        rate = _read(self.rate, own_figure.read_rate)
        currency = _read(self.currency, own_figure.read_currency)
        if currency is None:
            return None
        basis = _read(self.basis, lambda text: own_figure.read_basis(text, currency))
        requested = _read(self.requested, lambda text: own_figure.read_request(text, currency))
        if rate is None or basis is None or requested is None:
            return None
        return OwnFigure(rate, basis, requested, currency)


def _read(field: Field, reader: Callable[[str], Read]) -> Read | None:
    try:
        return reader(field.data or "")
    except BadFigure as refusal:
        field.errors = [str(refusal)]
        return None


@bp.get("/allocation")
@public
def show() -> ResponseReturnValue:
    """The form, filled from the address where a page links here with its rate, and the sum once all is there."""
    form = OwnFigureForm(request.args)
    figure = form.find_figure() if "basis" in request.args else None
    return render_template("public/allocation.html", form=form, figure=figure)
