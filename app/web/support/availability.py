"""When somebody of support takes calls: their week, other hours on some dates, holidays, and their own calendar."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import scheduling
from app.core import clock
from app.identity import Person, Role
from app.scheduling import WEEKDAY_NAMES, BadHours
from app.web.access import requires, signed_in
from app.web.support.hours_changes import change, whose
from app.web.support.hours_forms import CalendarForm, HolidaysForm, OverrideForm, WeekForm, WindowForm

bp = Blueprint("availability", __name__, url_prefix="/support/availability")


@bp.get("")
@requires(Role.SUPPORT, Role.ADMIN)
def show() -> ResponseReturnValue:
    """Everything that decides when this agent can be booked."""
    return _page(whose())


@bp.post("")
@requires(Role.SUPPORT, Role.ADMIN)
def add_hours() -> ResponseReturnValue:
    """Add one window to the week."""
    agent, form = whose(), WindowForm()
    if not form.submitted():
        return _page(agent, window=form)

    def act() -> None:
        scheduling.add_hours(agent=agent, weekday=form.weekday.data, window=form.window, by=signed_in(), at=clock.now())

    try:
        return change(agent, act, "The hours are saved.")
    except BadHours as refusal:
        form.start.errors = [str(refusal)]
        return _page(agent, window=form)


@bp.post("/week")
@requires(Role.SUPPORT, Role.ADMIN)
def set_week() -> ResponseReturnValue:
    """Replace the week by five days alike."""
    agent, form = whose(), WeekForm(prefix="week-")
    if not form.submitted():
        return _page(agent, week=form)
    weekly = [(day, window) for day in range(5) for window in form.windows]

    def act() -> None:
        scheduling.set_hours(agent=agent, weekly=weekly, by=signed_in(), at=clock.now())

    try:
        return change(agent, act, "The week is saved.")
    except BadHours as refusal:
        form.start.errors = [str(refusal)]
        return _page(agent, week=form)


@bp.post("/<int:hours_id>/remove")
@requires(Role.SUPPORT, Role.ADMIN)
def remove(hours_id: int) -> ResponseReturnValue:
    """Take one window out."""
    agent = whose()

    def act() -> None:
        scheduling.remove_hours(agent=agent, hours_id=hours_id, by=signed_in(), at=clock.now())

    return change(agent, act, "These hours are gone.")


@bp.post("/dates")
@requires(Role.SUPPORT, Role.ADMIN)
def override() -> ResponseReturnValue:
    """Other hours, or none, on some dates."""
    agent, form = whose(), OverrideForm(prefix="dates-")
    first = form.from_on.data
    if not form.submitted() or first is None:
        return _page(agent, override=form)
    last, note, windows = form.to_on.data or first, form.note.data or "", form.windows

    def act() -> None:
        scheduling.set_override(
            agent=agent, from_on=first, to_on=last, windows=windows, note=note, by=signed_in(), at=clock.now()
        )

    try:
        return change(agent, act, "These days are saved.")
    except BadHours as refusal:
        form.from_on.errors = [str(refusal)]
        return _page(agent, override=form)


@bp.post("/dates/<int:override_id>/remove")
@requires(Role.SUPPORT, Role.ADMIN)
def restore(override_id: int) -> ResponseReturnValue:
    """Go back to what the week says of a date."""
    agent = whose()
    found = [each for each in _overrides(agent) if each.id == override_id]
    dates = [(each.on_date, each.source) for each in found]

    def act() -> None:
        for on, source in dates:
            scheduling.remove_override(agent=agent, on=on, source=source, by=signed_in(), at=clock.now())

    return change(agent, act, "The week counts again on that day.")


def show_refused(agent: Person, **forms: object) -> str:
    """The page with a form of another module that was refused."""
    return _page(agent, **forms)


def _overrides(agent: Person) -> list[scheduling.HoursOverride]:
    today = clock.now().astimezone(scheduling.get_zone(agent.time_zone)).date()
    return scheduling.list_overrides(agent, since_on=today)


def _page(agent: Person, **forms: object) -> str:
    fresh = {
        "window": WindowForm(formdata=None),
        "week": WeekForm(formdata=None, prefix="week-"),
        "override": OverrideForm(formdata=None, prefix="dates-"),
        "holidays": HolidaysForm(formdata=None),
        "calendar": CalendarForm(formdata=None),
    }
    agents = scheduling.list_agents() if Role.ADMIN in signed_in().roles else []
    return render_template(
        "support/availability/show.html",
        agent=agent,
        agents=agents,
        days=_days(agent),
        overrides=_overrides(agent),
        calendars=scheduling.list_calendars(agent),
        forms=fresh | forms,
        now=clock.now(),
    )


def _days(agent: Person) -> list[tuple[str, list[tuple[int, str]]]]:
    """(day, its windows as (id, `09:00 to 17:00`)) for the days that have any."""
    found: dict[str, list[tuple[int, str]]] = {}
    for row in scheduling.list_weekly_hours(agent):
        found.setdefault(WEEKDAY_NAMES[row.weekday], []).append((row.id, row.window.in_words))
    return list(found.items())
