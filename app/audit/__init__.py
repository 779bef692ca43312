"""The audit log: events in the business transaction, leaves in a Merkle tree, checkpoints outside the database."""

from app.audit.models import AuditEvent
from app.audit.operations import Subject, log_origin, record, shell_actor
from app.audit.queries import (
    LoggedEvent,
    consistency_path,
    find_event_at,
    find_index,
    find_newest_checkpoint,
    get_event,
    list_events,
    log_size,
    proof_for,
    receipt_for,
    record_mark,
)

__all__ = [
    "AuditEvent",
    "LoggedEvent",
    "Subject",
    "consistency_path",
    "find_event_at",
    "find_index",
    "find_newest_checkpoint",
    "get_event",
    "list_events",
    "log_origin",
    "log_size",
    "proof_for",
    "receipt_for",
    "record",
    "record_mark",
    "shell_actor",
]
