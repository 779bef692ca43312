"""Support's disputes: the queue by when answers are due, and one of them with all that can be done."""

from collections.abc import Callable
from io import BytesIO

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.core import clock, files
from app.core.db import transaction
from app.identity import Role
from app.incidents import answering
from app.incidents.answering import Dispute, DisputeState, Verdict
from app.settings import Settings
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, PressForm
from app.web.support.dispute_forms import STARTERS, AnewForm, AnswerForm, CloseForm, PartForm, WordsForm, part_forms

bp = Blueprint("support_disputes", __name__, url_prefix="/support/disputes")
PAGE = 100
answerers = requires(Role.SUPPORT, Role.ADMIN)


@bp.get("")
@answerers
def queue() -> ResponseReturnValue:
    """What stands, by when the next step is due; or what is over."""
    is_over, skip = "over" in request.args, max(request.args.get("skip", 0, type=int), 0)
    read = answering.list_over if is_over else answering.list_queue
    found = read(at=clock.now(), skip=skip, at_most=PAGE + 1)
    return render_template(
        "support/disputes/queue.html", queue=found[:PAGE], is_over=is_over, skip=skip, page=PAGE, more=len(found) > PAGE
    )


@bp.get("/<int:dispute_id>")
@answerers
def show(dispute_id: int) -> ResponseReturnValue:
    """One of them."""
    return _page(answering.get_dispute(dispute_id))


@bp.post("/<int:dispute_id>/read")
@answerers
def mark_read(dispute_id: int) -> ResponseReturnValue:
    """Say that you have read it, and work on it."""
    return _act(dispute_id, PressForm(prefix="press"), answering.mark_read, "It is noted that you have read it.")


@bp.post("/<int:dispute_id>/reply")
@answerers
def reply(dispute_id: int) -> ResponseReturnValue:
    """Write to the investor."""
    form = WordsForm(prefix="reply")
    return _act(dispute_id, form, answering.reply, "The investor is told that there is something to read.", "words")


@bp.post("/<int:dispute_id>/part/<int:payout_id>")
@answerers
def narrow(dispute_id: int, payout_id: int) -> ResponseReturnValue:
    """Say how much of a payout is in question."""
    dispute, form = answering.get_dispute(dispute_id), PartForm(prefix=f"part-{payout_id}")
    form.currency = dispute.case.deal.currency
    if form.submitted():
        with form.refusals(), transaction():
            answering.narrow(
                dispute=dispute,
                parts={payout_id: form.cents()},
                words=form.words.data or "",
                by=signed_in(),
                at=clock.now(),
            )
    return _done(dispute, form, "The rest goes its way, and the investor is told.")


@bp.post("/<int:dispute_id>/answer")
@answerers
def answer(dispute_id: int) -> ResponseReturnValue:
    """Answer it."""
    dispute, form = answering.get_dispute(dispute_id), AnswerForm(prefix="answer")
    if form.submitted():
        with form.refusals(), transaction():
            say = answering.review if dispute.state is DisputeState.REVIEWING else answering.answer
            verdict, words = Verdict(form.verdict.data), form.words.data or ""
            say(dispute=dispute, verdict=verdict, words=words, by=signed_in(), at=clock.now())
    return _done(dispute, form, "The investor is told that there is an answer.")


@bp.post("/<int:dispute_id>/anew")
@answerers
def decide_anew(dispute_id: int) -> ResponseReturnValue:
    """Find that the figures we called wrong are right."""
    form = AnewForm(prefix="anew")
    return _act(dispute_id, form, answering.decide_anew, "The investor is told that there is an answer.", "words")


@bp.post("/<int:dispute_id>/close")
@answerers
def close(dispute_id: int) -> ResponseReturnValue:
    """End it; what waited goes its way."""
    return _act(dispute_id, CloseForm(prefix="close"), answering.close, "It is closed.", "reason")


@bp.post("/<int:dispute_id>/file")
@answerers
def file(dispute_id: int) -> ResponseReturnValue:
    """The file that came with it, to save; the log says who took it."""
    dispute, form = answering.get_dispute(dispute_id), PressForm(prefix="press")
    if not form.submitted():
        return _page(dispute), 422
    settings: Settings = current_app.extensions["settings"]
    with transaction():
        name, sha256 = answering.hand_out_file(dispute=dispute, to=signed_in(), at=clock.now())
        content = files.read(settings.files_dir, sha256)
    return send_file(BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=name)


def _act(dispute_id: int, form: ActingForm, act: Callable[..., None], says: str, *fields: str) -> ResponseReturnValue:
    """What needs no more than these fields of the form."""
    dispute = answering.get_dispute(dispute_id)
    if form.submitted():
        with form.refusals(), transaction():
            act(dispute=dispute, by=signed_in(), at=clock.now(), **form.typed(*fields))
    return _done(dispute, form, says)


def _done(dispute: Dispute, form: ActingForm, says: str) -> ResponseReturnValue:
    if form.all_errors():
        return _page(dispute, form), 422
    if not form.is_submitted():
        abort(400)
    flash(says)
    return redirect(url_for(".show", dispute_id=dispute.id), 303)


def _page(dispute: Dispute, wrong: ActingForm | None = None) -> str:
    at = clock.now()
    today = answering.today_in(dispute.case.incident, at)
    held = dict(answering.waiting_cents(answering.list_disputed(dispute), on=today))
    starter = STARTERS.get(request.args.get("start", ""), "")
    return render_template(
        "support/disputes/show.html",
        dispute=dispute,
        by_phone=answering.find_taken_as(dispute),
        taken_back=answering.find_taken_back(dispute),
        waiting=answering.list_waiting_for(dispute, at=at),
        today=today,
        is_worker=signed_in().id in dispute.workers,
        wrong=wrong,
        starters=STARTERS,
        press=PressForm(None, prefix="press"),
        reply=wrong if type(wrong) is WordsForm else WordsForm(None, prefix="reply", words=starter),
        answer=wrong if isinstance(wrong, AnswerForm) else AnswerForm(None, prefix="answer"),
        anew=wrong if isinstance(wrong, AnewForm) else AnewForm(None, prefix="anew"),
        close=wrong if isinstance(wrong, CloseForm) else CloseForm(None, prefix="close"),
        parts=part_forms(dispute, held, wrong),
    )
