"""Changing what investors read of an incident: whom to call, the cause, and when disputes are answered.

With a word on what that voids.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.core.text import join_words, plural
from app.identity import Role
from app.incidents import AtStake, ContactPoint, DisputeClock, Incident
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, note_field, readable_phone, required, zones

bp = Blueprint("editing", __name__, url_prefix="/admin/incidents/<reference>/edit")
DAYS = NumberRange(1, 365, "Give 1 to 365 days.")


class ContactForm(ActingForm):
    """Whom investors call."""

    name = StringField("Name", validators=[required("Name the person that investors call."), Length(max=200)])
    phone = StringField("Phone", validators=[required("Give a number to call."), readable_phone])
    hours = StringField("Hours", validators=[required("Say when somebody answers."), Length(max=200)])
    zone = SelectField("Time zone of these hours, and of the incident’s dates")

    def contact(self) -> ContactPoint:
        """As it was typed."""
        return ContactPoint(**self.typed("name", "phone", "hours", "zone"))


class CauseForm(ActingForm):
    """What went wrong, as investors read it."""

    cause = note_field("What went wrong, in plain words", "Say what the cause was.")


class ClockForm(ActingForm):
    """When disputes are read and answered."""

    read_days = IntegerField("Read within how many days", validators=[required("Give whole days."), DAYS])
    answer_days = IntegerField("Answered within how many days", validators=[required("Give whole days."), DAYS])
    review_days = IntegerField(
        "A second look can be asked for within how many days of the answer",
        validators=[required("Give whole days."), DAYS],
    )

    def clock(self) -> DisputeClock:
        """As it was typed."""
        return DisputeClock(**self.typed("read_days", "answer_days", "review_days"))


@bp.get("")
@requires(Role.ADMIN)
def show(reference: str) -> ResponseReturnValue:
    """Both, as they are now."""
    return _page(incidents.get_incident(reference))


@bp.post("/contact")
@requires(Role.ADMIN)
def change_contact(reference: str) -> ResponseReturnValue:
    """Name another contact."""
    incident, form = incidents.get_incident(reference), _contact_form(prefix="contact")
    if form.submitted():
        with form.refusals(), transaction():
            stake = incidents.change_contact(incident=incident, contact=form.contact(), by=signed_in(), at=clock.now())
            says = f"Investors now call {incident.contact_name}.{_voided(stake)}"
    if form.all_errors():
        return _page(incident, contact=form), 422
    flash(says)
    return redirect(url_for("incidents.show", reference=reference))


@bp.post("/cause")
@requires(Role.ADMIN)
def change_cause(reference: str) -> ResponseReturnValue:
    """Put the cause in other words."""
    incident, form = incidents.get_incident(reference), CauseForm(prefix="cause")
    if form.submitted():
        with form.refusals(), transaction():
            stake = incidents.change_cause(incident=incident, **form.typed("cause"), by=signed_in(), at=clock.now())
            says = f"The cause is in other words.{_voided(stake)}"
    if form.all_errors():
        return _page(incident, cause=form), 422
    flash(says)
    return redirect(url_for("incidents.show", reference=reference))


@bp.post("/clock")
@requires(Role.ADMIN)
def change_clock(reference: str) -> ResponseReturnValue:
    """Promise other days to whoever disputes from now on."""
    incident, form = incidents.get_incident(reference), ClockForm(prefix="clock")
    if form.submitted():
        with form.refusals(), transaction():
            incidents.change_clock(incident=incident, clock=form.clock(), by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, clock_form=form), 422
    flash("Whoever disputes from now on is promised these days.")
    return redirect(url_for("incidents.show", reference=reference))


def _voided(stake: AtStake) -> str:
    if not stake:
        return ""
    signers = stake.signers
    lost = f"{plural(len(signers), 'signature')} of {join_words(signers)}" if signers else "what waited for signatures"
    return f" This voided {lost}. Propose it again."


def _contact_form(**given: Any) -> ContactForm:
    form = ContactForm(**given)
    form.zone.choices = zones()
    return form


def _page(
    incident: Incident,
    contact: ContactForm | None = None,
    cause: CauseForm | None = None,
    clock_form: ClockForm | None = None,
) -> str:
    now = incidents.contact_point(incident)
    return render_template(
        "admin/editing/show.html",
        incident=incident,
        stake=incidents.find_at_stake(incident),
        contact=contact or _contact_form(formdata=None, prefix="contact", obj=now),
        cause=cause or CauseForm(None, prefix="cause", obj=incident),
        clock=clock_form or ClockForm(None, prefix="clock", obj=incidents.dispute_clock(incident)),
    )
