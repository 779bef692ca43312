"""The audit log: its events, newest first, and what proves one of them."""

from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import audit, identity
from app.audit.catalogue import ACTIONS
from app.web.admin.readers import readers

bp = Blueprint("log", __name__, url_prefix="/admin/log")
PAGE = 50


@bp.get("")
@readers
def list_all() -> ResponseReturnValue:
    """A page of events, going on from an index, of one kind if asked."""
    action = request.args.get("action", "")
    events = audit.list_events(action=action, before=request.args.get("before", type=int), limit=PAGE)
    older = url_for(".list_all", action=action, before=events[-1].idx) if len(events) == PAGE else None
    return render_template(
        "admin/log/list.html",
        events=events,
        names=_names([each.event.entry["actor"] for each in events]),
        action=action,
        actions=list(ACTIONS),
        older=older,
        size=audit.log_size(),
        mark=audit.record_mark(),
    )


@bp.get("/<int:idx>")
@readers
def show(idx: int) -> ResponseReturnValue:
    """One event: what is hashed, what it says, and whether a signed checkpoint covers it."""
    event = audit.find_event_at(idx) or abort(404)
    proof, checkpoint = audit.proof_for(event), audit.find_newest_checkpoint()
    return render_template(
        "admin/log/event.html",
        idx=idx,
        event=event,
        names=_names([event.entry["actor"], event.entry["subject"]]),
        proof=proof.decode() if proof else None,
        checkpoint=checkpoint,
        size=audit.log_size(),
    )


def _names(mentioned: Sequence[str]) -> dict[str, str]:
    """The full names of the people among these audit names."""
    pseudonyms = {name.removeprefix("person:") for name in mentioned if name.startswith("person:")}
    return {person.audit_name: person.full_name for person in identity.list_people(pseudonyms)}
