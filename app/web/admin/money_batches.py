"""One batch of payments: prepared by one person, released by another, its file taken and answered."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from app import incidents, settlement
from app.core import clock
from app.core.db import transaction
from app.core.money import format_money
from app.identity import Role
from app.incidents import money
from app.settlement import Batch
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, PressForm
from app.web.admin.money import money_page
from app.web.admin.money_forms import AnswerForm, ClearForm, ReasonForm, ReleaseForm
from app.web.admin.readers import readers

bp = Blueprint("money_batches", __name__, url_prefix="/admin/incidents/<reference>/money")


@bp.get("/batches/<number>")
@readers
def show(reference: str, number: str) -> ResponseReturnValue:
    """Every payment of it, and what can be done now."""
    return _page(reference, _get(reference, number), None)


@bp.post("/batches/<number>/release")
@requires(Role.MANAGEMENT, Role.LEGAL, fresh=True)
def release(reference: str, number: str) -> ResponseReturnValue:
    """A second person lets the money go."""
    incident, batch, form = incidents.get_incident(reference), _get(reference, number), ReleaseForm()
    if form.submitted():
        seen = form.digest_seen.data or ""
        with form.refusals(), transaction():
            money.release_batch(incident=incident, batch=batch, digest_seen=seen, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(reference, batch, form), 422
    flash(f"You released batch {number}. An admin can take its file to the payment system.")
    return redirect(url_for(".show", reference=reference, number=number))


@bp.post("/batches/<number>/file")
@requires(Role.ADMIN, fresh=True)
def take(reference: str, number: str) -> ResponseReturnValue:
    """The file for the payment system. A post, since with it the money is on its way."""
    batch, form = _get(reference, number), PressForm()
    content = b""
    if form.submitted():
        with form.refusals(), transaction(), money.moving(incidents.get_incident(reference)):
            content = settlement.take_file(batch=batch, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(reference, batch, form), 422
    return send_file(BytesIO(content), mimetype="text/csv", as_attachment=True, download_name=f"{number}.csv")


@bp.post("/batches/<number>/withdraw")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL, fresh=True)
def withdraw(reference: str, number: str) -> ResponseReturnValue:
    """Take a batch back before anybody took its file."""
    batch, form = _get(reference, number), ReasonForm()
    if form.submitted():
        with form.refusals(), transaction(), money.moving(incidents.get_incident(reference)):
            settlement.withdraw(batch=batch, reason=form.reason.data or "", by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(reference, batch, form), 422
    flash(f"Batch {number} is withdrawn. What it would have paid can be prepared again.")
    return redirect(url_for("money.show", reference=reference))


@bp.post("/answers")
@requires(Role.ADMIN)
def answer(reference: str) -> ResponseReturnValue:
    """Take in what the payment system answered."""
    incident, form = incidents.get_incident(reference), AnswerForm()
    if form.submitted():
        name, content = form.file.data.filename or "answer.csv", form.file.data.read()
        with form.refusals(), transaction():
            file = money.take_answer(incident=incident, name=name, content=content, by=signed_in(), at=clock.now())
    if form.all_errors():
        return money_page(incident, form), 422
    return redirect(url_for(".show_answer", reference=reference, pseudonym=file.pseudonym))


@bp.get("/answers/<pseudonym>")
@readers
def show_answer(reference: str, pseudonym: str) -> ResponseReturnValue:
    """What was booked of a file, and what is left over."""
    return _answer_page(reference, pseudonym, ClearForm(None))


@bp.post("/answers/<pseudonym>/clear")
@requires(Role.ADMIN)
def clear(reference: str, pseudonym: str) -> ResponseReturnValue:
    """Say what was done about the rows that were left over."""
    file, form = money.get_answer_file(incidents.get_incident(reference), pseudonym), ClearForm()
    if form.submitted():
        with form.refusals(), transaction():
            settlement.clear_leftovers(file=file, note=form.reason.data or "", by=signed_in(), at=clock.now())
    if form.all_errors():
        return _answer_page(reference, pseudonym, form), 422
    flash("Written down.")
    return redirect(url_for(".show_answer", reference=reference, pseudonym=pseudonym))


def _get(reference: str, number: str) -> Batch:
    return money.get_batch(incidents.get_incident(reference), number)


def _page(reference: str, batch: Batch, form: ActingForm | None) -> str:
    return render_template(
        "admin/money/batch.html",
        incident=incidents.get_incident(reference),
        batch=batch,
        totals_in_words=[format_money(cents, currency) for currency, cents in settlement.totals_of(batch).items()],
        form=form or PressForm(None),
        releasing=form if isinstance(form, ReleaseForm) else ReleaseForm(None, digest_seen=batch.digest),
        withdrawing=form if isinstance(form, ReasonForm) else ReasonForm(None),
        pressing=PressForm(None),
        within="money",
    )


def _answer_page(reference: str, pseudonym: str, form: ClearForm) -> str:
    incident = incidents.get_incident(reference)
    file = money.get_answer_file(incident, pseudonym)
    return render_template("admin/money/answer.html", incident=incident, file=file, form=form, within="money")
