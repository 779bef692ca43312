"""Who works here: in which roles, since when, by whose word, and with what they sign in. Admins ask for changes."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import Length

from app import identity, notices
from app.core import clock
from app.core.db import transaction
from app.identity import APPROVERS, Person, Role, StaffChange
from app.notices import AccessChange
from app.web.access import is_fresh, requires, signed_in
from app.web.admin.forms import ActingForm, PressForm, note_field, required, zones
from app.web.admin.readers import readers

bp = Blueprint("people", __name__, url_prefix="/admin/people")
ROLES = {role.value: role.label for role in Role}


class NewMemberForm(ActingForm):
    """Somebody who starts to work here."""

    full_name = StringField("Full name", validators=[required("Give the full name."), Length(max=200)])
    email = EmailField("Email address", validators=[required("Give the address."), Length(max=254)])
    role = SelectField("Role", choices=ROLES, coerce=Role)
    time_zone = SelectField("Time zone")


class RoleForm(ActingForm):
    """One more role, and why."""

    role = SelectField("Role", choices=ROLES, coerce=Role)
    reason = note_field("Why", "Write why; it goes into the audit log.")


class ReasonForm(ActingForm):
    """Why something is taken away."""

    reason = note_field("Why", "Write why; it goes into the audit log.")


@bp.get("")
@readers
def list_all() -> ResponseReturnValue:
    """Everybody, and what waits for an approver."""
    return _list()


@bp.route("/new", methods=["GET", "POST"])
@requires(Role.ADMIN, fresh=True)
def new() -> ResponseReturnValue:
    """Add somebody; the enrolment code stands in the answer, this once."""
    form = NewMemberForm()
    form.time_zone.choices = zones()
    if form.submitted():
        with form.refusals(), transaction():
            person = identity.create_staff(**_newcomer(form), by=signed_in(), at=clock.now())
            code = identity.issue_enrolment(person=person, by=signed_in(), at=clock.now())
        if not form.all_errors():
            return render_template("admin/people/code.html", member=person, code=code)
    return render_template("admin/people/new.html", form=form), 422 if form.all_errors() else 200


@bp.get("/<pseudonym>")
@readers
def show(pseudonym: str) -> ResponseReturnValue:
    """One member of staff."""
    return _member(identity.get_member(pseudonym))


@bp.post("/<pseudonym>/roles")
@requires(Role.ADMIN, fresh=True)
def give(pseudonym: str) -> ResponseReturnValue:
    """Give a role; an approver's waits."""
    form, member = RoleForm(), identity.get_member(pseudonym)
    done = _act(form, lambda: _give(member, **form.typed("role", "reason")))
    if form.all_errors():
        return _member(member, giving=form), 422
    waits = " An approver of the other kind has to confirm it." if done else ""
    return _back(member, f"You asked for the role.{waits}" if done else "The role is given.")


@bp.post("/<pseudonym>/roles/<role>/withdraw")
@requires(Role.ADMIN, fresh=True)
def withdraw(pseudonym: str, role: str) -> ResponseReturnValue:
    """Take a role away, at once."""
    form, member = PressForm(), identity.get_member(pseudonym)
    _act(form, lambda: _withdraw(member, _role(role)))
    return _back(member, "The role is taken away.") if not form.all_errors() else (_member(member, pressed=form), 422)


@bp.post("/<pseudonym>/reset")
@requires(Role.ADMIN, fresh=True)
def reset(pseudonym: str) -> ResponseReturnValue:
    """Take password and factors from somebody who lost them; an approver's reset waits."""
    form, member = ReasonForm(prefix="reset-"), identity.get_member(pseudonym)
    code = _act(form, lambda: _reset(member, form.typed("reason")))
    if form.all_errors():
        return _member(member, resetting=form), 422
    if code:
        return render_template("admin/people/code.html", member=member, code=code)
    return _back(member, "You asked for the reset. An approver of the other kind has to confirm it.")


@bp.post("/<pseudonym>/disable")
@requires(Role.ADMIN, fresh=True)
def disable(pseudonym: str) -> ResponseReturnValue:
    """Close the access: roles and sessions end at once."""
    form, member = ReasonForm(prefix="close-"), identity.get_member(pseudonym)
    _act(form, lambda: identity.disable_staff(person=member, **form.typed("reason"), **_now()))
    return _back(member, "The access is closed.") if not form.all_errors() else (_member(member, closing=form), 422)


@bp.post("/changes/<pseudonym>/confirm")
@requires(*APPROVERS, fresh=True)
def confirm(pseudonym: str) -> ResponseReturnValue:
    """An approver of the other kind puts it in force."""
    form, change = PressForm(), identity.get_change(pseudonym)
    code = _act(form, lambda: _confirm(change))
    if form.all_errors():
        return _list(form), 422
    if code:
        return render_template("admin/people/code.html", member=change.person, code=code)
    return _back(change.person, "You confirmed it. The role counts from now on.")


@bp.post("/changes/<pseudonym>/refuse")
@requires(*APPROVERS, fresh=True)
def refuse(pseudonym: str) -> ResponseReturnValue:
    """An approver of the other kind says no."""
    form, change = PressForm(), identity.get_change(pseudonym)
    _act(form, lambda: identity.refuse_change(change=change, **_now()))
    return _back(change.person, "You refused it.") if not form.all_errors() else (_list(form), 422)


def _now() -> dict[str, Any]:
    return {"by": signed_in(), "at": clock.now()}


def _role(text: str) -> Role:
    found = next((role for role in Role if role.value == text), None)
    return found or abort(404)


def _newcomer(form: NewMemberForm) -> dict[str, Any]:
    return form.typed("full_name", "email", "time_zone") | {"roles": [form.role.data]}


def _act(form: ActingForm, operation: Callable[[], Any]) -> Any:
    """What the operation gave; a refusal stands in the form's errors."""
    if not form.submitted():
        return None
    with form.refusals(), transaction():
        return operation()


def _give(member: Person, *, role: Role, reason: str) -> StaffChange | None:
    """Whoever is given a role is told at once; of an approver's role, once it is confirmed."""
    waiting = identity.grant_role(person=member, role=role, reason=reason, **_now())
    if waiting is None:
        _tell_of_role(member, AccessChange.ROLE_GIVEN, role)
    return waiting


def _withdraw(member: Person, role: Role) -> None:
    identity.withdraw_role(person=member, role=role, **_now())
    _tell_of_role(member, AccessChange.ROLE_TAKEN, role)


def _tell_of_role(member: Person, change: AccessChange, role: Role) -> None:
    notices.queue_role_changed(person=member, change=change, role=role, at=clock.now())


def _reset(member: Person, given: Mapping[str, Any]) -> str | None:
    return _told_of_reset(member, identity.reset_factors(person=member, **given, **_now()))


def _confirm(change: StaffChange) -> str | None:
    code = identity.confirm_change(change=change, **_now())
    if change.role:
        _tell_of_role(change.person, AccessChange.ROLE_GIVEN, change.role)
    return _told_of_reset(change.person, code)


def _told_of_reset(member: Person, code: str | None) -> str | None:
    """Where there is a code, everything was taken from them: they are told by mail, without it."""
    if code:
        notices.queue_access_changed(person=member, change=AccessChange.RESET, at=clock.now())
    return code


def _back(member: Person, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for(".show", pseudonym=member.pseudonym), 303)


def _list(pressed: PressForm | None = None) -> str:
    at = clock.now()
    waiting = identity.list_open_changes()
    members = identity.list_staff_ever()
    return render_template(
        "admin/people/list.html",
        staff=members,
        factors={each.id: identity.factors_of(each) for each in members},
        last_sign_ins=identity.last_sign_ins(),
        waiting=waiting,
        mine={each.id for each in waiting if identity.may_decide_change(each, signed_in(), at)},
        pressed=pressed or PressForm(None),
        is_fresh=is_fresh(),
    )


def _member(member: Person, **forms: ActingForm) -> str:
    return render_template(
        "admin/people/show.html",
        member=member,
        factors=identity.factors_of(member),
        last_sign_in=identity.last_sign_ins().get(member.id),
        changes=identity.list_changes(member),
        signs_since={role: identity.signs_since(member, role) for role in APPROVERS & member.roles},
        giving=forms.get("giving") or RoleForm(None),
        resetting=forms.get("resetting") or ReasonForm(None, prefix="reset-"),
        closing=forms.get("closing") or ReasonForm(None, prefix="close-"),
        pressed=forms.get("pressed") or PressForm(None),
        is_fresh=is_fresh(),
    )
