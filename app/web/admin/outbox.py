"""The outbox: how it stands, the red switch, lanes that are held, and what could not leave within 72 hours."""

from collections.abc import Callable, Mapping
from functools import partial

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import AnyOf, Length

from app import notices
from app.core import clock
from app.core.db import database_now, transaction
from app.core.text import plural
from app.identity import Role
from app.notices import Lane
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, PressForm, required
from app.web.admin.readers import readers
from app.web.admin.texts import mail_to

bp = Blueprint("outbox", __name__, url_prefix="/admin/mail")
MOVES: Mapping[str, Callable[..., None]] = {
    "go": notices.let_go,
    **{f"hold {lane}": partial(notices.hold_lane, lane=lane) for lane in Lane},
    **{f"free {lane}": partial(notices.free_lane, lane=lane) for lane in Lane},
}
"""What an admin can do to delivery, by the value of the button."""


class ReasonForm(ActingForm):
    """Why mail is stopped or let go."""

    reason = StringField("Why", validators=[required("Write why; it goes into the audit log."), Length(max=300)])


class MoveForm(ReasonForm):
    """The button says what: everything goes on, or one lane is held or freed."""

    to = StringField(validators=[AnyOf(sorted(MOVES), "Press one of the buttons.")])


@bp.get("")
@readers
def show() -> ResponseReturnValue:
    """How it stands."""
    return _page()


@bp.post("/stop")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL)
def stop() -> ResponseReturnValue:
    """Nothing leaves any more, from the next message on."""
    form = ReasonForm(prefix="stop")
    if form.submitted():
        with form.refusals(), transaction():
            notices.stop_all(by=signed_in(), **form.typed("reason"), at=clock.now())
    if form.all_errors():
        return _page(stopping=form), 422
    flash("Mail is stopped. Messages go on being queued; nothing leaves.")
    return redirect(url_for(".show"))


@bp.post("")
@requires(Role.ADMIN)
def move() -> ResponseReturnValue:
    """Let mail go on, hold a lane or free it."""
    form = MoveForm(prefix="move")
    if form.submitted():
        with form.refusals(), transaction():
            MOVES[form.to.data or ""](by=signed_in(), **form.typed("reason"), at=clock.now())
    if form.all_errors():
        return _page(moving=form), 422
    return redirect(url_for(".show"))


@bp.post("/retry")
@requires(Role.ADMIN)
def retry() -> ResponseReturnValue:
    """Try what could not leave within 72 hours again, and nothing else."""
    form = PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            count = notices.retry_overdue(by=signed_in(), reason="From the page of the outbox.", at=database_now())
            notices.note_overdue(at=database_now())
    if form.all_errors():
        return _page(pressing=form), 422
    flash(f"{plural(count, 'message')} will be tried again.")
    return redirect(url_for(".show"))


def _page(stopping: ReasonForm | None = None, moving: MoveForm | None = None, pressing: PressForm | None = None) -> str:
    now, found = database_now(), notices.status()
    return render_template(
        "admin/outbox/show.html",
        found=found,
        is_pausing=found.paused_until is not None and found.paused_until > now,
        mail_to=mail_to(),
        overdue=notices.list_overdue(at=now),
        overdue_count=notices.count_overdue(at=now),
        stopping=stopping or ReasonForm(None, prefix="stop"),
        moving=moving or MoveForm(None, prefix="move"),
        pressing=pressing or PressForm(None),
    )
