"""One settlement: how its money moved, what holds it, and giving it up."""

from contextlib import AbstractContextManager

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import identity, incidents, settlement
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import money
from app.settlement import HoldKind, Settlement
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm
from app.web.admin.money_forms import DecideForm, HoldForm, ReasonForm, UnclaimedForm
from app.web.admin.readers import readers

bp = Blueprint("money_settlements", __name__, url_prefix="/admin/incidents/<reference>/money/settlements/<pseudonym>")


@bp.get("")
@readers
def show(reference: str, pseudonym: str) -> ResponseReturnValue:
    """Its transfers, payments, holds and what can be done now."""
    return _page(reference, _get(reference, pseudonym), None)


@bp.get("/people/<int:person_id>")
@readers
def statement(reference: str, pseudonym: str, person_id: int) -> ResponseReturnValue:
    """The statement of somebody who acts for its account, as they read it."""
    of, on = _get(reference, pseudonym), clock.now().date()
    readers_of = {each.id: each for each in identity.list_readers(account=of.account, on=on)}
    whom = readers_of.get(person_id) or abort(404)
    found = money.find_statement(whom, on=on)
    back = url_for(".show", reference=reference, pseudonym=pseudonym)
    return render_template("support/statement.html", whom=whom, statement=found, back=back)


@bp.post("/hold")
@requires(Role.ADMIN, Role.LEGAL)
def hold(reference: str, pseudonym: str) -> ResponseReturnValue:
    """Hold it back, or the part in question."""
    held, form = _get(reference, pseudonym), HoldForm()
    form.currency = held.currency
    if form.submitted():
        with form.refusals(), transaction(), _moving(reference):
            settlement.hold(
                settlement=held,
                kind=HoldKind(form.kind.data),
                reason=form.reason.data or "",
                cents=form.cents(),
                until_on=form.until_on.data,
                by=signed_in(),
                at=clock.now(),
            )
    return _done(reference, held, form, "It is held back.")


@bp.post("/holds/<hold>/lift")
@requires(Role.ADMIN, Role.LEGAL)
def lift(reference: str, pseudonym: str, hold: str) -> ResponseReturnValue:
    """Let it go."""
    of, form = _get(reference, pseudonym), ReasonForm()
    held = settlement.get_hold(of, hold)
    if form.submitted():
        with form.refusals(), transaction(), _moving(reference):
            incidents.answering.lift_by_hand(
                incident=incidents.get_incident(reference),
                held=held,
                reason=form.reason.data or "",
                by=signed_in(),
                at=clock.now(),
            )
    return _done(reference, of, form, "The hold is lifted.")


@bp.post("/unclaimed")
@requires(Role.ADMIN)
def leave_unclaimed(reference: str, pseudonym: str) -> ResponseReturnValue:
    """Nobody takes what came back."""
    of, form = _get(reference, pseudonym), UnclaimedForm()
    if form.submitted() and form.since_on.data:
        since_on, reason = form.since_on.data, form.reason.data or ""
        with form.refusals(), transaction(), _moving(reference):
            settlement.leave_unclaimed(settlement=of, since_on=since_on, reason=reason, by=signed_in(), at=clock.now())
    return _done(reference, of, form, "It counts as unclaimed. It stays owed, and the next batch tries it again.")


@bp.post("/forgo")
@requires(Role.ADMIN, fresh=True)
def ask(reference: str, pseudonym: str) -> ResponseReturnValue:
    """Ask to write it off, or to waive it."""
    of, form = _get(reference, pseudonym), ReasonForm()
    if form.submitted():
        with form.refusals(), transaction(), _moving(reference):
            settlement.ask_to_forgo(settlement=of, reason=form.reason.data or "", by=signed_in(), at=clock.now())
    return _done(reference, of, form, "Asked for. Management or legal decides.")


@bp.post("/forgo/decide")
@requires(Role.MANAGEMENT, Role.LEGAL, fresh=True)
def decide(reference: str, pseudonym: str) -> ResponseReturnValue:
    """A second person decides what is given up."""
    of, form = _get(reference, pseudonym), DecideForm()
    asked = settlement.get_forgoing(of)
    if form.submitted():
        granted = form.decision.data == "grant"
        with form.refusals(), transaction(), _moving(reference):
            settlement.decide_forgoing(asked=asked, is_granted=granted, by=signed_in(), at=clock.now())
    return _done(reference, of, form, "Decided.")


def _moving(reference: str) -> AbstractContextManager[None]:
    return money.moving(incidents.get_incident(reference))


def _get(reference: str, pseudonym: str) -> Settlement:
    return money.get_settlement(incidents.get_incident(reference), pseudonym)


def _done(reference: str, of: Settlement, form: ActingForm, words: str) -> ResponseReturnValue:
    if form.all_errors():
        return _page(reference, of, form), 422
    flash(words)
    return redirect(url_for(".show", reference=reference, pseudonym=of.pseudonym))


def _page(reference: str, of: Settlement, form: ActingForm | None) -> str:
    return render_template(
        "admin/money/settlement.html",
        incident=incidents.get_incident(reference),
        settlement=of,
        transfers=settlement.list_transfers([of]),
        items=settlement.list_items(of),
        holds=settlement.list_every_hold(of),
        forgoing=settlement.find_forgoing(of),
        readers=identity.list_readers(account=of.account, on=clock.now().date()),
        form=form or ReasonForm(None),
        holding=form if isinstance(form, HoldForm) else HoldForm(None),
        leaving=form if isinstance(form, UnclaimedForm) else UnclaimedForm(None),
        reasoning=form if isinstance(form, ReasonForm) else ReasonForm(None),
        within="money",
    )
