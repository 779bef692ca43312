"""Calendars that agents bring: holidays from a file, busy times from an address that only the worker fetches."""

from contextlib import closing

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.core.errors import DomainError
from app.identity import Person, Role
from app.scheduling import BadCalendar, HitsCalls
from app.web.access import requires, signed_in
from app.web.support.availability import show_refused
from app.web.support.hours_changes import ask, whose
from app.web.support.hours_forms import CalendarForm, HolidaysForm

bp = Blueprint("calendars", __name__, url_prefix="/support/availability")


@bp.post("/holidays")
@requires(Role.SUPPORT, Role.ADMIN)
def import_holidays() -> ResponseReturnValue:
    """Close the days that a file calls holidays, in place of an earlier file's."""
    agent, form = whose(), HolidaysForm()
    if not form.submitted():
        return show_refused(agent, holidays=form)
    with closing(form.file.data) as file:
        content = file.read()
    try:
        count = _import(agent, content, despite=bool(form.despite.data))
    except BadCalendar as refusal:
        form.file.errors = [str(refusal)]
        return show_refused(agent, holidays=form)
    except HitsCalls as hit:
        return ask(agent, hit), 409
    flash(f"{count} holidays are closed. Days that you typed yourself stay as you typed them.")
    return redirect(url_for("availability.show", agent=agent.id))


@bp.post("/calendars")
@requires(Role.SUPPORT, Role.ADMIN)
def add() -> ResponseReturnValue:
    """Keep an address; nothing is fetched while the reader waits."""
    agent, form = whose(), CalendarForm()
    if not form.submitted():
        return show_refused(agent, calendar=form)
    try:
        with transaction():
            scheduling.add_calendar(agent=agent, address=form.address.data or "", by=signed_in(), at=clock.now())
    except DomainError as refusal:
        form.address.errors = [str(refusal)]
        return show_refused(agent, calendar=form)
    flash("The calendar is added. We read it within a few minutes and every 15 minutes after that.")
    return redirect(url_for("availability.show", agent=agent.id))


@bp.post("/calendars/<int:calendar_id>/remove")
@requires(Role.SUPPORT, Role.ADMIN)
def remove(calendar_id: int) -> ResponseReturnValue:
    """Forget an address and what was read from it."""
    agent = whose()
    with transaction():
        scheduling.remove_calendar(agent=agent, calendar_id=calendar_id, by=signed_in(), at=clock.now())
    flash("The calendar is removed, and its busy times with it.")
    return redirect(url_for("availability.show", agent=agent.id))


def _import(agent: Person, content: bytes, *, despite: bool) -> int:
    at = clock.now()
    to_come = [call.id for call in scheduling.list_calls_to_come(agent, at=at)] if despite else []
    with transaction(), scheduling.telling_hits(agent, accepted=to_come, at=at):
        return scheduling.import_holidays(agent=agent, content=content, by=signed_in(), at=at)
