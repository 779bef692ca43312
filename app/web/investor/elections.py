"""`…/elect`: an investor takes or leaves what they were offered, or wants to talk first."""

import secrets

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, IntegerField, RadioField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from app.core import clock
from app.core.db import transaction
from app.incidents import Incident, Remedy, answering
from app.incidents.answering import Choice, Option
from app.web.access import confirmed_investor, investor, signed_in
from app.web.admin.forms import ActingForm
from app.web.investor.gathering import contact_of
from app.web.investor.own_incident import answerable, told

bp = Blueprint("elections", __name__, url_prefix="/corrections/<reference>/elect")
CHOICES = {
    Choice.TAKE.value: "Take the missing part",
    Choice.LEAVE.value: "Leave it",
    Choice.TALK.value: "I want to talk first",
}
IN_A_NEW_ROUND = CHOICES | {Choice.TAKE.value: "Buy the part you were not offered"}


class ElectForm(ActingForm):
    """What to do with one offer; `key` makes a second press find the first."""

    figures = IntegerField(widget=HiddenInput(), validators=[InputRequired("Load this page again.")])
    choice = RadioField(
        "What would you like to do?", choices=CHOICES, validators=[InputRequired("Choose what you would like to do.")]
    )
    key = HiddenField(
        default=lambda: secrets.token_urlsafe(16), validators=[InputRequired("Load this page again."), Length(max=64)]
    )


@bp.get("")
@investor
def show(reference: str) -> ResponseReturnValue:
    """Every offer with what was chosen so far; 404 where there is none for the reader to answer."""
    return _page(told(reference), None)


@bp.post("")
@confirmed_investor
def choose(reference: str) -> ResponseReturnValue:
    """Record one choice; leads to its receipt."""
    incident, form = told(reference), ElectForm()
    if form.submitted():
        figures = {each.id: each for each in answerable(incident)}
        adjustment = figures.get(form.figures.data or 0) or abort(404)
        with form.refusals(), transaction():
            choice, key = Choice(form.choice.data), form.key.data or ""
            election = answering.elect(
                adjustment=adjustment, choice=choice, person=signed_in(), key=key, at=clock.now()
            )
            number = election.number
    if form.all_errors():
        return _page(incident, form), 422
    return redirect(url_for("corrections.receipt", number=number), 303)


def _page(incident: Incident, wrong: ElectForm | None) -> str:
    options = answering.list_options(answerable(incident), on=answering.today_in(incident, clock.now())) or abort(404)
    return render_template(
        "investor/elections/show.html",
        incident=incident,
        contact=contact_of(incident),
        offers=[(option, _form(option, wrong)) for option in options],
        wrong=wrong,
    )


def _form(option: Option, wrong: ElectForm | None) -> ElectForm:
    chosen = option.chosen.choice.value if option.chosen else None
    is_wrong = wrong is not None and wrong.figures.data == option.adjustment.id
    form = wrong if wrong and is_wrong else ElectForm(None, figures=option.adjustment.id, choice=chosen)
    if option.adjustment.remedy is Remedy.NEW_ROUND:
        form.choice.choices = list(IN_A_NEW_ROUND.items())
    return form
