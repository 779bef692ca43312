"""The audit log: its events, newest first, what proves one of them, and the whole of it as a file."""

import json
from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, abort, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from app import audit, identity
from app.audit.catalogue import ACTIONS
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.tlog.encoding import to_base64
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, PressForm
from app.web.admin.log_forms import ErasureForm
from app.web.admin.readers import readers

bp = Blueprint("log", __name__, url_prefix="/admin/log")
PAGE = 50
EXPORTED_AT_ONCE = 500


@bp.get("")
@readers
def list_all() -> ResponseReturnValue:
    """A page of events, going on from an index; of one kind, or about one person or thing, if asked."""
    action, about = request.args.get("action", ""), request.args.get("about", "").strip()
    before = request.args.get("before", type=int)
    events = _events(action, about, before if before is None else max(0, min(before, audit.log_size())), PAGE)
    older = url_for(".list_all", action=action, about=about, before=events[-1].idx) if len(events) == PAGE else None
    return render_template(
        "admin/log/list.html",
        events=events,
        names=_names([each.event.entry["actor"] for each in events]),
        action=action,
        about=about,
        actions=list(ACTIONS),
        older=older,
        size=audit.log_size(),
        mark=audit.record_mark(),
        form=PressForm(None),
    )


@bp.get("/<int:idx>")
@readers
def show(idx: int) -> ResponseReturnValue:
    """One event: what is hashed, what it says, and whether a signed checkpoint covers it."""
    event = find_event(idx)
    return event_page(idx, event, ErasureForm.for_event(event))


@bp.post("/export")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR)
def export() -> ResponseReturnValue:
    """The events that the filter shows, one JSON object a line, newest first. That they were taken out is logged."""
    form = PressForm()
    if not form.submitted():
        abort(400)
    action, about = request.form.get("action", ""), request.form.get("about", "").strip()
    with transaction():
        name = f"log.ndjson {action} {about}".strip()
        audit.record(action="export.made", actor=signed_in(), subject=audit.Log(), at=clock.now(), name=name)
    headers = {"Content-Disposition": 'attachment; filename="log.ndjson"'}
    return Response(stream_with_context(_lines(action, about)), mimetype="application/x-ndjson", headers=headers)


def event_page(idx: int, event: audit.AuditEvent, form: ActingForm) -> str:
    """The page of one event; `form` asks for an erasure."""
    proof = audit.proof_for(event)
    return render_template(
        "admin/log/event.html",
        idx=idx,
        event=event,
        names=_names([event.entry["actor"], event.entry["subject"]]),
        proof=proof.decode() if proof else None,
        checkpoint=audit.find_newest_checkpoint(),
        size=audit.log_size(),
        form=form,
    )


def find_event(idx: int) -> audit.AuditEvent:
    """The event in that place; 404 beyond the log, however far."""
    return (audit.find_event_at(idx) if idx < audit.log_size() else None) or abort(404)


def _events(action: str, about: str, before: int | None, limit: int) -> list[audit.LoggedEvent]:
    person = identity.find_person_by_email(about) if "@" in about else None
    mentions = [person.audit_name if person else about] if about else []
    return audit.list_events(mentions=mentions, action=action, before=before, limit=limit)


def _lines(action: str, about: str) -> Iterator[str]:
    before = None
    while events := _events(action, about, before, EXPORTED_AT_ONCE):
        for each in events:
            yield json.dumps(_exported(each), ensure_ascii=False) + "\n"
        before = events[-1].idx


def _exported(logged: audit.LoggedEvent) -> dict[str, object]:
    event = logged.event
    openings = {each.part: {"salt": to_base64(each.salt), "value": each.value.decode()} for each in event.opened}
    return {
        "index": logged.idx,
        "leaf": event.leaf.decode(),
        "leaf_hash": to_base64(event.leaf_hash),
        "openings": openings,
    }


def _names(mentioned: Sequence[str]) -> dict[str, str]:
    """The full names of the people among these audit names."""
    pseudonyms = {name.removeprefix("person:") for name in mentioned if name.startswith("person:")}
    return {person.audit_name: person.full_name for person in identity.list_people(pseudonyms)}
