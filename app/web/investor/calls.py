"""Booking a call: a zone, a time, a check, and the booked call with its invite and its cancelling."""

import secrets
from datetime import timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SubmitField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length

from app import incidents, scheduling
from app.core import clock
from app.core.db import transaction
from app.incidents import Incident
from app.scheduling import AlreadyBooked, BadPhone, BookingStatus, Service, Slot, SlotTaken
from app.web.access import investor, signed_in
from app.web.desk import the_desk
from app.web.forms import Form
from app.web.investor import call_pages
from app.web.investor.zones import zone_choices

bp = Blueprint("calls", __name__, url_prefix="/calls")


class BookingForm(Form):
    """Where to call and what would help. The rules of a number and of a slot live in `app.scheduling`."""

    zone = HiddenField(validators=[InputRequired("Choose your time zone.")])
    case = HiddenField()
    key = HiddenField(validators=[InputRequired("Load this page again."), Length(max=64)])
    start = HiddenField("Time", validators=[InputRequired("Choose a time.")])
    phone = TelField("Number to call", validators=[InputRequired("Write the number we should call."), Length(max=40)])
    help_text = TextAreaField("Anything that would help on the call?", validators=[Length(max=1000)])
    submit = SubmitField("Book this call")


@bp.get("/new")
@investor
def new() -> ResponseReturnValue:
    """Choose a zone, a time, and check: each step stands in the address, and nothing is stored."""
    topic = _topic(request.args.get("case", ""))
    reference = topic.reference if topic else ""
    booked = scheduling.find_open_call(person=signed_in(), incident_reference=reference, at=clock.now())
    if booked is not None:
        return redirect(url_for(".show", call_id=booked.id))
    if "zone" not in request.args:
        zones = zone_choices(signed_in().time_zone, clock.now())
        return _page("zone.html", topic, zones=zones, zone=signed_in().time_zone)
    zone = scheduling.get_zone(request.args["zone"]).key
    return _check(topic, zone, request.args["start"]) if "start" in request.args else _choose(topic, zone)


@bp.post("/new")
@investor
def book() -> ResponseReturnValue:
    """Book the slot; a form sent twice shows the same call."""
    form = BookingForm()
    topic = _topic(form.case.data or "")
    if not form.submitted():
        return _show_check(form, topic)
    try:
        call_id = _book(form, topic)
    except SlotTaken as refusal:
        return _show_check(form, topic, gone=refusal), 409
    except AlreadyBooked as refusal:
        flash(str(refusal))
        call_id = refusal.booking_id
    except BadPhone as refusal:
        form.phone.errors = [str(refusal)]
        return _show_check(form, topic)
    return redirect(url_for(".show", call_id=call_id))


@bp.get("/<int:call_id>")
@investor
def show(call_id: int) -> ResponseReturnValue:
    """One call of the reader's own."""
    booking = scheduling.get_call_of(signed_in(), call_id)
    now = clock.now()
    return _page(
        "show.html",
        _find_topic(booking.incident_reference),
        call=booking,
        whens=call_pages.describe_call(booking),
        is_open=booking.is_open(now),
        can_cancel=booking.is_open(now) and now <= booking.cut_off_at,
        services=list(Service),
    )


@bp.get("/<int:call_id>/invite.ics")
@investor
def invite(call_id: int) -> ResponseReturnValue:
    """The call for a calendar that takes files."""
    booking = scheduling.get_call_of(signed_in(), call_id)
    if booking.status is BookingStatus.CANCELLED:
        abort(404)
    text = scheduling.publication(scheduling.invite_of(booking, the_desk()))
    attached = {"Content-Disposition": 'attachment; filename="support-call.ics"'}
    return Response(text, content_type="text/calendar; charset=utf-8; method=PUBLISH", headers=attached)


@bp.get("/<int:call_id>/add/<service>")
@investor
def add(call_id: int, service: str) -> ResponseReturnValue:
    """Leave for a web calendar with the entry filled in; mails and pages carry only our own address."""
    booking = scheduling.get_call_of(signed_in(), call_id)
    if service not in list(Service) or booking.status is BookingStatus.CANCELLED:
        abort(404)
    return redirect(scheduling.link_to(Service(service), scheduling.entry_of(booking, the_desk())))


@bp.route("/<int:call_id>/cancel", methods=["GET", "POST"])
@investor
def cancel(call_id: int) -> ResponseReturnValue:
    """GET asks, POST cancels: a program that follows links changes nothing."""
    booking = scheduling.get_call_of(signed_in(), call_id)
    form = Form()
    if form.submitted():
        with transaction():
            scheduling.cancel(booking=booking, by=signed_in(), reason="", desk=the_desk(), at=clock.now())
        flash("Your call is cancelled. We have emailed an update for your calendar.")
        return redirect(url_for(".show", call_id=call_id))
    can_cancel = booking.is_open(clock.now()) and clock.now() <= booking.cut_off_at
    whens = call_pages.describe_call(booking)
    topic = _find_topic(booking.incident_reference)
    return _page("cancel.html", topic, call=booking, whens=whens, form=form, can_cancel=can_cancel)


def _topic(reference: str) -> Incident | None:
    """The incident the call is about: the one named, or the newest that concerns the reader. 404 for others'."""
    person = signed_in()
    on = call_pages.today_in(person.time_zone, clock.now())
    if reference:
        return incidents.get_told(reference, person=person, on=on)
    return next(iter(incidents.list_told(person, on)), None)


def _find_topic(reference: str) -> Incident | None:
    """The incident of a call, if it still concerns the reader."""
    person = signed_in()
    told = incidents.list_told(person, call_pages.today_in(person.time_zone, clock.now()))
    return next((incident for incident in told if incident.reference == reference), None)


def _page(name: str, topic: Incident | None, **facts: object) -> str:
    """A page of a call with the contact of the incident it is about."""
    return render_template(f"investor/calls/{name}", topic=topic, contact=call_pages.contact_of(topic), **facts)


def _free_slots(zone: str) -> list[Slot]:
    """Everything the reader can book now."""
    call_type, now = scheduling.get_call_type(), clock.now()
    first_on = call_pages.today_in(zone, now)
    last_on = first_on + timedelta(days=call_type.horizon_days + 1)
    return scheduling.free_slots(
        person=signed_in(), call_type=call_type, zone=zone, from_on=first_on, to_on=last_on, at=now
    )


def _choose(topic: Incident | None, zone: str) -> ResponseReturnValue:
    first_on = call_pages.read_date(request.args.get("from", ""), call_pages.today_in(zone, clock.now()))
    return _page(
        "slots.html",
        topic,
        zone=zone,
        page=call_pages.page_of_days(_free_slots(zone), zone, first_on),
        value_of=call_pages.slot_value,
        is_unchosen="chosen" in request.args,
    )


def _check(topic: Incident | None, zone: str, chosen: str) -> ResponseReturnValue:
    """The check page of a time in the address, or the nearest free ones where it is not free."""
    form = BookingForm(formdata=None)
    form.zone.data, form.start.data, form.key.data = zone, chosen, secrets.token_urlsafe(16)
    form.case.data, form.phone.data = topic.reference if topic else "", signed_in().phone or ""
    wanted = call_pages.read_slot_value(chosen) or abort(400, "Choose one of the times on the page.")
    if wanted in {slot.start for slot in _free_slots(zone)}:
        return _show_check(form, topic)
    nearest = scheduling.nearest_slots(
        person=signed_in(), call_type=scheduling.get_call_type(), wanted=wanted, at=clock.now()
    )
    return _show_check(form, topic, gone=SlotTaken(nearest)), 409


def _show_check(form: BookingForm, topic: Incident | None, gone: SlotTaken | None = None) -> str:
    zone = scheduling.get_zone(form.zone.data or signed_in().time_zone).key
    start = call_pages.read_slot_value(form.start.data or "") or abort(400, "Choose one of the times on the page.")
    slot = Slot(start, start + scheduling.get_call_type().rules.duration)
    return _page(
        "check.html",
        topic,
        form=form,
        zone=zone,
        when=call_pages.describe_slots([slot], zone)[0][1],
        gone=str(gone) if gone else "",
        nearest=call_pages.describe_slots(gone.nearest, zone) if gone else [],
    )


def _book(form: BookingForm, topic: Incident | None) -> int:
    start = call_pages.read_slot_value(form.start.data or "") or abort(400, "Choose one of the times on the page.")
    reference = topic.reference if topic else ""
    with transaction():
        booking = scheduling.book(
            person=signed_in(),
            slot_start=start,
            call_type=scheduling.get_call_type(),
            zone=form.zone.data or "",
            phone=form.phone.data or "",
            help_text=form.help_text.data or "",
            incident_reference=reference,
            idempotency_key=form.key.data or "",
            by=signed_in(),
            desk=the_desk(),
            at=clock.now(),
        )
        return booking.id
