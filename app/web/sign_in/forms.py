"""What is typed to sign in. Whether it is right is decided in `app.identity`."""

from urllib.parse import urlsplit

from wtforms import EmailField, HiddenField, PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, Regexp

from app.web.forms import Form

LONGEST_PATH = 200


def path_of_ours(text: str | None, otherwise: str) -> str:
    """Where to go next, if it is a path on this site; anything else leads to `otherwise`."""
    if not text or len(text) > LONGEST_PATH or not text.isprintable() or "\\" in text:
        return otherwise
    parts = urlsplit(text)
    ours = not parts.scheme and not parts.netloc and text.startswith("/") and not text.startswith("//")
    return text if ours else otherwise


class AskForm(Form):
    """The address to which a link goes."""

    email = EmailField(
        "Your email address",
        validators=[
            InputRequired("Type your email address."),
            Length(max=254, message="An email address has at most 254 characters."),
            Regexp(r"\s*[^@\s]+@[^@\s]+\s*$", message="Type an email address such as name@example.com."),
        ],
    )
    next = HiddenField()
    submit = SubmitField("Email me a link")


class CodeForm(Form):
    """The digits from the email that carried the link; empty in the browser that asked for it."""

    code = StringField("6-digit code", validators=[Length(max=40, message="Type the 6 digits from the email.")])
    submit = SubmitField("Sign in")


class StaffSignInForm(Form):
    """What staff sign in with."""

    email = EmailField("Email address", validators=[InputRequired("Type your email address."), Length(max=254)])
    password = PasswordField("Password", validators=[InputRequired("Type your password."), Length(max=256)])
    next = HiddenField()
    submit = SubmitField("Sign in")


class ConfirmForm(Form):
    """The password once more, before something that counts."""

    password = PasswordField("Your password", validators=[InputRequired("Type your password."), Length(max=256)])
    next = HiddenField()
    submit = SubmitField("Go on")
