"""Absence, delegated by name: an approver names a deputy, an approver of the other kind confirms."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from app import identity
from app.core import clock
from app.core.db import transaction
from app.identity import APPROVERS, Role
from app.web.access import is_fresh, requires, signed_in
from app.web.admin.forms import ActingForm, PressForm, note_field, required
from app.web.admin.readers import readers
from app.web.forms import DayField

bp = Blueprint("absences", __name__, url_prefix="/admin/absences")
USUAL_ABSENCE = timedelta(days=7)


class AbsenceForm(ActingForm):
    """Who signs for whom, from when to when, and why."""

    role = SelectField("You sign as", coerce=Role)
    deputy = SelectField("Who signs for you", validators=[required("Name somebody.")])
    from_on = DayField("From", validators=[required("Give the first day.")])
    to_on = DayField("Through", validators=[required("Give the last day.")])
    reason = note_field("Why", "Write why you will be away; whoever confirms reads it.")


@bp.get("")
@readers
def show() -> ResponseReturnValue:
    """Who signs for whom."""
    return _page()


@bp.post("")
@requires(Role.MANAGEMENT, Role.LEGAL, fresh=True)
def delegate() -> ResponseReturnValue:
    """Name one's own deputy."""
    form = _form()
    if form.submitted():
        facts = form.typed("role", "from_on", "to_on", "reason") | {"approver": signed_in(), "at": clock.now()}
        with form.refusals(), transaction():
            asked = identity.delegate(deputy=identity.get_person(form.deputy.data), **facts)
            says = f"{asked.deputy.full_name} signs for you once an approver of the other kind confirms it."
    if form.all_errors():
        return _page(form), 422
    flash(says)
    return redirect(url_for(".show"))


@bp.post("/<pseudonym>/confirm")
@requires(Role.MANAGEMENT, Role.LEGAL, fresh=True)
def confirm(pseudonym: str) -> ResponseReturnValue:
    """Put it in force."""
    asked, form = identity.get_delegation(pseudonym), PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            identity.confirm_delegation(delegation=asked, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(pressing=form), 422
    flash(f"{asked.deputy.full_name} now signs for {asked.approver.full_name}, within the days given.")
    return redirect(url_for(".show"))


@bp.post("/<pseudonym>/end")
@requires(Role.MANAGEMENT, Role.LEGAL)
def end(pseudonym: str) -> ResponseReturnValue:
    """Somebody is back, or it is withdrawn."""
    asked, form = identity.get_delegation(pseudonym), PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            identity.end_delegation(delegation=asked, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(pressing=form), 422
    flash(f"Nobody signs for {asked.approver.full_name} by this any more.")
    return redirect(url_for(".show"))


def _form() -> AbsenceForm:
    today = clock.now().date()
    form = AbsenceForm(from_on=today, to_on=today + USUAL_ABSENCE)
    form.role.choices = [(role.value, role.label) for role in sorted(APPROVERS & signed_in().roles)]
    form.deputy.choices = [(each.pseudonym, each.full_name) for each in identity.list_possible_deputies()]
    return form


def _page(form: AbsenceForm | None = None, pressing: PressForm | None = None) -> str:
    today = clock.now().date()
    return render_template(
        "admin/absences/show.html",
        delegations=identity.list_delegations(on=today),
        today=today,
        may_confirm=APPROVERS & signed_in().roles,
        form=form or _form(),
        pressing=pressing or PressForm(None),
        is_fresh=is_fresh(),
    )
