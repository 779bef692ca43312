"""Forms of availability. What hours, calendars and call types may be is said in `app.scheduling`."""

from datetime import time
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, SelectField, StringField, SubmitField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from app.scheduling import WEEKDAY_NAMES, CallTerms, CallType, Window
from app.web.forms import DayField, Form

MIDNIGHT = 24 * 60


def minutes_of(at: time | None) -> int:
    """Minutes since midnight."""
    return at.hour * 60 + at.minute if at else 0


class WindowForm(Form):
    """One window of the week. An end of 00:00 is the midnight that ends the day."""

    weekday = SelectField("Day", coerce=WEEKDAY_NAMES.index, choices={name: name for name in WEEKDAY_NAMES})
    start = TimeField("From", validators=[InputRequired("Write when you start, such as 09:00.")])
    end = TimeField("To", validators=[InputRequired("Write when you end, such as 17:00.")])
    submit = SubmitField("Add these hours")

    @property
    def window(self) -> Window:
        """The window that was typed."""
        return Window(minutes_of(self.start.data), minutes_of(self.end.data) or MIDNIGHT)


class WeekForm(Form):
    """Monday to Friday alike, with lunch between two windows."""

    start = TimeField("From", default=time(9), validators=[InputRequired("Write when you start, such as 09:00.")])
    lunch = TimeField("Lunch from", default=time(12), validators=[Optional()])
    back = TimeField("Lunch to", default=time(13), validators=[Optional()])
    end = TimeField("To", default=time(17), validators=[InputRequired("Write when you end, such as 17:00.")])
    submit = SubmitField("Replace my week by this")

    @property
    def windows(self) -> list[Window]:
        """One window, or two around lunch."""
        start, end = minutes_of(self.start.data), minutes_of(self.end.data) or MIDNIGHT
        if self.lunch.data is None or self.back.data is None:
            return [Window(start, end)]
        return [Window(start, minutes_of(self.lunch.data)), Window(minutes_of(self.back.data), end)]


class OverrideForm(Form):
    """Other hours on some dates; without hours they are days off."""

    from_on = DayField("First day", validators=[InputRequired("Write the first day.")])
    to_on = DayField("Last day", validators=[Optional()])
    start = TimeField("From", validators=[Optional()])
    end = TimeField("To", validators=[Optional()])
    note = StringField("What for", validators=[Length(max=200)])
    submit = SubmitField("Save these days")

    @property
    def windows(self) -> list[Window]:
        """What was typed; nothing is a day off."""
        if self.start.data is None and self.end.data is None:
            return []
        return [Window(minutes_of(self.start.data), minutes_of(self.end.data) or MIDNIGHT)]


class HolidaysForm(Form):
    """A file of holidays."""

    file = FileField("Calendar file (.ics)", validators=[FileRequired("Choose the file with the holidays.")])
    despite = BooleanField("Close these days even if calls are booked on them")
    submit = SubmitField("Import holidays")


class CalendarForm(Form):
    """The address of a calendar that says when somebody is busy."""

    address = StringField(
        "Address of your calendar", validators=[InputRequired("Paste the address."), Length(max=2000)]
    )
    submit = SubmitField("Add this calendar")


class CallTypeForm(Form):
    """How calls of one type are booked."""

    name = StringField("Name", validators=[InputRequired("Give the call a name."), Length(max=100)])
    duration_minutes = IntegerField("Length in minutes", default=30, validators=[InputRequired("Write the length.")])
    step_minutes = IntegerField("A call may start every … minutes", default=30, validators=[InputRequired("Write it.")])
    buffer_before_minutes = IntegerField("Free minutes before a call", default=0)
    buffer_after_minutes = IntegerField("Free minutes after a call", default=10)
    notice_minutes = IntegerField("Shortest notice in minutes", default=120)
    cut_off_minutes = IntegerField("Move or cancel until … minutes before", default=60)
    horizon_days = IntegerField("Days ahead that can be booked", default=28)
    max_per_day = IntegerField("Most calls a day for one agent", default=10, validators=[Optional()])
    incident_reference = SelectField("Opened for", validate_choice=False)
    submit = SubmitField("Save")

    @property
    def terms(self) -> CallTerms:
        """What was typed; an empty field is 0, except the most calls a day, where it is no limit."""
        typed = [field for field in self if isinstance(field, IntegerField)]
        numbers: dict[str, Any] = {field.short_name: field.data or 0 for field in typed}
        numbers["max_per_day"] = self.max_per_day.data
        return CallTerms(
            name=(self.name.data or "").strip(), incident_reference=self.incident_reference.data or "", **numbers
        )

    def show(self, call_type: CallType) -> None:
        """Fill in what a type has now."""
        for field in self:
            if hasattr(call_type, field.short_name):
                field.data = getattr(call_type, field.short_name)
