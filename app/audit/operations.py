"""Recording what happened. Callers own the transaction; see `app.core.db`."""

import getpass
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import delete
from uuid_utils import uuid7

from app.audit.appending import wait_for_commit
from app.audit.leaves import write_leaf
from app.audit.models import AuditEvent, AuditOpening, Recorded
from app.core.db import session
from app.tlog.commitments import Opening
from app.tlog.encoding import JSON
from app.tlog.tree import hash_leaf


class Subject(Protocol):
    """What the log may name."""

    @property
    def audit_name(self) -> str:
        """`kind:uuid`, the uuid random."""


def record(*, action: str, actor: Subject | str, subject: Subject, at: datetime, **parts: JSON) -> Recorded:
    """Write down that `actor` did `action` to `subject`; it stands or falls with the open transaction.

    `action` and the names of its parts are those of `app.audit.catalogue`; an actor that is no row is
    `shell:<OS user>` or `system:<name>`. Raises ValueError for other words and Malformed for a value that is
    no JSON, RuntimeError outside a transaction.
    """
    return record_in(origin=log_origin(), action=action, actor=actor, subject=subject, at=at, **parts)


def record_in(
    *, origin: str, action: str, actor: Subject | str, subject: Subject, at: datetime, **parts: JSON
) -> Recorded:
    """As `record`, in the log of that name; only for opening another (`app.audit.continuing`)."""
    if not session.info.get("writing"):
        raise RuntimeError("an event is recorded inside a transaction")
    openings = Opening.of_all(parts)
    event_id = str(uuid7())
    leaf = write_leaf(
        origin=origin,
        event_id=event_id,
        at=at,
        action=action,
        actor=actor if isinstance(actor, str) else actor.audit_name,
        subject=subject.audit_name,
        commitments={opening.part: opening.commitment for opening in openings},
    )
    recorded = Recorded(event_id, leaf, hash_leaf(leaf), openings)
    wait_for_commit(recorded)
    return recorded


def erase_openings(*, event: AuditEvent, parts: Sequence[str], reason: str, by: Subject, at: datetime) -> None:
    """Delete what the event says in these parts, and record that they were erased. Who may is the caller's to know."""
    record(action="opening.erased", actor=by, subject=event, at=at, parts=list(parts), reason=reason)
    gone = delete(AuditOpening).where(AuditOpening.event_id == event.id, AuditOpening.part.in_(parts))
    session.execute(gone, execution_options={"synchronize_session": False})
    session.expire(event)


def log_origin() -> str:
    """The name of the log that the database keeps: the setting AUDIT_ORIGIN, which the engine carries."""
    return str(session.get_bind().get_execution_options()["audit_origin"])


def shell_actor() -> str:
    """Who runs a command: `shell:<OS user>`."""
    return "shell:" + re.sub(r"[^A-Za-z0-9._-]", "_", getpass.getuser())[:60]
