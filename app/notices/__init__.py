"""Composing messages and delivering them through the outbox."""

from app.notices.asked_for import BookingCancelled, BookingConfirmed, Method, Probe, SignIn
from app.notices.bounce_reports import NoReport
from app.notices.bounces import Taken, Verdict, take_report
from app.notices.checkpoints import SignedCheckpoint, mail_checkpoint
from app.notices.composing import (
    AllClear,
    Contact,
    Correction,
    Coverage,
    EnteredDeal,
    FirstNotice,
    Notice,
    Update,
)
from app.notices.delivery import Delivered, MayNotBeWrittenTo, deliver_due, send_probe
from app.notices.kinds import Content, Kind, Lane
from app.notices.mail_files import NoMailbox, read_mail_bytes, read_mails
from app.notices.mime import Envelope, Outgoing, Words, seal
from app.notices.models import WAITING, Attempt, Message, Outcome, Outlet, State
from app.notices.office import Brand, Deferred, NotSent, Office, Refused, Render, Sender, Uncertain, Unreachable
from app.notices.operations import queue
from app.notices.outcomes import (
    Cash,
    Claim,
    Distribution,
    Held,
    InterestTerms,
    KnockOn,
    NewRound,
    NoAction,
    Offer,
    Refund,
    Unchanged,
    Waived,
)
from app.notices.queries import OutboxStatus, find_by_notice_number, get_message, list_messages, status
from app.notices.reach_models import Bounce, Suppression, SuppressionCause
from app.notices.rendering import PLACEHOLDERS, WayIn, compose, preview
from app.notices.sign_in import answer_sign_in_requests, queue_sign_in, record_opening
from app.notices.suppression import CannotLift, find_suppression, get_suppression, lift, list_suppressions
from app.notices.switch import AlreadySwitched, let_go, release_held_back, retry_failed, stop_all

__all__ = [
    "PLACEHOLDERS",
    "WAITING",
    "AllClear",
    "AlreadySwitched",
    "Attempt",
    "BookingCancelled",
    "BookingConfirmed",
    "Bounce",
    "Brand",
    "CannotLift",
    "Cash",
    "Claim",
    "Contact",
    "Content",
    "Correction",
    "Coverage",
    "Deferred",
    "Delivered",
    "Distribution",
    "EnteredDeal",
    "Envelope",
    "FirstNotice",
    "Held",
    "InterestTerms",
    "Kind",
    "KnockOn",
    "Lane",
    "MayNotBeWrittenTo",
    "Message",
    "Method",
    "NewRound",
    "NoAction",
    "NoMailbox",
    "NoReport",
    "NotSent",
    "Notice",
    "Offer",
    "Office",
    "OutboxStatus",
    "Outcome",
    "Outgoing",
    "Outlet",
    "Probe",
    "Refund",
    "Refused",
    "Render",
    "Sender",
    "SignIn",
    "SignedCheckpoint",
    "State",
    "Suppression",
    "SuppressionCause",
    "Taken",
    "Uncertain",
    "Unchanged",
    "Unreachable",
    "Update",
    "Verdict",
    "Waived",
    "WayIn",
    "Words",
    "answer_sign_in_requests",
    "compose",
    "deliver_due",
    "find_by_notice_number",
    "find_suppression",
    "get_message",
    "get_suppression",
    "let_go",
    "lift",
    "list_messages",
    "list_suppressions",
    "mail_checkpoint",
    "preview",
    "queue",
    "queue_sign_in",
    "read_mail_bytes",
    "read_mails",
    "record_opening",
    "release_held_back",
    "retry_failed",
    "seal",
    "send_probe",
    "status",
    "stop_all",
    "take_report",
]
