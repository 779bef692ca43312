"""What is typed to sign in. Whether it is right is decided in `app.identity`."""

from urllib.parse import urlsplit

from wtforms import EmailField, HiddenField, PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, Regexp

from app.web.forms import Form

LONGEST_PATH = 200
LONGEST_ANSWER = 8000


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


class PasskeyField(HiddenField):
    """What the browser answered for a passkey, as JSON; `static/passkey.js` fills it in."""


class FactorForm(Form):
    """The second factor: a code that is typed, or a passkey."""

    code = StringField("Code", validators=[Length(max=40, message="A code has at most 40 characters.")])
    passkey = PasskeyField(validators=[Length(max=LONGEST_ANSWER)])
    next = HiddenField()
    submit = SubmitField("Sign in")


class ConfirmForm(FactorForm):
    """Password and second factor once more, before something that counts."""

    password = PasswordField("Your password", validators=[InputRequired("Type your password."), Length(max=256)])
    submit = SubmitField("Go on")


class EnrolForm(Form):
    """What somebody was handed, and the password that they choose."""

    email = EmailField("Email address", validators=[InputRequired("Type your email address."), Length(max=254)])
    enrolment = StringField(
        "Enrolment code", validators=[InputRequired("Type the code that you were given."), Length(max=60)]
    )
    password = PasswordField(
        "New password", validators=[InputRequired("Choose a password of 12 characters or more."), Length(max=256)]
    )
    submit = SubmitField("Go on")


class AuthenticatorForm(Form):
    """That the app on the telephone has the secret."""

    code = StringField(
        "6-digit code", validators=[InputRequired("Type the 6 digits that the app shows."), Length(max=40)]
    )
    submit = SubmitField("Set up the app")


class PasskeyForm(Form):
    """A passkey that the browser made, and what its owner calls it."""

    name = StringField("What you call it", validators=[InputRequired("Give it a name."), Length(max=80)])
    passkey = PasskeyField(validators=[InputRequired("The browser made no passkey."), Length(max=LONGEST_ANSWER)])
    submit = SubmitField("Make a passkey")


class NewPasswordForm(Form):
    """Another password for somebody who is signed in."""

    password = PasswordField(
        "New password", validators=[InputRequired("Choose a password of 12 characters or more."), Length(max=256)]
    )
    submit = SubmitField("Change the password")


class PressForm(Form):
    """A button alone; `pressed` is where a refusal stands."""

    pressed = HiddenField()
