"""`…/dispute`: an investor says that something looks wrong, reads what we reply, and takes it back."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.incidents import Incident, answering
from app.incidents.answering import Dispute, DisputedAlready
from app.web.access import confirmed_investor, investor, signed_in
from app.web.admin.forms import PressForm
from app.web.complaints import keep_attachment
from app.web.investor.dispute_forms import DisputeForm, WordsForm
from app.web.investor.dispute_page import dispute_page
from app.web.investor.gathering import contact_of
from app.web.investor.own_incident import answerable, told

bp = Blueprint("disputes", __name__, url_prefix="/corrections/<reference>")


@bp.get("/dispute")
@investor
def new(reference: str) -> ResponseReturnValue:
    """The form, for whoever answers for an account with published figures."""
    return _form_page(told(reference), DisputeForm())


@bp.post("/dispute")
@investor
def file(reference: str) -> ResponseReturnValue:
    """Take it down: no hurdle stands before it."""
    incident = told(reference)
    form = DisputeForm().offer(answerable(incident))
    if form.submitted():
        with form.refusals():
            return _file(incident, form)
    return _form_page(incident, form), 422


@bp.get("/disputes/<pseudonym>")
@investor
def show(reference: str, pseudonym: str) -> ResponseReturnValue:
    """What was said so far, and by when we answer."""
    return _page(_dispute(reference, pseudonym))


@bp.post("/disputes/<pseudonym>/words")
@investor
def add_words(reference: str, pseudonym: str) -> ResponseReturnValue:
    """Add to it."""
    dispute, form = _dispute(reference, pseudonym), WordsForm(prefix="more")
    if form.submitted():
        with form.refusals(), transaction():
            answering.add_words(dispute=dispute, words=form.words.data or "", by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(dispute, more=form), 422
    flash("We have what you added.")
    return _back(dispute)


@bp.post("/disputes/<pseudonym>/review")
@investor
def ask_for_review(reference: str, pseudonym: str) -> ResponseReturnValue:
    """Have somebody else look again."""
    dispute, form = _dispute(reference, pseudonym), WordsForm(prefix="review")
    if form.submitted():
        with form.refusals(), transaction():
            answering.ask_for_review(dispute=dispute, words=form.words.data or "", by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(dispute, review=form), 422
    flash("Someone who did not work on it will look again.")
    return _back(dispute)


@bp.post("/disputes/<pseudonym>/withdraw")
@confirmed_investor
def withdraw(reference: str, pseudonym: str) -> ResponseReturnValue:
    """Take it back."""
    dispute, form = _dispute(reference, pseudonym), PressForm(prefix="withdraw")
    if form.submitted():
        with form.refusals(), transaction():
            answering.withdraw(dispute=dispute, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(dispute, press=form), 422
    flash("You took it back. You can tell us again at any time.")
    return _back(dispute)


def _file(incident: Incident, form: DisputeForm) -> Response:
    figures = {each.id: each for each in answerable(incident)}
    adjustment = figures.get(form.figures.data) or abort(400)
    complaint = form.complaint(adjustment.case.deal.currency, keep_attachment(form.file.data))
    try:
        with transaction():
            dispute = answering.file_dispute(
                adjustment=adjustment,
                complaint=complaint,
                person=signed_in(),
                key=form.key.data or "",
                at=clock.now(),
            )
            back = _back(dispute)
    except DisputedAlready as refusal:
        flash(str(refusal))
        return _back(refusal.dispute)
    flash("Thank you. We have what you told us.")
    return back


def _dispute(reference: str, pseudonym: str) -> Dispute:
    incident = told(reference)
    concerned = incidents.find_concerned(incident, signed_in(), on=clock.now().date())
    theirs = concerned.account_ids if concerned else frozenset()
    return answering.get_dispute_of(incident, pseudonym, account_ids=theirs)


def _back(dispute: Dispute) -> Response:
    reference = dispute.case.incident.reference
    return redirect(url_for("disputes.show", reference=reference, pseudonym=dispute.pseudonym), 303)


def _form_page(incident: Incident, form: DisputeForm) -> str:
    figures = answerable(incident)
    return render_template(
        "investor/disputes/new.html",
        incident=incident,
        form=form.offer(figures),
        contact=contact_of(incident),
        clock=answering.promised(incident, at=clock.now()),
        pays=any(answering.still_pays(each) for each in figures),
        largest_mb=answering.LARGEST_FILE // 1024 // 1024,
    )


def _page(
    dispute: Dispute, *, more: WordsForm | None = None, review: WordsForm | None = None, press: PressForm | None = None
) -> str:
    return render_template(
        "investor/disputes/show.html",
        page=dispute_page(dispute, signed_in(), clock.now()),
        contact=contact_of(dispute.case.incident),
        more=more or WordsForm(None, prefix="more"),
        review=review or WordsForm(None, prefix="review"),
        press=press or PressForm(None, prefix="withdraw"),
    )
