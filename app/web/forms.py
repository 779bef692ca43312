"""The base of every form: a CSRF token, and errors that speak to the reader."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form of ours. Its rules are the domain's; only what a field needs to be read stands here."""

    def submitted(self) -> bool:
        """Whether this is a POST whose fields, token included, can all be read."""
        return bool(self.validate_on_submit())

    def all_errors(self) -> list[tuple[str, str]]:
        """(field id, message) of everything that is wrong, in the order of the fields, for the summary."""
        return [(field.id, str(error)) for field in self for error in field.errors]


class DayField(DateField):
    """A date as browsers send it; what is none is refused by its value, with how to write it."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the date. Raises ValueError in words."""
        try:
            super().process_formdata(valuelist)
        except ValueError as problem:
            typed = " ".join(valuelist)[:40]
            raise ValueError(f"“{typed}” is no date. Write year, month and day, as in 2026-12-31.") from problem
