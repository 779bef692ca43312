"""The first notice: proposed and rehearsed, decided by legal, sent at once."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.core.text import plural
from app.identity import Role
from app.incidents import Incident, NoticeState, StatementKind
from app.web.access import is_fresh, requires, signed_in
from app.web.admin.forms import ActingForm, DecisionForm, PressForm, ProposeNoticeForm
from app.web.admin.previewing import render_variants
from app.web.admin.readers import readers
from app.web.admin.texts import mail_to, notice_texts

bp = Blueprint("first_notice", __name__, url_prefix="/admin/incidents/<reference>/first-notice")
USUAL_PROMISE = timedelta(days=12)


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """Where the first notice stands, its words, and what can be done with it."""
    return _page(incidents.get_incident(reference))


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
    notice, form = incidents.get_first_notice(incidents.get_incident(reference)), PressForm(prefix="rehearse")
    if form.submitted():
        with form.refusals(), transaction():
            count = incidents.rehearse_telling(notice=notice, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(notice.incident, rehearsing=form), 422
    flash(f"{plural(count, 'message')} will reach you, and nobody else, at {signed_in().email}.")
    return redirect(url_for(".show", reference=reference))


@bp.post("")
@requires(Role.LEGAL, fresh=True, deputies=True)
def decide(reference: str) -> ResponseReturnValue:
    """Legal approves or rejects. Posted to the page itself, to which a re-authentication leads back."""
    notice, form = incidents.get_first_notice(incidents.get_incident(reference)), DecisionForm(prefix="decide")
    if form.submitted():
        act = incidents.approve_notice if form.approves else incidents.reject_notice
        with form.refusals(), transaction():
            act(notice=notice, **form.typed("digest_seen", "note"), by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(notice.incident, deciding=form), 422
    flash("You approved the first notice." if form.approves else "You rejected the first notice.")
    return redirect(url_for(".show", reference=reference))


@bp.post("/send")
@requires(Role.ADMIN)
def send(reference: str) -> ResponseReturnValue:
    """Queue it for everybody concerned."""
    notice, form = incidents.get_first_notice(incidents.get_incident(reference)), PressForm(prefix="send")
    if form.submitted():
        with form.refusals(), transaction():
            incidents.send(notice=notice, texts=notice_texts(), mail_to=mail_to(), by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(notice.incident, sending=form), 422
    flash(f"The first notice is on its way to {plural(notice.recipients, 'person', 'people')}.")
    return redirect(url_for("reached.show", reference=reference))


@bp.post("/release")
@requires(Role.ADMIN)
def release(reference: str) -> ResponseReturnValue:
    """Queue again what was held back."""
    notice, form = incidents.get_first_notice(incidents.get_incident(reference)), PressForm(prefix="send")
    if form.submitted():
        with form.refusals(), transaction():
            count = incidents.release_held_back(notice=notice, mail_to=mail_to(), by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(notice.incident, sending=form), 422
    flash(f"{plural(count, 'message')} that had been held back will leave.")
    return redirect(url_for("reached.show", reference=reference))


def _page(
    incident: Incident,
    proposing: ProposeNoticeForm | None = None,
    deciding: DecisionForm | None = None,
    sending: ActingForm | None = None,
    rehearsing: ActingForm | None = None,
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
        previews=render_variants(variants),
        concerned=incidents.count_concerned(incident, today),
        proposing=proposing or ProposeNoticeForm(None, prefix="propose", promised_on=promised_on),
        deciding=deciding,
        sending=sending or PressForm(None, prefix="send"),
        is_fresh=is_fresh(),
        may_decide=notice is not None and incidents.may_decide(notice, signed_in(), at=clock.now()),
        held_back=incidents.count_held_back(notice) if notice else 0,
        paper=incidents.find_paper(notice) if notice else None,
        rehearsing=rehearsing or PressForm(None, prefix="rehearse"),
    )
