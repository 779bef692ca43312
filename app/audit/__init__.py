"""The audit log: events in the business transaction, leaves in a Merkle tree, checkpoints outside the database."""

from app.audit.anchors import AnchorBusy, AnchorUnreadable, FileAnchor
from app.audit.continuing import CannotContinue, Continued, continue_log, next_origin
from app.audit.counsel import find_newest_mail, keep_mailed, keep_not_taken, take_checkpoint_to_mail
from app.audit.findings import (
    Log,
    LogFinding,
    Source,
    find_alarm,
    keep_refusal,
    keep_signing,
    keep_verdict,
    list_findings,
    refuse_after_bad_verdict,
)
from app.audit.models import AuditCheckpoint, AuditEvent
from app.audit.operations import Subject, erase_openings, log_origin, record, shell_actor
from app.audit.queries import (
    BrokenTree,
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
from app.audit.signing import BadKeyFile, WillNotSign, find_verifier, make_key_file, read_key_file, sign_checkpoint
from app.audit.tiles import CannotExport, export_tiles
from app.audit.triggers import differing as differing_triggers
from app.audit.verdicts import Finding, Verdict
from app.audit.verification import verify
from app.tlog.note import VerifierKey

__all__ = [
    "AnchorBusy",
    "AnchorUnreadable",
    "AuditCheckpoint",
    "AuditEvent",
    "BadKeyFile",
    "BrokenTree",
    "CannotContinue",
    "CannotExport",
    "Continued",
    "FileAnchor",
    "Finding",
    "Log",
    "LogFinding",
    "LoggedEvent",
    "Source",
    "Subject",
    "Verdict",
    "VerifierKey",
    "WillNotSign",
    "consistency_path",
    "continue_log",
    "differing_triggers",
    "erase_openings",
    "export_tiles",
    "find_alarm",
    "find_event_at",
    "find_index",
    "find_newest_checkpoint",
    "find_newest_mail",
    "find_verifier",
    "get_event",
    "keep_mailed",
    "keep_not_taken",
    "keep_refusal",
    "keep_signing",
    "keep_verdict",
    "list_events",
    "list_findings",
    "log_origin",
    "log_size",
    "make_key_file",
    "next_origin",
    "proof_for",
    "read_key_file",
    "receipt_for",
    "record",
    "record_mark",
    "refuse_after_bad_verdict",
    "shell_actor",
    "sign_checkpoint",
    "take_checkpoint_to_mail",
    "verify",
]
