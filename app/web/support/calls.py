"""One call: the person behind it, what to say, and what came of it; and calling it off."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import answering
from app.scheduling import Booking, CallOutcome, CannotRecord, NotesChanged, describe_time
from app.web.access import requires, signed_in
from app.web.desk import the_desk
from app.web.support.contacts import contact_for
from app.web.support.forms import CancelForm, NotesForm, OutcomeForm
from app.web.support.investor_card import card_of, script_of

bp = Blueprint("support_calls", __name__, url_prefix="/support/calls/<int:call_id>")


@bp.route("", methods=["GET", "POST"])
@requires(Role.SUPPORT)
def show(call_id: int) -> ResponseReturnValue:
    """The call, the investor behind it, and what came of it by one press."""
    booking = scheduling.get_call(call_id)
    form = OutcomeForm(version=booking.version, notes=booking.notes)
    if not form.submitted():
        return _page(booking, form)
    try:
        is_mailed = _record(booking, form)
    except CannotRecord as refusal:
        return _both_texts(booking, form, refusal)
    flash("The call is on the record." + (" We emailed that we could not reach them." if is_mailed else ""))
    return redirect(url_for(".show", call_id=call_id))


@bp.post("/notes")
@requires(Role.SUPPORT)
def notes(call_id: int) -> ResponseReturnValue:
    """Keep the notes as they are typed; without JavaScript by a button."""
    booking, form = scheduling.get_call(call_id), NotesForm()
    refusal = _save(booking, form)
    if request.headers.get("HX-Request") == "true":
        return render_template("support/notes_state.html", call=booking, refusal=refusal, now=clock.now())
    if refusal is not None:
        return _both_texts(booking, form, refusal)
    flash("Your notes are saved.")
    return redirect(url_for(".show", call_id=call_id))


@bp.route("/cancel", methods=["GET", "POST"])
@requires(Role.SUPPORT)
def cancel(call_id: int) -> ResponseReturnValue:
    """Call it off with a reason, which is mailed."""
    booking, form = scheduling.get_call(call_id), CancelForm()
    if form.submitted():
        reason = form.reason.data or ""
        with transaction():
            scheduling.cancel(booking=booking, by=signed_in(), reason=reason, desk=the_desk(), at=clock.now())
        flash("The call is cancelled, and the investor is told.")
        return redirect(url_for(".show", call_id=call_id))
    return render_template("support/cancel.html", call=booking, form=form, whens=whens_of(booking))


def whens_of(booking: Booking) -> list[str]:
    """The time in the reader's own zone, then in the investor's where it differs."""
    zones = dict.fromkeys((signed_in().time_zone, booking.zone))
    return [describe_time(booking.starts_at, booking.ends_at, zone) for zone in zones]


def _record(booking: Booking, form: OutcomeForm) -> bool:
    with transaction():
        return scheduling.record_try(
            booking=booking,
            outcome=CallOutcome(form.outcome.data),
            notes=form.notes.data or "",
            version_seen=form.version.data or 0,
            by=signed_in(),
            contact=contact_for(booking.incident_reference),
            at=clock.now(),
        )


def _save(booking: Booking, form: NotesForm) -> Exception | None:
    """Why the notes were not saved, if they were not."""
    if not form.submitted():
        return NotesChanged("Load this page again before you go on. Your notes are not saved.")
    typed, seen = form.notes.data or "", form.version.data or 0
    try:
        with transaction():
            scheduling.save_notes(booking=booking, notes=typed, version_seen=seen, by=signed_in(), at=clock.now())
    except NotesChanged as refusal:
        return refusal
    return None


def _both_texts(booking: Booking, typed: NotesForm, refusal: Exception) -> ResponseReturnValue:
    """The call as it stands now, with what the reader typed in the field and what is stored beside it."""
    form = OutcomeForm(None, version=booking.version, notes=typed.notes.data)
    form.notes.errors = [str(refusal)]
    return _page(booking, form, theirs=booking.notes), 409


def _page(booking: Booking, form: OutcomeForm, theirs: str | None = None) -> str:
    now = clock.now()
    return render_template(
        "support/call.html",
        call=booking,
        card=card_of(booking.person, now, without=booking),
        script=script_of(booking),
        form=form,
        theirs=theirs,
        tries=scheduling.list_tries(booking),
        taken=answering.list_taken_on(booking),
        outcomes=list(CallOutcome),
        whens=whens_of(booking),
        now=now,
    )
