"""An investor as support knows them, and the page that they see."""

from datetime import datetime

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import audit, identity, incidents
from app.core import clock
from app.core.db import transaction
from app.identity import Person, Role
from app.incidents import money
from app.web.access import requires, signed_in
from app.web.investor.gathering import waiting_page
from app.web.investor.own_pages import find_page, list_cards
from app.web.support.forms import SeenForm
from app.web.support.inert import make_inert
from app.web.support.investor_card import card_of

bp = Blueprint("support_people", __name__, url_prefix="/support/people/<int:person_id>")


@bp.get("")
@requires(Role.SUPPORT)
def show(person_id: int) -> ResponseReturnValue:
    """Accounts, cases, figures, calls, and how our mail to them fared."""
    person, now = identity.get_investor(person_id), clock.now()
    return render_template("support/person.html", whom=person, card=card_of(person, now), now=now)


@bp.get("/statement")
@requires(Role.SUPPORT)
def statement(person_id: int) -> ResponseReturnValue:
    """Their statement: the same facts as on their own page and paper."""
    person = identity.get_investor(person_id)
    found = money.find_statement(person, on=clock.now().date())
    back = url_for(".show", person_id=person.id)
    return render_template("support/statement.html", whom=person, statement=found, back=back)


@bp.route("/as-seen", methods=["GET", "POST"])
@requires(Role.SUPPORT)
def as_seen(person_id: int) -> ResponseReturnValue:
    """GET asks. POST shows the page as the investor sees it, to read only, and notes in the log that it was shown."""
    person, form, at = identity.get_investor(person_id), SeenForm(), clock.now()
    if not form.submitted():
        told = incidents.list_told(person, at.date())
        return render_template("support/as_seen_ask.html", whom=person, told=told, form=form)
    reference = form.case.data or ""
    with transaction():
        name = f"corrections/{reference}" if reference else "corrections"
        audit.record(action="page.shown_as_seen", actor=signed_in(), subject=person, at=at, page=name)
    return make_inert(_seen(person, reference, at))


def _seen(person: Person, reference: str, at: datetime) -> str:
    """The investor's own page, told that somebody else looks at it."""
    on = at.date()
    facts = {"person": person, "roles": frozenset(), "signs_for_others": False, "seen_by": signed_in()}
    facts |= {"seen_pages": incidents.list_told(person, on), "seen_form": SeenForm(None)}
    if not reference:
        return render_template("investor/corrections/list.html", cards=list_cards(person, at), **facts)
    incident = incidents.get_told(reference, person=person, on=on)
    page = find_page(incident, person, at)
    if page is None:
        return render_template("investor/waiting.html", page=waiting_page(incident, on), **facts)
    return render_template("investor/corrections/show.html", page=page, **facts)
