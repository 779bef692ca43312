"""A call for somebody on the phone, and a call that nobody booked."""

import secrets
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import identity, incidents, scheduling
from app.core import clock
from app.core.db import transaction
from app.core.errors import DomainError
from app.identity import Person, Role
from app.scheduling import AlreadyBooked, CallOutcome, SlotTaken
from app.web.access import requires, signed_in
from app.web.desk import the_desk
from app.web.investor.call_pages import today_in
from app.web.investor.zones import zone_choices
from app.web.support.forms import BookForForm, SearchForm, UnbookedForm
from app.web.support.slot_choice import choice_for, picked

bp = Blueprint("support_new", __name__, url_prefix="/support/calls/new")


@bp.get("")
@requires(Role.SUPPORT)
def choose() -> ResponseReturnValue:
    """Whom the call is for; then what kind of call."""
    person_id = request.args.get("person", type=int)
    if person_id is None:
        return render_template("support/new_for.html", form=SearchForm(None))
    return _page(identity.get_investor(person_id))


@bp.post("/<int:person_id>/book")
@requires(Role.SUPPORT)
def book(person_id: int) -> ResponseReturnValue:
    """Book for them; the invite is mailed to them as if they had booked."""
    person, form = identity.get_investor(person_id), BookForForm()
    if not form.submitted():
        return _page(person, booking=form), 422
    try:
        call_id = _book(person, form)
    except AlreadyBooked as refusal:
        flash("They have a call to come. Move it or cancel it here.")
        call_id = refusal.booking_id
    except DomainError as refusal:
        form.form_errors.append(str(refusal))
        return _page(person, booking=form, gone=refusal if isinstance(refusal, SlotTaken) else None), 409
    return redirect(url_for("support_calls.show", call_id=call_id))


@bp.post("/<int:person_id>/record")
@requires(Role.SUPPORT)
def record(person_id: int) -> ResponseReturnValue:
    """Put a call on the record that nobody booked."""
    person, form = identity.get_investor(person_id), UnbookedForm(prefix="record")
    form.case.choices = _topics(person)
    if form.submitted():
        with form.refusals():
            call_id = _record(person, form)
    if form.all_errors():
        return _page(person, unbooked=form), 422
    flash("The call is on the record.")
    return redirect(url_for("support_calls.show", call_id=call_id))


def _book(person: Person, form: BookForForm) -> int:
    start = picked(form.start.data) or abort(400, "Choose one of the times on the page.")
    reference = _told_reference(person, form.case.data or "")
    with transaction():
        booking = scheduling.book(
            person=person,
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
        flash("The call is booked, and the invite is on its way to them.")
        return booking.id


def _record(person: Person, form: UnbookedForm) -> int:
    began = (form.began.data or abort(400)).replace(tzinfo=ZoneInfo(signed_in().time_zone))
    with transaction():
        booking = scheduling.record_unbooked(
            person=person,
            starts_at=began.astimezone(scheduling.get_zone("UTC")),
            minutes=form.minutes.data or 0,
            phone=form.phone.data or "",
            near=the_desk().phone,
            zone=person.time_zone,
            incident_reference=_told_reference(person, form.case.data or ""),
            outcome=CallOutcome(form.outcome.data),
            notes=form.notes.data or "",
            idempotency_key=form.key.data or "",
            by=signed_in(),
            at=clock.now(),
        )
        return booking.id


def _topics(person: Person) -> dict[str, str]:
    """What the call can be about: by its value, as the page names it."""
    told = incidents.list_told(person, today_in(person.time_zone, clock.now()))
    return {each.reference: each.reference for each in told} | {"": "Something else"}


def _told_reference(person: Person, reference: str) -> str:
    """The reference, which has to be of an incident that concerns the person; 404 otherwise."""
    if not reference:
        return ""
    return incidents.get_told(reference, person=person, on=today_in(person.time_zone, clock.now())).reference


def _page(
    person: Person,
    *,
    booking: BookForForm | None = None,
    unbooked: UnbookedForm | None = None,
    gone: SlotTaken | None = None,
) -> str:
    topics, now = _topics(person), clock.now()
    case = request.values.get("case", next(iter(topics)))
    zone = request.values.get("zone", person.time_zone)
    key, phone = secrets.token_urlsafe(16), person.phone or ""
    if unbooked is None:
        unbooked = UnbookedForm(None, prefix="record", phone=phone, key=key, case=case)
        unbooked.case.choices = topics
    return render_template(
        "support/new_call.html",
        whom=person,
        choice=choice_for(person, scheduling.get_call_type(), zone),
        booking=booking or BookForForm(None, phone=phone, key=key, zone=zone, case=case),
        unbooked=unbooked,
        topics=topics,
        case=case,
        zones=zone_choices(zone, now),
        nearest=gone.nearest if gone else [],
        open_call=scheduling.find_open_call(person=person, incident_reference=case, at=now),
    )
