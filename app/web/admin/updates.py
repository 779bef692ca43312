"""We need more time: an update proposed and rehearsed, decided by legal, sent in batches."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import Length

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident, NoticeState, papers
from app.web.access import is_fresh, requires, signed_in
from app.web.admin import notice_steps
from app.web.admin.forms import ActingForm, DecisionForm, PressForm, required
from app.web.admin.previewing import render_variants
from app.web.admin.progress import Leaving, of_notice, panel
from app.web.admin.readers import readers
from app.web.admin.texts import notice_texts
from app.web.forms import DayField

bp = Blueprint("updates", __name__, url_prefix="/admin/incidents/<reference>/update")
NAME = "update"
USUAL_DELAY = timedelta(days=14)


class UpdateForm(ActingForm):
    """What is left, and when people hear from us again."""

    left_to_do = StringField("What is left to do", validators=[required("Say it in one sentence."), Length(max=299)])
    promised_on = DayField("We write again by", validators=[required("Promise a date.")])


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """Where the update stands, its words, and what can be done with it."""
    return _page(incidents.get_incident(reference))


@bp.get("/progress")
@readers
def progress(reference: str) -> ResponseReturnValue:
    """The part of the page that is read again while it leaves."""
    incident = incidents.get_incident(reference)
    return panel(_leaving(incident), incident)


@bp.post("/propose")
@requires(Role.ADMIN)
def propose(reference: str) -> ResponseReturnValue:
    """Bind words, recipients and the new date for legal."""
    incident, form = incidents.get_incident(reference), UpdateForm(prefix="propose")
    if form.submitted():
        facts = form.typed("left_to_do", "promised_on") | {"texts": notice_texts(), "by": signed_in()}
        with form.refusals(), transaction():
            incidents.propose_update(incident=incident, **facts, at=clock.now())
    if form.all_errors():
        return _page(incident, proposing=form), 422
    flash("The update now waits for legal.")
    return redirect(url_for(".show", reference=reference))


@bp.post("/rehearse")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL)
def rehearse(reference: str) -> ResponseReturnValue:
    """Send every message to whoever pressed, with dead links."""
    return notice_steps.rehearse(incidents.get_update(incidents.get_incident(reference)), _page)


@bp.post("")
@requires(Role.LEGAL, fresh=True, deputies=True)
def decide(reference: str) -> ResponseReturnValue:
    """Legal approves or rejects. Posted to the page itself, to which a re-authentication leads back."""
    return notice_steps.decide(incidents.get_update(incidents.get_incident(reference)), _page, NAME)


@bp.post("/send")
@requires(Role.ADMIN)
def send(reference: str) -> ResponseReturnValue:
    """Begin to tell everybody concerned."""
    return notice_steps.send(incidents.get_update(incidents.get_incident(reference)), _page, NAME)


@bp.post("/move")
@requires(Role.ADMIN)
def move(reference: str) -> ResponseReturnValue:
    """Continue after the first messages, pause, resume or stop."""
    return notice_steps.move(incidents.get_update(incidents.get_incident(reference)), _page)


@bp.post("/release")
@requires(Role.ADMIN)
def release(reference: str) -> ResponseReturnValue:
    """Queue again what was held back."""
    return notice_steps.release(incidents.get_update(incidents.get_incident(reference)), _page)


def _leaving(incident: Incident) -> Leaving | None:
    pages = {
        "action": url_for(".move", reference=incident.reference),
        "poll": url_for(".progress", reference=incident.reference),
    }
    return of_notice(incidents.find_update(incident), **pages)


def _page(
    incident: Incident,
    *,
    proposing: UpdateForm | None = None,
    deciding: DecisionForm | None = None,
    pressing: ActingForm | None = None,
) -> str:
    now, notice = clock.now(), incidents.find_update(incident)
    deciding = deciding or DecisionForm(None, prefix="decide")
    deciding.digest_seen.data = notice.digest if notice else ""  # what the page shows is what the next press decides on
    promised_on = max(incident.promised_on or now.date(), now.date()) + USUAL_DELAY
    return render_template(
        "admin/updates/show.html",
        incident=incident,
        overview=incidents.get_overview(incident, texts=notice_texts(), on=now.date()),
        notice=notice,
        states=NoticeState,
        leaving=_leaving(incident),
        previews=render_variants(incidents.list_variants(notice, on=now.date())) if notice else [],
        paper=papers.find_paper(notice) if notice else None,
        held_back=incidents.count_held_back(notice) if notice else 0,
        proposing=proposing or UpdateForm(None, prefix="propose", promised_on=promised_on),
        deciding=deciding,
        pressing=pressing or PressForm(None),
        may_decide=notice is not None and incidents.may_decide(notice, signed_in(), at=now),
        is_fresh=is_fresh(),
    )
