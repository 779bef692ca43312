"""Support's days: today as an agenda or a grid, the week, who asked to be called, and running late."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.core.text import plural
from app.identity import Role
from app.scheduling import CallOutcome
from app.web.access import requires, signed_in
from app.web.admin.forms import PressForm
from app.web.support.contacts import contact_for
from app.web.support.day_facts import Chosen, chosen_day, grid_of, list_chosen, strip_of
from app.web.support.forms import LateForm, OutcomeForm

bp = Blueprint("support", __name__, url_prefix="/support")


@bp.get("/")
@requires(Role.SUPPORT)
def today() -> ResponseReturnValue:
    """Every call of one day in the reader's own zone, and who waits to be called."""
    return _today(LateForm(None))


@bp.get("/week")
@requires(Role.SUPPORT)
def week() -> ResponseReturnValue:
    """Seven days from a Monday, as one list."""
    chosen = chosen_day(signed_in(), clock.now())
    monday = chosen.monday
    calls = list_chosen(chosen, monday, monday + timedelta(days=6))
    by_day: dict[date, list[scheduling.Booking]] = {monday + timedelta(days=n): [] for n in range(7)}
    for call in calls:
        by_day[call.starts_at.astimezone(scheduling.get_zone(chosen.zone)).date()].append(call)
    return render_template(
        "support/week.html", chosen=chosen, days=by_day.items(), count=len(calls), now=clock.now(), **_choices()
    )


@bp.post("/late")
@requires(Role.SUPPORT)
def late() -> ResponseReturnValue:
    """Tell the next callers of the reader that theirs begins late."""
    form, at = LateForm(), clock.now()
    if form.submitted():
        until = at + timedelta(hours=form.hours.data)
        with form.refusals(), transaction():
            told = scheduling.run_late(agent=signed_in(), minutes=form.minutes.data, until=until, by=signed_in(), at=at)
    if form.all_errors():
        return _today(form), 422
    flash(f"We are telling {plural(told, 'caller')} by email." if told else "Nobody is to be called by you until then.")
    return redirect(url_for(".today"))


@bp.post("/on-time")
@requires(Role.SUPPORT)
def on_time() -> ResponseReturnValue:
    """Take the delay back, and what was not mailed yet."""
    form = PressForm()
    if form.submitted():
        at = clock.now()
        with transaction():
            until = at + timedelta(hours=8)
            scheduling.run_late(agent=signed_in(), minutes=0, until=until, by=signed_in(), at=at)
        flash("You are on time again. Email that had not left is taken back.")
    return redirect(url_for(".today"))


@bp.post("/requests/<int:request_id>/take")
@requires(Role.SUPPORT)
def take(request_id: int) -> ResponseReturnValue:
    """Take over a request to be called."""
    wanted, form = scheduling.get_call_request(request_id), PressForm()
    if form.submitted():
        with transaction():
            scheduling.take_request(request=wanted, by=signed_in(), at=clock.now())
        flash("It is yours. Call now, then say what came of it.")
    return redirect(url_for(".today") + f"#request-{request_id}")


@bp.post("/requests/<int:request_id>/outcome")
@requires(Role.SUPPORT)
def answer(request_id: int) -> ResponseReturnValue:
    """What came of calling somebody who asked."""
    wanted, form = scheduling.get_call_request(request_id), OutcomeForm()
    if not form.submitted():
        flash("Say what came of the call.")
        return redirect(url_for(".today") + f"#request-{request_id}")
    with transaction():
        is_mailed = scheduling.answer_request(
            request=wanted,
            outcome=CallOutcome(form.outcome.data),
            notes=form.notes.data or "",
            by=signed_in(),
            contact=contact_for(wanted.incident_reference),
            at=clock.now(),
        )
    flash("The call is on the record." + (" We emailed that we could not reach them." if is_mailed else ""))
    return redirect(url_for(".today"))


def _today(late_form: LateForm) -> str:
    now = clock.now()
    chosen = chosen_day(signed_in(), now)
    calls = list_chosen(chosen, chosen.on, chosen.on)
    return render_template(
        "support/today.html",
        chosen=chosen,
        calls=calls,
        grid=grid_of(chosen, calls) if chosen.is_grid else None,
        strip=strip_of(chosen),
        now=now,
        waiting=scheduling.list_call_requests() if chosen.is_today else [],
        delay=scheduling.find_late_note(agent=signed_in(), at=now),
        late_form=late_form,
        press=PressForm(None),
        outcome_form=OutcomeForm(None, version=1),
        outcomes=list(CallOutcome),
        **_choices(),
    )


def _choices() -> dict[str, object]:
    return {"agents": scheduling.list_agents(), "topics": Chosen.topics()}
