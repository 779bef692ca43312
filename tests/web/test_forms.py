"""What forms say of what cannot be read."""

import pytest
from flask import Flask
from wtforms.validators import InputRequired, Optional

from app.web.forms import DayField, Form


class AskedForm(Form):
    """A day that is needed, and one that is not."""

    first = DayField("First day", validators=[InputRequired("Give the first day.")])
    last = DayField("Last day", validators=[Optional()])


def errors_of(app: Flask, **typed: str) -> list[str]:
    with app.test_request_context(method="POST", data=typed):
        form = AskedForm(meta={"csrf": False})
        form.submitted()
        return [words for _, words in form.all_errors()]


@pytest.mark.parametrize("typed", ["31.12.2026", "2026-13-01", "tomorrow"])
def test_what_is_no_date_is_named_with_how_to_write_it(app: Flask, typed: str) -> None:
    says = f"“{typed}” is no date. Write year, month and day, as in 2026-12-31."

    assert errors_of(app, first=typed, last="") == [says]
    assert errors_of(app, first="2026-12-31", last=typed) == [says]


def test_an_empty_day_is_asked_for_where_it_is_needed(app: Flask) -> None:
    assert errors_of(app, first="", last="") == ["Give the first day."]
    assert errors_of(app, first="2026-12-31", last="") == []
