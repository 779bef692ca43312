"""Support's day: who is called when, and one call with the person behind it and what came of it."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, RadioField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.scheduling import Booking, CallOutcome, CannotRecord, describe_time
from app.web.access import requires, signed_in
from app.web.desk import the_desk
from app.web.forms import Form
from app.web.support.investor_card import card_of

bp = Blueprint("support", __name__, url_prefix="/support")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


class OutcomeForm(Form):
    """What came of a call, and the notes as they were typed."""

    outcome = RadioField(
        "What came of the call?",
        choices={outcome.value: outcome.label for outcome in CallOutcome},
        validators=[InputRequired("Say what came of the call.")],
    )
    notes = TextAreaField("Notes", validators=[Length(max=5000)])
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired("Load this page again.")])
    submit = SubmitField("Save")


class CancelForm(Form):
    """Why we cancel; the investor reads it."""

    reason = TextAreaField("Reason", validators=[InputRequired("Write the reason; we mail it."), Length(max=500)])
    submit = SubmitField("Cancel the call")


@bp.get("/")
@requires(Role.SUPPORT)
def today() -> ResponseReturnValue:
    """Every call of one day, in the reader's own zone."""
    zone, now = signed_in().time_zone, clock.now()
    on = _chosen_day(now.astimezone(scheduling.get_zone(zone)).date())
    return render_template(
        "support/today.html",
        on=on,
        zone=zone,
        calls=scheduling.list_calls(zone=zone, on=on),
        previous=max(on - timedelta(days=1), FIRST_DAY),
        following=min(on + timedelta(days=1), LAST_DAY),
        now=now,
    )


@bp.route("/calls/<int:call_id>", methods=["GET", "POST"])
@requires(Role.SUPPORT)
def call(call_id: int) -> ResponseReturnValue:
    """The call, the investor behind it, and what came of it."""
    booking = scheduling.get_call(call_id)
    form = OutcomeForm(obj=booking)
    if not form.submitted():
        return _show(booking, form)
    try:
        _record(booking, form)
    except CannotRecord as refusal:
        form.notes.errors = [str(refusal)]
        form.version.data, form.version.raw_data = booking.version, None
        return _show(booking, form), 409
    flash("The call is on the record.")
    return redirect(url_for(".call", call_id=call_id))


@bp.route("/calls/<int:call_id>/cancel", methods=["GET", "POST"])
@requires(Role.SUPPORT)
def cancel(call_id: int) -> ResponseReturnValue:
    """Call it off with a reason, which is mailed."""
    booking = scheduling.get_call(call_id)
    form = CancelForm()
    if form.submitted():
        with transaction():
            scheduling.cancel(
                booking=booking, by=signed_in(), reason=form.reason.data or "", desk=the_desk(), at=clock.now()
            )
        flash("The call is cancelled, and the investor is told.")
        return redirect(url_for(".call", call_id=call_id))
    return render_template("support/cancel.html", call=booking, form=form, whens=_whens(booking))


def _record(booking: Booking, form: OutcomeForm) -> None:
    with transaction():
        scheduling.record_outcome(
            booking=booking,
            outcome=CallOutcome(form.outcome.data),
            notes=form.notes.data or "",
            version_seen=form.version.data or 0,
            by=signed_in(),
            at=clock.now(),
        )


def _show(booking: Booking, form: OutcomeForm) -> str:
    card = card_of(booking, clock.now())
    return render_template("support/call.html", call=booking, card=card, form=form, whens=_whens(booking))


def _whens(booking: Booking) -> list[str]:
    """The time in the reader's own zone, then in the investor's where it differs."""
    zones = dict.fromkeys((signed_in().time_zone, booking.zone))
    return [describe_time(booking.starts_at, booking.ends_at, zone) for zone in zones]


def _chosen_day(default: date) -> date:
    try:
        chosen = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return default
    return min(max(chosen, FIRST_DAY), LAST_DAY)
