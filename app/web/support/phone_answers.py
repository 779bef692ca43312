"""`…/answers`: support records what somebody answered on a call, for those who answer by no other way."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import Proposal, answering
from app.incidents.answering import Complaint, Opening, PhoneKind
from app.scheduling import Booking
from app.web.access import requires, signed_in
from app.web.complaints import keep_attachment
from app.web.support.phone_forms import PhoneForm, by_value

bp = Blueprint("support_phone_answers", __name__, url_prefix="/support/calls/<int:call_id>/answers")


@bp.route("", methods=["GET", "POST"])
@requires(Role.SUPPORT)
def show(call_id: int) -> ResponseReturnValue:
    """What they can answer now, and one of it recorded; a second press changes nothing."""
    booking, form = scheduling.get_call(call_id), PhoneForm()
    openings = by_value(answering.list_openings(booking.person, at=clock.now()))
    if form.is_submitted() and answering.find_taken(booking, form.key.data or "") is not None:
        return redirect(url_for("support_calls.show", call_id=call_id), 303)
    if form.offer(openings).submitted():
        with form.refusals():
            _take(booking, openings[form.answer.data], form)
    if form.is_submitted() and not form.all_errors():
        flash("The answer is on the record, and we mail them that it is.")
        return redirect(url_for("support_calls.show", call_id=call_id), 303)
    return _page(booking, form), 422 if form.all_errors() else 200


def _take(booking: Booking, opening: Opening, form: PhoneForm) -> None:
    complaint = _complaint(opening, form)
    with transaction():
        answering.take_by_phone(
            booking=booking,
            opening=opening,
            complaint=complaint,
            reason=form.reason.data or "",
            by=signed_in(),
            key=form.key.data or "",
            at=clock.now(),
        )


def _complaint(opening: Opening, form: PhoneForm) -> Complaint | None:
    if opening.kind is not PhoneKind.DISPUTE or isinstance(opening.about, Proposal):
        return None
    return form.complaint(opening.about.case.deal.currency, keep_attachment(form.file.data))


def _page(booking: Booking, form: PhoneForm) -> str:
    return render_template(
        "support/phone_answers/show.html",
        call=booking,
        form=form,
        largest_mb=answering.LARGEST_FILE // 1024 // 1024,
        is_open=booking.took_place(clock.now()),
        taken=answering.list_taken_on(booking),
    )
