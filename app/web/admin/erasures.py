"""Erasing what events say: asked for by one person, released or refused by legal; and the holds that forbid it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import audit, incidents
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import erasing
from app.incidents.erasing import Erasure
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, PressForm
from app.web.admin.log import event_page, find_event
from app.web.admin.log_forms import DecisionForm, ErasureForm, HoldForm
from app.web.admin.readers import readers

bp = Blueprint("erasures", __name__, url_prefix="/admin/log")


@bp.get("/erasures")
@readers
def show() -> ResponseReturnValue:
    """What was asked for and decided, and which incidents are held."""
    return _page(_hold_form())


@bp.post("/<int:idx>/erasure")
@requires(Role.ADMIN, Role.LEGAL, fresh=True)
def ask(idx: int) -> ResponseReturnValue:
    """Ask for the erasure of parts of what an event says."""
    event = find_event(idx)
    form = ErasureForm.for_event(event)
    if form.submitted():
        with form.refusals(), transaction():
            reason = form.reason.data or ""
            erasing.ask_erasure(event=event, parts=form.parts.data or [], reason=reason, by=signed_in(), at=clock.now())
    if form.all_errors():
        return event_page(idx, event, form), 422
    flash("Asked for. Somebody else, of legal, decides.")
    return redirect(url_for(".show"))


@bp.post("/erasures/<pseudonym>/release")
@requires(Role.LEGAL, fresh=True)
def release(pseudonym: str) -> ResponseReturnValue:
    """Erase."""
    return _decide(pseudonym, erasing.release_erasure, "Erased. The log says so, and every proof still verifies.")


@bp.post("/erasures/<pseudonym>/refuse")
@requires(Role.LEGAL, fresh=True)
def refuse(pseudonym: str) -> ResponseReturnValue:
    """Decline to erase."""
    return _decide(pseudonym, erasing.refuse_erasure, "Refused. Nothing was erased.")


@bp.post("/holds")
@requires(Role.LEGAL, fresh=True)
def hold() -> ResponseReturnValue:
    """Put an incident under a legal hold."""
    form = _hold_form()
    if form.submitted():
        incident = incidents.get_incident(form.incident.data)
        with form.refusals(), transaction():
            erasing.place_hold(incident=incident, reason=form.reason.data or "", by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(form), 422
    flash("The incident is under a legal hold.")
    return redirect(url_for(".show"))


@bp.post("/holds/<pseudonym>/lift")
@requires(Role.LEGAL, fresh=True)
def lift(pseudonym: str) -> ResponseReturnValue:
    """End a legal hold."""
    form, held = PressForm(), erasing.get_hold(pseudonym)
    if form.submitted():
        with form.refusals(), transaction():
            erasing.lift_hold(hold=held, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(form), 422
    flash("The hold was lifted.")
    return redirect(url_for(".show"))


def _decide(pseudonym: str, decide: Callable[..., None], done: str) -> ResponseReturnValue:
    form, erasure = DecisionForm(), erasing.get_erasure(pseudonym)
    if form.submitted():
        with form.refusals(), transaction():
            decide(erasure=erasure, reason=form.reason.data or "", by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(form), 422
    flash(done)
    return redirect(url_for(".show"))


def _hold_form() -> HoldForm:
    form = HoldForm()
    form.incident.choices = [(each.reference, f"{each.reference}: {each.title}") for each in incidents.list_incidents()]
    return form


def _page(form: ActingForm) -> str:
    hold_form = form if isinstance(form, HoldForm) else _hold_form()
    asked = erasing.list_erasures()
    return render_template(
        "admin/log/erasures.html",
        form=form,
        hold_form=hold_form,
        decision=DecisionForm(None),
        asked=[(each, _place(each)) for each in asked],
        holds=erasing.list_holds(),
    )


def _place(erasure: Erasure) -> dict[str, Any]:
    event = audit.get_event(erasure.event_id)
    return {"idx": audit.find_index(event), "action": event.entry["action"]}
