"""When somebody of support takes calls: their own weekly hours, in their own zone."""

from datetime import time

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, SubmitField, TimeField
from wtforms.validators import InputRequired

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.scheduling import WEEKDAY_NAMES, BadHours, Window
from app.web.access import requires, signed_in
from app.web.forms import Form

bp = Blueprint("availability", __name__, url_prefix="/support/availability")
MIDNIGHT = 24 * 60


class HoursForm(Form):
    """One window of the week. An end of 00:00 is the midnight that ends the day."""

    weekday = SelectField("Day", coerce=WEEKDAY_NAMES.index, choices={name: name for name in WEEKDAY_NAMES})
    start = TimeField("From", validators=[InputRequired("Write when you start, such as 09:00.")])
    end = TimeField("To", validators=[InputRequired("Write when you end, such as 17:00.")])
    submit = SubmitField("Add these hours")

    @property
    def window(self) -> Window:
        """The window that was typed."""
        return Window(_minutes(self.start.data), _minutes(self.end.data) or MIDNIGHT)


@bp.route("", methods=["GET", "POST"])
@requires(Role.SUPPORT)
def show() -> ResponseReturnValue:
    """The reader's hours; add one window."""
    form = HoursForm()
    if form.submitted():
        try:
            with transaction():
                scheduling.add_hours(
                    agent=signed_in(), weekday=form.weekday.data, window=form.window, by=signed_in(), at=clock.now()
                )
            flash("Your hours are saved.")
            return redirect(url_for(".show"))
        except BadHours as refusal:
            form.start.errors = [str(refusal)]
    return render_template("support/availability.html", form=form, days=_days(), agent=signed_in())


@bp.post("/<int:hours_id>/remove")
@requires(Role.SUPPORT)
def remove(hours_id: int) -> ResponseReturnValue:
    """Take one window out; calls already booked in it stay."""
    with transaction():
        scheduling.remove_hours(agent=signed_in(), hours_id=hours_id, by=signed_in(), at=clock.now())
    flash("These hours are gone. Calls that were already booked stay.")
    return redirect(url_for(".show"))


def _days() -> list[tuple[str, list[tuple[int, str]]]]:
    """(day, its windows as (id, `09:00 to 17:00`)) for the days that have any."""
    found: dict[str, list[tuple[int, str]]] = {}
    for row in scheduling.list_weekly_hours(signed_in()):
        words = f"{_clock(row.start_minute)} to {_clock(row.end_minute)}"
        found.setdefault(WEEKDAY_NAMES[row.weekday], []).append((row.id, words))
    return list(found.items())


def _minutes(at: time | None) -> int:
    return at.hour * 60 + at.minute if at else 0


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
