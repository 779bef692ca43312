"""Composing messages and delivering them through the outbox."""

from app.notices.about_calls import CallLate, MissedCall
from app.notices.asked_for import (
    AddressChanged,
    AskedBy,
    BookingCancelled,
    BookingConfirmed,
    BookingMoved,
    CallReminder,
    Method,
    Probe,
    SignIn,
)
from app.notices.bounce_reports import NoReport
from app.notices.bounces import Taken, Verdict, take_report
from app.notices.checking import Channel, Genuine, check_number, find_by_notice_number
from app.notices.checkpoints import SignedCheckpoint, mail_checkpoint
from app.notices.composing import (
    AllClear,
    Contact,
    Correction,
    Coverage,
    EnteredDeal,
    FirstNotice,
    Notice,
    Reminder,
    Update,
)
from app.notices.delivery import Delivered, MayNotBeWrittenTo, deliver_due, send_probe
from app.notices.encoding import read_content
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
from app.notices.posting import Post, queue_all
from app.notices.queries import OutboxStatus, find_newest_notice, get_message, list_messages, status
from app.notices.reach_models import Bounce, Suppression, SuppressionCause
from app.notices.rendering import PLACEHOLDERS, WayIn, compose, preview
from app.notices.sign_in import answer_sign_in_requests, queue_sign_in, record_opening
from app.notices.suppression import CannotLift, find_suppression, get_suppression, lift, list_suppressions
from app.notices.switch import AlreadySwitched, let_go, release_held_back, retry_failed, stop_all
from app.notices.withdrawing import withdraw

__all__ = [
    "PLACEHOLDERS",
    "WAITING",
    "AddressChanged",
    "AllClear",
    "AlreadySwitched",
    "AskedBy",
    "Attempt",
    "BookingCancelled",
    "BookingConfirmed",
    "BookingMoved",
    "Bounce",
    "Brand",
    "CallLate",
    "CallReminder",
    "CannotLift",
    "Cash",
    "Channel",
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
    "Genuine",
    "Held",
    "InterestTerms",
    "Kind",
    "KnockOn",
    "Lane",
    "MayNotBeWrittenTo",
    "Message",
    "Method",
    "MissedCall",
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
    "Post",
    "Probe",
    "Refund",
    "Refused",
    "Reminder",
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
    "check_number",
    "compose",
    "deliver_due",
    "find_by_notice_number",
    "find_newest_notice",
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
    "queue_all",
    "queue_sign_in",
    "read_content",
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
    "withdraw",
]
