"""One person who was not reached: what was tried, and every way to reach them."""

from collections.abc import Callable
from io import BytesIO

from flask import Blueprint, abort, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app import identity, incidents, notices, scheduling, settlement
from app.core import clock, files
from app.core.db import transaction
from app.identity import AddressChange, AskedBy, Person, Role
from app.identity.readdressing import (
    get_address_change,
    hand_out_letter,
    list_address_changes,
    list_answered_for,
    refuse_address,
)
from app.incidents import Incident, Proof, readdressing, unreached
from app.notices import LetterCause
from app.scheduling import Booking, BookingStatus
from app.settings import Settings
from app.settlement import Hold, HoldKind
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, PressForm, note_field, required

bp = Blueprint("reaching", __name__, url_prefix="/admin/incidents/<reference>/reached/<pseudonym>")
may_read = requires(Role.ADMIN, Role.SUPPORT, Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR)
may_act = requires(Role.ADMIN, Role.SUPPORT)
LONGEST_NAME = 200
UNKNOWN = "application/octet-stream"
"""A scan is whatever was sent in; it is saved, never shown."""


class LiftForm(ActingForm):
    """Why the address works again."""

    lift_reason = StringField("Why this address works again", validators=[required("Write why."), Length(max=500)])


class AddressForm(ActingForm):
    """Another address, and the call or letter that asked for it."""

    new_email = StringField("New email address", validators=[required("Write the new address."), Length(max=254)])
    asked_by = RadioField(
        "How were we asked?",
        choices={AskedBy.CALL.value: "In a call", AskedBy.LETTER.value: "By letter"},
        validators=[required("Say how we were asked.")],
    )
    call = SelectField("The call", validate_choice=True)
    letter = FileField("The letter, as a scan")
    reason = note_field("How you made sure that it was this person", "Write how you made sure.")


class RefuseForm(ActingForm):
    """Why a change of address is refused."""

    refusal = TextAreaField("Why it is refused", validators=[required("Write why."), Length(max=500)])


@bp.get("")
@may_read
def show(reference: str, pseudonym: str) -> ResponseReturnValue:
    """What was tried, and what can be done."""
    incident, person = _find(reference, pseudonym)
    return _page(incident, person, PressForm())


@bp.post("/letter")
@may_act
def write_letter(reference: str, pseudonym: str) -> ResponseReturnValue:
    """Queue a letter in place of the newest notice."""
    incident, person = _find(reference, pseudonym)
    missed = unreached.find_unreached(incident, person, at=clock.now()) or abort(404)
    form = PressForm()
    if form.submitted():
        cause = LetterCause.NOT_SEEN if missed.why is unreached.Why.NOT_SEEN else LetterCause.NOT_DELIVERED
        with transaction():
            queued = notices.queue_letter(message=missed.message, cause=cause, by=signed_in(), at=clock.now())
        if queued is None:
            form.form_errors.append("No postal address is known, or a letter is under way already.")
    return _answer(incident, person, form, "A letter is queued. Print it on the page of letters.")


@bp.post("/suppressions/<name>/lift")
@may_act
def lift(reference: str, pseudonym: str, name: str) -> ResponseReturnValue:
    """Write to the address again."""
    incident, person = _find(reference, pseudonym)
    form, found = LiftForm(), notices.get_suppression(name)
    if found.address != person.email:
        abort(404)
    if form.submitted():
        with form.refusals(), transaction():
            notices.lift(suppression=found, reason=form.lift_reason.data or "", by=signed_in(), at=clock.now())
            _send_missed(incident, person)
    return _answer(incident, person, form, "The address is written to again, and the notice is sent once more.")


def _send_missed(incident: Incident, person: Person) -> None:
    missed = unreached.find_unreached(incident, person, at=clock.now())
    if missed is not None:
        notices.send_again(message=missed.message, at=clock.now())


@bp.post("/address")
@may_act
def enter(reference: str, pseudonym: str) -> ResponseReturnValue:
    """Enter another address; somebody else releases it."""
    incident, person = _find(reference, pseudonym)
    form = _address_form(person)
    if form.submitted():
        with form.refusals():
            _enter(person, form)
    return _answer(incident, person, form, "Entered. Somebody else now releases or refuses it.")


def _enter(person: Person, form: AddressForm) -> None:
    new_email, reason = form.new_email.data or "", form.reason.data or ""
    if form.asked_by.data == AskedBy.CALL:
        call = next((each for each in _held_calls(person) if each.pseudonym == form.call.data), None)
        if call is None:
            raise readdressing.NotAskedFor("Choose the call in which this person asked for it.")
        with transaction():
            readdressing.enter_after_call(
                person=person, new_email=new_email, call=call, reason=reason, by=signed_in(), at=clock.now()
            )
        return
    letter = _keep_letter(form)
    with transaction():
        readdressing.enter_after_letter(
            person=person, new_email=new_email, letter=letter, reason=reason, by=signed_in(), at=clock.now()
        )


def _keep_letter(form: AddressForm) -> Proof:
    content = form.letter.data.read() if form.letter.data else b""
    if not content:
        raise readdressing.NotAskedFor("Add the letter as a scan.")
    settings: Settings = current_app.extensions["settings"]
    name = (form.letter.data.filename or "letter")[:LONGEST_NAME]
    return Proof(name=name, sha256=files.store(settings.files_dir, content))


@bp.post("/address/<name>/letter")
@may_act
def take_letter(reference: str, pseudonym: str, name: str) -> ResponseReturnValue:
    """The scan of the letter that asked for it, before the second person decides. A post, since taking it is logged."""
    _, person = _find(reference, pseudonym)
    change = _change(name, person)
    if change.letter_sha256 is None or not PressForm().submitted():
        abort(404)
    with transaction():
        hand_out_letter(change=change, to=signed_in(), at=clock.now())
        sha256 = change.letter_sha256
    settings: Settings = current_app.extensions["settings"]
    content = BytesIO(files.read(settings.files_dir, sha256))
    return send_file(content, mimetype=UNKNOWN, as_attachment=True, download_name=f"{reference}-letter-{sha256[:8]}")


@bp.post("/address/<name>/release")
@requires(Role.ADMIN, Role.SUPPORT, fresh=True)
def release(reference: str, pseudonym: str, name: str) -> ResponseReturnValue:
    """The second person's yes."""
    told = _how_the_old_address_is_told(_find(reference, pseudonym)[1])
    return _decide(
        reference,
        pseudonym,
        PressForm(),
        lambda incident, person: readdressing.release_address(
            incident=incident, change=_change(name, person), by=signed_in(), at=clock.now()
        ),
        f"The address is changed. {told} Nothing is paid to this person for 7 days.",
    )


@bp.post("/address/<name>/refuse")
@may_act
def refuse(reference: str, pseudonym: str, name: str) -> ResponseReturnValue:
    """The second person's no."""
    form = RefuseForm()
    return _decide(
        reference,
        pseudonym,
        form,
        lambda _, person: refuse_address(
            change=_change(name, person), reason=form.refusal.data or "", by=signed_in(), at=clock.now()
        ),
        "Refused. We go on writing to the old address.",
    )


def _how_the_old_address_is_told(person: Person) -> str:
    if notices.find_suppression(person.email) is None:
        return "The old one is told."
    if (person.postal_address or "").strip():
        return "Mail to the old one comes back, so a letter tells them: print and post it."
    return "Mail to the old one comes back, and no postal address is known: call them, so that they know."


def _decide(
    reference: str, pseudonym: str, form: ActingForm, decide: Callable[[Incident, Person], object], done: str
) -> ResponseReturnValue:
    incident, person = _find(reference, pseudonym)
    if form.submitted():
        with form.refusals(), transaction():
            decide(incident, person)
    return _answer(incident, person, form, done)


def _change(name: str, person: Person) -> AddressChange:
    return get_address_change(name, person=person)


def _find(reference: str, pseudonym: str) -> tuple[Incident, Person]:
    """Both, where the incident concerns the person; nobody else is found here."""
    incident, person = incidents.get_incident(reference), identity.get_person(pseudonym)
    if incidents.find_concerned(incident, person, clock.now().date()) is None:
        abort(404)
    return incident, person


def _held_calls(person: Person) -> list[Booking]:
    return [each for each in scheduling.list_calls_of(person) if each.status is BookingStatus.DONE]


def _address_form(person: Person) -> AddressForm:
    form = AddressForm()
    form.call.choices = {"": "No call"} | {
        each.pseudonym: f"{each.starts_at:%Y-%m-%d %H:%M} UTC, {each.agent.full_name}" for each in _held_calls(person)
    }
    return form


def _answer(incident: Incident, person: Person, form: ActingForm, done: str) -> ResponseReturnValue:
    if form.all_errors():
        return _page(incident, person, form), 422
    flash(done)
    return redirect(url_for(".show", reference=incident.reference, pseudonym=person.pseudonym))


def _holds(person: Person) -> list[Hold]:
    """What keeps payments to the accounts that the person answers for, the longest first."""
    today = clock.now().date()
    accounts = list_answered_for(person=person, on=today)
    found = settlement.list_holds(settlement.list_settlements(accounts), on=today)
    kept = (each for holds in found.values() for each in holds if each.kind is HoldKind.ADDRESS)
    return sorted(kept, key=lambda each: each.until_on or today, reverse=True)


def _page(incident: Incident, person: Person, form: ActingForm) -> str:
    now = clock.now()
    return render_template(
        "admin/reaching/show.html",
        incident=incident,
        investor=person,
        form=form,
        address_form=form if isinstance(form, AddressForm) else _address_form(person),
        lift_form=form if isinstance(form, LiftForm) else LiftForm(None),
        refuse_form=form if isinstance(form, RefuseForm) else RefuseForm(None),
        pressing=PressForm(),
        missed=unreached.find_unreached(incident, person, at=now),
        messages=notices.list_messages(person=person, incident_reference=incident.reference, is_rehearsal=False),
        suppressions=notices.list_suppressions([person.email]),
        changes=list_address_changes(person),
        holds=_holds(person),
        may_act=bool(signed_in().roles & {Role.ADMIN, Role.SUPPORT}),
    )
