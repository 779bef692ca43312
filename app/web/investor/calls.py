"""Booking a call: a zone, a time that is then held, a check, and the booked call."""

import secrets
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SubmitField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.incidents import Incident
from app.scheduling import AlreadyBooked, BadPhone, Booking, BookingStatus, Offer, Service, SlotTaken
from app.web.access import investor, signed_in
from app.web.desk import the_desk
from app.web.forms import Form
from app.web.investor import call_pages
from app.web.investor.call_topics import (
    call_page,
    chosen_type,
    chosen_zone,
    find_topic,
    list_types,
    owner_of,
    reference_of,
    topic_of,
)
from app.web.investor.free_times import page_of_times, picked_start
from app.web.investor.zones import zone_choices

bp = Blueprint("calls", __name__, url_prefix="/calls")


class PickForm(Form):
    """Which slot. Whether it is free is said in `app.scheduling`."""

    zone = HiddenField()
    case = HiddenField()
    type = HiddenField()
    key = HiddenField(validators=[InputRequired("Load this page again."), Length(max=64)])
    start = HiddenField("Time")


class ConfirmForm(Form):
    """Where to call and what would help; `start` where another time is taken than the one that was held."""

    key = HiddenField(validators=[InputRequired("Load this page again."), Length(max=64)])
    start = HiddenField()
    phone = TelField("Number to call", validators=[InputRequired("Write the number we should call."), Length(max=40)])
    help_text = TextAreaField("Anything that would help on the call?", validators=[Length(max=1000)])
    submit = SubmitField("Book this call")


@bp.get("/new")
@investor
def new() -> ResponseReturnValue:
    """Choose a zone, then a time: both stand in the address, and nothing is stored."""
    topic, now = topic_of(request.args.get("case", "")), clock.now()
    booked = scheduling.find_open_call(person=signed_in(), incident_reference=reference_of(topic), at=now)
    if booked is not None:
        return redirect(url_for(".show", call_id=booked.id))
    if "zone" not in request.args:
        own = signed_in().time_zone
        return call_page("zone.html", topic, zones=zone_choices(own, now), zone=own, types=list_types(topic))
    form = PickForm(formdata=None)
    form.zone.data, form.case.data, form.type.data = chosen_zone(), reference_of(topic), request.args.get("type", "")
    form.key.data = secrets.token_urlsafe(16)
    return _choose(form, topic)


@bp.post("/new")
@investor
def hold() -> ResponseReturnValue:
    """Keep the slot for a quarter of an hour; a form sent twice keeps it once."""
    form = PickForm()
    topic = topic_of(form.case.data or "")
    if not form.submitted() or not form.start.data:
        return _choose(form, topic, problem="Choose a time.")
    try:
        call_id = _hold(form, topic)
    except SlotTaken as gone:
        return _gone(form, topic, gone), 409
    except AlreadyBooked as refusal:
        flash(str(refusal))
        call_id = refusal.booking_id
    return redirect(url_for(".show", call_id=call_id))


@bp.get("/<int:call_id>")
@investor
def show(call_id: int) -> ResponseReturnValue:
    """One call of the reader's own, or the check before it is one."""
    booking = scheduling.get_call_of(signed_in(), call_id)
    if booking.status is BookingStatus.HELD:
        form = ConfirmForm(formdata=None)
        form.key.data, form.phone.data = secrets.token_urlsafe(16), signed_in().phone or ""
        return _check(booking, form)
    return call_page(
        "show.html",
        find_topic(booking.incident_reference),
        call=booking,
        whens=call_pages.describe_call(booking),
        is_open=booking.is_open(clock.now()),
        can_change=call_pages.can_change(booking, clock.now()),
        services=list(Service),
    )


@bp.post("/<int:call_id>")
@investor
def confirm(call_id: int) -> ResponseReturnValue:
    """Make the held slot a call; a form sent twice shows the same call."""
    booking, form = scheduling.get_call_of(signed_in(), call_id), ConfirmForm()
    if not form.submitted():
        return _check(booking, form)
    try:
        call_id = _confirm(booking, form)
    except SlotTaken as gone:
        return _check(booking, form, gone), 409
    except AlreadyBooked as refusal:
        flash(str(refusal))
        call_id = refusal.booking_id
    except BadPhone as refusal:
        form.phone.errors = [str(refusal)]
        return _check(booking, form)
    return redirect(url_for(".show", call_id=call_id))


def _choose(form: PickForm, topic: Incident | None, problem: str = "") -> str:
    """The free times of the zone, type and case of the form."""
    call_type = chosen_type(topic, form.type.data or "")
    zone = scheduling.get_zone(form.zone.data or signed_in().time_zone).key
    page = page_of_times(call_type, zone) if call_type else None
    return call_page("choose.html", topic, form=form, zone=zone, page=page, call_type=call_type, problem=problem)


def _gone(form: PickForm, topic: Incident | None, gone: SlotTaken) -> str:
    zone = scheduling.get_zone(form.zone.data or signed_in().time_zone).key
    nearest = call_pages.describe_slots(gone.nearest, zone)
    return call_page("gone.html", topic, form=form, zone=zone, gone=str(gone), nearest=nearest)


def _check(booking: Booking, form: ConfirmForm, gone: SlotTaken | None = None) -> str:
    now, zone = clock.now(), booking.zone
    return call_page(
        "check.html",
        find_topic(booking.incident_reference),
        call=booking,
        form=form,
        whens=call_pages.describe_call(booking),
        is_kept=booking.is_kept(now),
        gone=str(gone) if gone else "",
        nearest=call_pages.describe_slots(gone.nearest, zone) if gone else [],
    )


def _hold(form: PickForm, topic: Incident | None) -> int:
    wanted: dict[str, Any] = {
        "person": signed_in(),
        "slot_start": picked_start(form.start.data),
        "call_type": chosen_type(topic, form.type.data or "") or abort(404),
        "idempotency_key": form.key.data or "",
        "at": clock.now(),
    }
    about: dict[str, Any] = {
        "zone": form.zone.data or signed_in().time_zone,
        "incident_reference": reference_of(topic),
        "prefer": owner_of(topic),
        "seen": _see(wanted, topic),
    }
    with transaction():
        return scheduling.hold(**wanted, **about).id


def _see(wanted: dict[str, Any], topic: Incident | None) -> Offer | None:
    """Who could take the call; None for whoever has one about it already, and is shown that instead."""
    try:
        return scheduling.find_offer(**wanted)
    except SlotTaken:
        person, at = wanted["person"], wanted["at"]
        if scheduling.find_open_call(person=person, incident_reference=reference_of(topic), at=at) is None:
            raise
        return None


def _confirm(booking: Booking, form: ConfirmForm) -> int:
    """The id of the call, which is another than the held one where another time was taken."""
    by = signed_in()
    choice: dict[str, Any] = {"prefer": owner_of(find_topic(booking.incident_reference)), "at": clock.now()}
    start = picked_start(form.start.data) if form.start.data else booking.starts_at
    is_other = start != booking.starts_at
    with transaction():
        if is_other:
            booking = scheduling.hold(
                person=by,
                slot_start=start,
                call_type=booking.call_type,
                zone=booking.zone,
                incident_reference=booking.incident_reference,
                idempotency_key=form.key.data or "",
                **choice,
            )
        phone, help_text = form.phone.data or "", form.help_text.data or ""
        scheduling.confirm(booking=booking, phone=phone, help_text=help_text, by=by, desk=the_desk(), **choice)
        return booking.id
