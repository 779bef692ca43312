"""The first notice: proposed and rehearsed, decided by legal, sent at once."""

from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import incidents, scheduling
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident, NoticeState, StatementKind, papers
from app.web.access import is_fresh, requires, signed_in
from app.web.admin import notice_steps
from app.web.admin.forms import ActingForm, DecisionForm, PressForm, ProposeNoticeForm
from app.web.admin.previewing import render_variants
from app.web.admin.progress import Leaving, of_notice, panel
from app.web.admin.readers import readers
from app.web.admin.texts import notice_texts

bp = Blueprint("first_notice", __name__, url_prefix="/admin/incidents/<reference>/first-notice")
NAME = "first notice"
USUAL_PROMISE = timedelta(days=12)


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """Where the first notice stands, its words, and what can be done with it."""
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
    """Bind text, recipients and promised date for legal."""
    incident, form = incidents.get_incident(reference), ProposeNoticeForm(prefix="propose")
    if form.submitted():
        facts = form.typed("promised_on") | {"texts": notice_texts(), "by": signed_in(), "at": clock.now()}
        with form.refusals(), transaction():
            incidents.propose_first_notice(incident=incident, **facts)
    if form.all_errors():
        return _page(incident, proposing=form), 422
    flash("The first notice now waits for legal.")
    return redirect(url_for(".show", reference=reference))


@bp.post("/rehearse")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL)
def rehearse(reference: str) -> ResponseReturnValue:
    """Send every message to whoever pressed, with dead links."""
    return notice_steps.rehearse(incidents.get_first_notice(incidents.get_incident(reference)), _page)


@bp.post("")
@requires(Role.LEGAL, fresh=True, deputies=True)
def decide(reference: str) -> ResponseReturnValue:
    """Legal approves or rejects. Posted to the page itself, to which a re-authentication leads back."""
    return notice_steps.decide(incidents.get_first_notice(incidents.get_incident(reference)), _page, NAME)


@bp.post("/send")
@requires(Role.ADMIN)
def send(reference: str) -> ResponseReturnValue:
    """Begin to tell everybody concerned."""
    return notice_steps.send(incidents.get_first_notice(incidents.get_incident(reference)), _page, NAME)


@bp.post("/move")
@requires(Role.ADMIN)
def move(reference: str) -> ResponseReturnValue:
    """Continue after the first messages, pause, resume or stop."""
    return notice_steps.move(incidents.get_first_notice(incidents.get_incident(reference)), _page)


@bp.post("/release")
@requires(Role.ADMIN)
def release(reference: str) -> ResponseReturnValue:
    """Queue again what was held back."""
    return notice_steps.release(incidents.get_first_notice(incidents.get_incident(reference)), _page)


def _count_free_calls(promised_on: date) -> int:
    """How many calls support can take before the promised date, or as far ahead as calls can be booked."""
    until = datetime.combine(promised_on, time(), tzinfo=UTC)
    return scheduling.count_free_calls(asking=signed_in(), until=until, at=clock.now())


def _leaving(incident: Incident) -> Leaving | None:
    pages = {
        "action": url_for(".move", reference=incident.reference),
        "poll": url_for(".progress", reference=incident.reference),
    }
    return of_notice(incidents.find_first_notice(incident), **pages)


def _page(
    incident: Incident,
    *,
    proposing: ProposeNoticeForm | None = None,
    deciding: DecisionForm | None = None,
    pressing: ActingForm | None = None,
) -> str:
    today, notice = clock.now().date(), incidents.find_first_notice(incident)
    promised_on = notice.promised_on if notice else today + USUAL_PROMISE
    deciding = deciding or DecisionForm(None, prefix="decide")
    deciding.digest_seen.data = notice.digest if notice else ""  # what the page shows is what the next press decides on
    variants = incidents.list_first_notice_variants(incident, promised_on=promised_on, on=today)
    return render_template(
        "admin/first_notice/show.html",
        incident=incident,
        was_stopped=incident.statement(StatementKind.STOPPED),
        notice=notice,
        states=NoticeState,
        leaving=_leaving(incident),
        previews=render_variants(variants),
        concerned=incidents.count_concerned(incident, today),
        proposing=proposing or ProposeNoticeForm(None, prefix="propose", promised_on=promised_on),
        deciding=deciding,
        pressing=pressing or PressForm(None),
        is_fresh=is_fresh(),
        may_decide=notice is not None and incidents.may_decide(notice, signed_in(), at=clock.now()),
        held_back=incidents.count_held_back(notice) if notice else 0,
        paper=papers.find_paper(notice) if notice else None,
        promised_on=promised_on,
        free_calls=_count_free_calls(promised_on),
    )
