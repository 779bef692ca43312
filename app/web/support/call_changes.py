"""Another time or another agent for a call that is booked."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.identity import Person, Role
from app.scheduling import AgentIsBusy, Booking, CannotMove, CannotReassign, SlotTaken
from app.web.access import requires, signed_in
from app.web.desk import the_desk
from app.web.support.calls import whens_of
from app.web.support.forms import MoveForm, ReassignForm
from app.web.support.slot_choice import choice_for, picked

bp = Blueprint("support_changes", __name__, url_prefix="/support/calls/<int:call_id>")


@bp.route("/move", methods=["GET", "POST"])
@requires(Role.SUPPORT)
def move(call_id: int) -> ResponseReturnValue:
    """Choose another time, for somebody on the phone; the change is mailed."""
    booking = scheduling.get_call(call_id)
    form = MoveForm(version=booking.version)
    if not form.submitted():
        return _page(booking, form)
    try:
        _move(booking, form)
    except (CannotMove, SlotTaken) as refusal:
        return _page(booking, form, refusal), 409
    flash("The call is moved, and the investor is told.")
    return redirect(url_for("support_calls.show", call_id=call_id))


@bp.route("/reassign", methods=["GET", "POST"])
@requires(Role.SUPPORT)
def reassign(call_id: int) -> ResponseReturnValue:
    """Let somebody else make the call; where they have one at that time, both are shown."""
    booking = scheduling.get_call(call_id)
    form = ReassignForm(version=booking.version)
    others = {each.id: each for each in scheduling.list_agents() if each.id != booking.agent_id}
    form.agent.choices = {str(each.id): each.full_name for each in others.values()}
    if not form.submitted():
        return _reassign_page(booking, form)
    try:
        _reassign(booking, others[form.agent.data], form)
    except CannotReassign as refusal:
        return _reassign_page(booking, form, refusal), 409
    flash(f"{booking.agent.full_name} makes this call now.")
    return redirect(url_for("support_calls.show", call_id=call_id))


def _move(booking: Booking, form: MoveForm) -> None:
    start = picked(form.start.data) or abort(400, "Choose one of the times on the page.")
    with transaction():
        scheduling.move(
            booking=booking,
            slot_start=start,
            zone=booking.zone,
            version_seen=form.version.data or 0,
            by=signed_in(),
            desk=the_desk(),
            at=clock.now(),
        )


def _reassign(booking: Booking, agent: Person, form: ReassignForm) -> None:
    seen = form.version.data or 0
    with transaction():
        scheduling.reassign(booking=booking, agent=agent, version_seen=seen, by=signed_in(), at=clock.now())


def _page(booking: Booking, form: MoveForm, refusal: CannotMove | SlotTaken | None = None) -> str:
    choice = choice_for(booking.person, booking.call_type, booking.zone, moving=booking)
    if refusal is not None:
        form.form_errors.append(str(refusal))
    nearest = refusal.nearest if isinstance(refusal, SlotTaken) else []
    return render_template(
        "support/move.html", call=booking, form=form, choice=choice, nearest=nearest, whens=whens_of(booking)
    )


def _reassign_page(booking: Booking, form: ReassignForm, refusal: CannotReassign | None = None) -> str:
    if refusal is not None:
        form.form_errors.append(str(refusal))
    other = refusal.other if isinstance(refusal, AgentIsBusy) else None
    return render_template("support/reassign.html", call=booking, form=form, in_the_way=other, whens=whens_of(booking))
