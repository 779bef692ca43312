"""Moving and cancelling a call: GET asks, POST acts, so a program that follows links changes nothing."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.scheduling import Booking, SlotTaken
from app.web.access import investor, signed_in
from app.web.desk import the_desk
from app.web.forms import Form
from app.web.investor import call_pages
from app.web.investor.call_topics import call_page, find_topic
from app.web.investor.free_times import page_of_times, picked_start

bp = Blueprint("call_changes", __name__, url_prefix="/calls")


class MoveForm(Form):
    """Where to, and which version of the call the reader saw."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired("Load this page again.")])
    start = HiddenField("Time")


@bp.route("/<int:call_id>/move", methods=["GET", "POST"])
@investor
def move(call_id: int) -> ResponseReturnValue:
    """Choose another time for a call; the old one is given back in the same moment."""
    booking, form = scheduling.get_call_of(signed_in(), call_id), MoveForm()
    if not form.is_submitted():
        form.version.data = booking.version
        return _choose(booking, form)
    if not form.submitted() or not form.start.data:
        return _choose(booking, form, problem="Choose a time.")
    try:
        _move(booking, form)
    except SlotTaken as gone:
        return _choose(booking, form, gone=gone), 409
    flash("Your call has a new time. We have emailed an update for your calendar.")
    return redirect(url_for("calls.show", call_id=call_id))


@bp.route("/<int:call_id>/cancel", methods=["GET", "POST"])
@investor
def cancel(call_id: int) -> ResponseReturnValue:
    """Call it off."""
    booking = scheduling.get_call_of(signed_in(), call_id)
    form = Form()
    if form.submitted():
        with transaction():
            scheduling.cancel(booking=booking, by=signed_in(), reason="", desk=the_desk(), at=clock.now())
        flash("Your call is cancelled. We have emailed an update for your calendar.")
        return redirect(url_for("calls.show", call_id=call_id))
    return call_page("cancel.html", find_topic(booking.incident_reference), form=form, **_facts(booking))


def _move(booking: Booking, form: MoveForm) -> None:
    start, at = picked_start(form.start.data), clock.now()
    seen = None
    if call_pages.can_change(booking, at) and start != booking.starts_at:
        seen = scheduling.find_offer(
            person=signed_in(), slot_start=start, call_type=booking.call_type, at=at, moving=booking
        )
    with transaction():
        scheduling.move(
            booking=booking,
            slot_start=start,
            zone=booking.zone,
            version_seen=form.version.data or 0,
            by=signed_in(),
            desk=the_desk(),
            seen=seen,
            at=at,
        )


def _choose(booking: Booking, form: MoveForm, *, problem: str = "", gone: SlotTaken | None = None) -> str:
    facts = _facts(booking)
    page = page_of_times(booking.call_type, booking.zone, booking) if facts["can_change"] else None
    return call_page(
        "move.html",
        find_topic(booking.incident_reference),
        form=form,
        page=page,
        zone=booking.zone,
        problem=problem,
        gone=str(gone) if gone else "",
        nearest=call_pages.describe_slots(gone.nearest, booking.zone) if gone else [],
        **facts,
    )


def _facts(booking: Booking) -> dict[str, object]:
    return {
        "call": booking,
        "whens": call_pages.describe_call(booking),
        "can_change": call_pages.can_change(booking, clock.now()),
    }
