"""`/demo`: who is who, how to sign in as each, and starting over. Registered in the demo only."""

from datetime import timedelta

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from app import identity
from app.core import clock
from app.core.db import session
from app.demo import mailbox_pages
from app.demo.people import PASSWORD, STAFF
from app.demo.setting_up import clear
from app.demo.story import PAYABLE_AFTER, Stage, Story
from app.identity import Authority, Person
from app.web.access import public
from app.web.forms import Form

bp = Blueprint("demo", __name__, url_prefix="/demo")
STAGES = {
    Stage.REPORTED: "Reported: deals are imported, the incident is open, in rehearsal. The README's walk starts here.",
    Stage.TOLD: "Told: the faulty release is stopped and the first notice has been sent.",
    Stage.APPROVED: "Approved: the proposal carries both signatures and waits to be published.",
    Stage.PUBLISHED: "Published: everybody has their corrected figures.",
}
AGES = {
    timedelta(): "Today: investors can still look at their figures, so nothing is paid yet.",
    PAYABLE_AFTER: f"{PAYABLE_AFTER.days} days ago: the last day to look is over, so money can be paid. The README's "
    "second walk starts here, at Published.",
}


class StartOverForm(Form):
    """Forgets everything and tells the story up to a stage, as if on an earlier day."""

    stage = RadioField(
        "Start over at",
        choices=[(stage.value, words) for stage, words in STAGES.items()],
        validators=[InputRequired("Choose where to start.")],
    )
    days_ago = RadioField(
        "The story happened",
        choices=[(str(age.days), words) for age, words in AGES.items()],
        default="0",
        validators=[InputRequired("Choose when the story happened.")],
    )
    submit = SubmitField("Forget everything and start over")


def init_app(app: Flask) -> None:
    """Register the demo's pages."""
    app.register_blueprint(bp)
    mailbox_pages.init_app(app)


@bp.route("", methods=["GET", "POST"])
@public
def show() -> ResponseReturnValue:
    """Staff with their password, investors with their mailbox, and the stages."""
    form = StartOverForm()
    if form.submitted():
        settings, office = current_app.extensions["settings"], current_app.extensions["office"]
        clear(settings)
        at = clock.now() - timedelta(days=int(form.days_ago.data))
        Story(settings, office, at).tell(Stage(form.stage.data))
        flash(f"The demo stands at: {form.stage.data}.")
        return redirect(url_for(".show"))
    investors = select(Person).where(Person.id.in_(select(Authority.person_id))).order_by(Person.full_name)
    people = session.scalars(investors).all()
    return render_template("demo/show.html", staff=STAFF, codes=_codes(), password=PASSWORD, people=people, form=form)


def _codes() -> dict[str, str | None]:
    """The code that each member's authenticator app would show now, by address; each is good once."""
    members = {member.email: member for member in STAFF}
    people = session.scalars(select(Person).where(Person.email.in_(members)))
    return {each.email: identity.next_code(each, members[each.email].authenticator_secret) for each in people}
