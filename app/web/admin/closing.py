"""Closing an incident: what is missing with its remedy, what is let go, the archive, and two people."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from app import identity, incidents
from app.core import clock, files
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident, closing, money
from app.incidents.closing import Closing, Where
from app.settings import Settings
from app.web.access import is_fresh, requires, signed_in
from app.web.admin.forms import ActingForm, PressForm, note_field, required
from app.web.admin.readers import readers
from app.web.forms import DayField

bp = Blueprint("closing", __name__, url_prefix="/admin/incidents/<reference>/close")
REMEDIES: Mapping[Where, tuple[str, str]] = {
    Where.PUBLISH: ("publishing.show", "Publish"),
    Where.SIGN: ("signing.show", "Sign"),
    Where.REACHED: ("reached.show", "Who has been reached"),
    Where.MONEY: ("money.show", "Money"),
    Where.DISPUTES: ("support_disputes.queue", "Disputes"),
    Where.BOOKS: ("books.show", "The platform’s own books"),
    Where.TOLD: ("parties.show", "Who else must be told"),
}
AT_MOST = 100


class LetGoForm(ActingForm):
    """Why the incident is closed without it."""

    reason = note_field("Why it is let go", "Write why it is let go; it stands in the closing document.")


class AskForm(ActingForm):
    """Why it can be closed now."""

    mail_until = DayField("Keep its mail until", validators=[required("Give the last day on which its mail is kept.")])
    note = note_field("Why it can be closed", "Write why the incident can be closed.")


class WithdrawForm(ActingForm):
    """Why it is no incident after all."""

    why = note_field("Why it is withdrawn", "Write why this is no incident after all.")


class ForgetForm(ActingForm):
    """Why what was written is forgotten."""

    because = note_field("Why it is forgotten now", "Write why what was written is forgotten now.")


class CloseForm(ActingForm):
    """The archive that the page showed, and the day until which mail is kept."""

    archive_seen = HiddenField(validators=[required("Read the page as it is now, and press again.")])
    mail_until_seen = DayField(widget=HiddenInput(), validators=[Optional()])


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """What is missing, what is let go, and the archive."""
    return _page(incidents.get_incident(reference), None)


@bp.post("/let-go/<kind>/<pseudonym>")
@requires(Role.ADMIN)
def let_go(reference: str, kind: str, pseudonym: str) -> ResponseReturnValue:
    """Put one person or one settlement on the exceptions list."""
    incident, form = incidents.get_incident(reference), LetGoForm()
    if form.submitted():
        facts: dict[str, Any] = {
            "incident": incident,
            "reason": form.reason.data or "",
            "by": signed_in(),
            "at": clock.now(),
        }
        with form.refusals(), transaction():
            if kind == "person":
                closing.except_person(person=identity.get_person(pseudonym), **facts)
            elif kind == "settlement":
                closing.except_settlement(settlement=money.get_settlement(incident, pseudonym), **facts)
            else:
                abort(404)
    return _done(incident, form, "It is on the exceptions list.")


@bp.post("/ask")
@requires(Role.ADMIN, fresh=True)
def ask(reference: str) -> ResponseReturnValue:
    """Ask management or legal to close."""
    incident, form = incidents.get_incident(reference), AskForm()
    archive = closing.find_archive(incident) or abort(404)
    mail_until = form.mail_until.data
    if form.submitted() and mail_until is not None:
        facts: dict[str, Any] = {"archive": archive, "note": form.note.data or "", "by": signed_in(), "at": clock.now()}
        with form.refusals(), transaction():
            closing.ask_to_close(incident=incident, mail_until=mail_until, **facts)
    return _done(incident, form, "You asked to close it. Management or legal closes it on this archive.")


@bp.post("/confirm")
@requires(Role.MANAGEMENT, Role.LEGAL, fresh=True)
def confirm(reference: str) -> ResponseReturnValue:
    """Close it."""
    incident, form = incidents.get_incident(reference), CloseForm()
    asked = closing.find_closing(incident) or abort(404)
    if form.submitted():
        with form.refusals(), transaction():
            closing.close(
                asked=asked,
                archive_seen=form.archive_seen.data or "",
                mail_until_seen=form.mail_until_seen.data,
                by=signed_in(),
                at=clock.now(),
            )
    return _done(incident, form, f"{reference} is closed. No money moves any more, and every page stays.")


@bp.post("/withdraw")
@requires(Role.ADMIN, fresh=True)
def withdraw(reference: str) -> ResponseReturnValue:
    """End it before anybody was told."""
    incident, form = incidents.get_incident(reference), WithdrawForm()
    if form.submitted():
        with form.refusals(), transaction():
            closing.withdraw(incident=incident, reason=form.why.data or "", by=signed_in(), at=clock.now())
    return _done(incident, form, f"{reference} is withdrawn. Nobody was told of it.")


@bp.post("/forget-mail")
@requires(Role.LEGAL, fresh=True)
def forget_mail(reference: str) -> ResponseReturnValue:
    """Forget the words of its mail and letters."""
    incident, form = incidents.get_incident(reference), ForgetForm()
    asked = closing.find_closing(incident) or abort(404)
    settings: Settings = current_app.extensions["settings"]
    if form.submitted():
        remove = partial(files.remove, settings.files_dir)
        facts: dict[str, Any] = {"reason": form.because.data or "", "by": signed_in(), "at": clock.now()}
        with form.refusals(), transaction():
            closing.forget_mail(closing=asked, remove=remove, **facts)
    return _done(incident, form, "Forgotten. The log keeps the proof of each mail.")


def _done(incident: Incident, form: ActingForm, words: str) -> ResponseReturnValue:
    if form.all_errors():
        return _page(incident, form), 422
    flash(words)
    return redirect(url_for(".show", reference=incident.reference))


def _page(incident: Incident, form: ActingForm | None) -> str:
    archive, asked = closing.find_archive(incident), closing.find_closing(incident)
    return render_template(
        "admin/closing/show.html",
        incident=incident,
        blockers=closing.find_blockers(incident, at=clock.now()),
        remedies=REMEDIES,
        gaps=closing.find_gaps(incident, at=clock.now()),
        at_most=AT_MOST,
        deals=closing.conserve(incident),
        archive=archive,
        is_current=archive is not None and closing.is_current(incident, archive),
        asked=asked,
        form=form or PressForm(None),
        letting=form if isinstance(form, LetGoForm) else LetGoForm(None),
        asking=form if isinstance(form, AskForm) else AskForm(None),
        may_be_withdrawn=closing.may_be_withdrawn(incident),
        withdrawal=closing.find_withdrawal(incident),
        withdrawing=form if isinstance(form, WithdrawForm) else WithdrawForm(None),
        forgetting=form if isinstance(form, ForgetForm) else ForgetForm(None),
        today=clock.now().astimezone(ZoneInfo(incident.zone)).date(),
        confirming=_confirming(asked),
        pressing=PressForm(None),
        is_fresh=is_fresh(),
    )


def _confirming(asked: Closing | None) -> CloseForm:
    if asked is None:
        return CloseForm(None)
    return CloseForm(None, archive_seen=asked.archive_sha256, mail_until_seen=asked.mail_until)
