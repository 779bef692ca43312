"""Ask us to call you: for whoever finds no time that suits."""

import secrets

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SelectField, SubmitField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.incidents import Incident
from app.scheduling import BadPhone
from app.web.access import investor, signed_in
from app.web.desk import the_desk
from app.web.forms import Form
from app.web.investor.call_topics import call_page, reference_of, topic_of
from app.web.investor.zones import zone_choices

bp = Blueprint("call_me", __name__, url_prefix="/calls/call-me")


class CallMeForm(Form):
    """Where and when we may call. The rules of a number live in `app.scheduling`."""

    case = HiddenField()
    key = HiddenField(validators=[InputRequired("Load this page again."), Length(max=64)])
    phone = TelField("Number to call", validators=[InputRequired("Write the number we should call."), Length(max=40)])
    best_times = TextAreaField(
        "When can we reach you?", validators=[InputRequired("Write when we can reach you."), Length(max=500)]
    )
    zone = SelectField("Your time zone", validate_choice=False)
    help_text = TextAreaField("Anything that would help on the call?", validators=[Length(max=1000)])
    submit = SubmitField("Ask us to call you")


@bp.route("", methods=["GET", "POST"])
@investor
def ask() -> ResponseReturnValue:
    """Ask, or see what was asked."""
    form = CallMeForm()
    topic = topic_of((form.case.data if form.is_submitted() else request.args.get("case")) or "")
    if form.submitted():
        try:
            _ask(form, topic)
            return redirect(url_for(".ask", case=reference_of(topic)))
        except BadPhone as refusal:
            form.phone.errors = [str(refusal)]
    return _show(form, topic)


def _ask(form: CallMeForm, topic: Incident | None) -> None:
    desk = the_desk()
    with transaction():
        scheduling.ask_for_call(
            person=signed_in(),
            incident_reference=reference_of(topic),
            phone=form.phone.data or "",
            zone=form.zone.data or signed_in().time_zone,
            best_times=form.best_times.data or "",
            help_text=form.help_text.data or "",
            idempotency_key=form.key.data or "",
            near=desk.phone,
            at=clock.now(),
        )


def _show(form: CallMeForm, topic: Incident | None) -> str:
    asked = scheduling.find_call_request(person=signed_in(), incident_reference=reference_of(topic))
    if not form.is_submitted():
        form.key.data, form.case.data = secrets.token_urlsafe(16), reference_of(topic)
        form.phone.data, form.zone.data = signed_in().phone or "", signed_in().time_zone
    form.zone.choices = zone_choices(signed_in().time_zone, clock.now())
    return call_page("call_me.html", topic, form=form, asked=asked)
