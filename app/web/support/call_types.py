"""What investors can book, and what they are shown: call types, a preview, and why a day has no time."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import incidents, scheduling
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.scheduling import BadCallType, CallType
from app.web.access import requires, signed_in
from app.web.investor.call_pages import page_of_days, read_date, slot_value, today_in
from app.web.support.hours_forms import CallTypeForm

bp = Blueprint("call_types", __name__, url_prefix="/support/availability")
LAST_DAY = date(2199, 12, 31)


@bp.get("/types")
@requires(Role.SUPPORT, Role.ADMIN)
def show() -> ResponseReturnValue:
    """Every type, open or closed."""
    return render_template("support/availability/types.html", types=scheduling.list_every_call_type())


@bp.route("/types/new", methods=["GET", "POST"])
@requires(Role.SUPPORT, Role.ADMIN)
def open_new() -> ResponseReturnValue:
    """Offer a new kind of call; the form begins with defaults that an agent can live with."""
    form = CallTypeForm()
    if form.submitted():
        try:
            with transaction():
                scheduling.open_call_type(terms=form.terms, by=signed_in(), at=clock.now())
            flash("The call type is open.")
            return redirect(url_for(".show"))
        except BadCallType as refusal:
            form.name.errors = [str(refusal)]
    return _edit(form, None)


@bp.route("/types/<int:type_id>", methods=["GET", "POST"])
@requires(Role.SUPPORT, Role.ADMIN)
def edit(type_id: int) -> ResponseReturnValue:
    """Change how calls of a type are booked from now on."""
    call_type, form = scheduling.get_any_call_type(type_id), CallTypeForm()
    if not form.is_submitted():
        form.show(call_type)
    elif form.submitted():
        try:
            with transaction():
                scheduling.change_call_type(call_type=call_type, terms=form.terms, by=signed_in(), at=clock.now())
            flash("The call type is saved. Calls that are booked stay as they are.")
            return redirect(url_for(".show"))
        except BadCallType as refusal:
            form.name.errors = [str(refusal)]
    return _edit(form, call_type)


@bp.post("/types/<int:type_id>/close")
@requires(Role.SUPPORT, Role.ADMIN)
def close(type_id: int) -> ResponseReturnValue:
    """Take no new bookings of a type."""
    with transaction():
        scheduling.close_call_type(call_type=scheduling.get_any_call_type(type_id), by=signed_in(), at=clock.now())
    flash("The call type is closed. Calls that are booked stay.")
    return redirect(url_for(".show"))


@bp.get("/preview")
@requires(Role.SUPPORT, Role.ADMIN)
def preview() -> ResponseReturnValue:
    """The free times as an investor without any call sees them."""
    call_type, now = _chosen_type(), clock.now()
    zone = scheduling.get_zone(request.args.get("zone") or signed_in().time_zone).key
    today = today_in(zone, now)
    last = today + timedelta(days=call_type.horizon_days + 1)
    slots = scheduling.free_slots(person=None, call_type=call_type, zone=zone, from_on=today, to_on=last, at=now)
    page = page_of_days(slots, zone, read_date(request.args.get("from", ""), today))
    facts = {"page": page, "zone": zone, "call_type": call_type, "value_of": slot_value}
    return render_template("support/availability/preview.html", types=scheduling.list_every_call_type(), **facts)


@bp.get("/why")
@requires(Role.SUPPORT, Role.ADMIN)
def why() -> ResponseReturnValue:
    """Why is there no slot? One answer for each agent and date."""
    call_type, now = _chosen_type(), clock.now()
    today = today_in(signed_in().time_zone, now)
    on = min(max(read_date(request.args.get("on", ""), today), today), LAST_DAY)
    found = scheduling.explain_day(call_type=call_type, on=on, at=now)
    types = scheduling.list_every_call_type()
    return render_template("support/availability/why.html", found=found, on=on, call_type=call_type, types=types)


def _chosen_type() -> CallType:
    wanted = request.args.get("type", "")
    every = scheduling.list_every_call_type()
    return next((each for each in every if str(each.id) == wanted), every[0])


def _edit(form: CallTypeForm, call_type: CallType | None) -> str:
    references = [each.reference for each in incidents.list_incidents()]
    kept = form.incident_reference.data
    named = dict.fromkeys([*references, *([kept] if kept else [])])
    form.incident_reference.choices = [("", "Every incident"), *((each, each) for each in named)]
    return render_template("support/availability/type.html", form=form, call_type=call_type)
