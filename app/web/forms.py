"""The base of every form: a CSRF token, and errors that speak to the reader."""

from flask_wtf import FlaskForm


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form of ours. Its rules are the domain's; only what a field needs to be read stands here."""

    def submitted(self) -> bool:
        """Whether this is a POST whose fields, token included, can all be read."""
        return bool(self.validate_on_submit())

    def all_errors(self) -> list[tuple[str, str]]:
        """(field id, message) of everything that is wrong, in the order of the fields, for the summary."""
        return [(field.id, str(error)) for field in self for error in field.errors]
