"""`/accounts`: the accounts that somebody owns, and who else may see them or act for them."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, RadioField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, Regexp

from app import identity, notices
from app.core import clock
from app.core.db import transaction
from app.core.errors import DomainError
from app.identity import Scope
from app.web.access import confirmed_investor, investor, signed_in
from app.web.forms import DayField, Form

bp = Blueprint("accounts", __name__, url_prefix="/accounts")
A_YEAR = timedelta(days=365)
SCOPES = {Scope.SEES.value: "Only see it", Scope.ACTS.value: "See it and act for it, as you can"}


class NamingForm(Form):
    """Whom, for what, until when."""

    full_name = StringField("Full name", validators=[InputRequired("Give the full name."), Length(max=200)])
    email = EmailField(
        "Email address",
        validators=[
            InputRequired("Give the email address."),
            Length(max=254),
            Regexp(r"\s*[^@\s]+@[^@\s]+\s*$", message="Type an email address such as name@example.com."),
        ],
    )
    scope = RadioField("What may they do?", choices=SCOPES, coerce=Scope, default=Scope.SEES)
    ends_on = DayField("Through", validators=[InputRequired("Give the last day.")])
    submit = SubmitField("Name this person")


@bp.get("")
@investor
def list_all() -> ResponseReturnValue:
    """One's accounts with their people."""
    today = clock.now().date()
    accounts = identity.list_named(owner=signed_in(), on=today)
    return render_template("investor/accounts/list.html", accounts=accounts, today=today)


@bp.get("/<pseudonym>/people/new")
@investor
def new(pseudonym: str) -> ResponseReturnValue:
    """The form for one account."""
    return _page(pseudonym, NamingForm(ends_on=clock.now().date() + A_YEAR))


@bp.post("/<pseudonym>/people")
@confirmed_investor
def name(pseudonym: str) -> ResponseReturnValue:
    """Name somebody, and tell them."""
    form = NamingForm()
    if form.submitted():
        try:
            _name(pseudonym, form)
        except DomainError as refusal:
            form.email.errors = [str(refusal)]
    if form.all_errors():
        return _page(pseudonym, form), 422
    flash(f"{form.full_name.data} is named. We tell them by email.")
    return redirect(url_for(".list_all"), 303)


@bp.post("/<pseudonym>/people/<person>/end")
@confirmed_investor
def end(pseudonym: str, person: str) -> ResponseReturnValue:
    """End it again, at once."""
    at, owner = clock.now(), signed_in()
    account = identity.get_owned_account(owner=owner, pseudonym=pseudonym, on=at.date())
    try:
        with transaction():
            ended = identity.end_naming(owner=owner, account=account, pseudonym=person, at=at)
            flash(f"{ended.full_name} no longer sees this account.")
    except identity.CannotName as refusal:
        flash(str(refusal))
    return redirect(url_for(".list_all"), 303)


def _name(pseudonym: str, form: NamingForm) -> None:
    at, owner = clock.now(), signed_in()
    account = identity.get_owned_account(owner=owner, pseudonym=pseudonym, on=at.date())
    typed = {field: form[field].data for field in ("full_name", "email", "scope", "ends_on")}
    with transaction():
        authority = identity.name_person(owner=owner, account=account, at=at, **typed)
        notices.queue_named(authority=authority, named_by=owner, at=at)


def _page(pseudonym: str, form: NamingForm) -> str:
    account = identity.get_owned_account(owner=signed_in(), pseudonym=pseudonym, on=clock.now().date())
    return render_template("investor/accounts/new.html", account=account, form=form)
