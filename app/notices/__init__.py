"""Composing messages and delivering them through the outbox."""

from app.notices.asked_for import BookingCancelled, BookingConfirmed, Method, Probe, SignIn
from app.notices.checkpoints import SignedCheckpoint, mail_checkpoint
from app.notices.composing import (
    AllClear,
    Contact,
    Correction,
    Coverage,
    EnteredDeal,
    FirstNotice,
    Notice,
    Offer,
    Refund,
    Unchanged,
    Update,
)
from app.notices.delivery import Delivered, MayNotBeWrittenTo, deliver_due, send_probe
from app.notices.kinds import Content, Kind, Lane
from app.notices.mime import Envelope, Outgoing, Words, seal
from app.notices.models import WAITING, Attempt, Message, Outcome, Outlet, State
from app.notices.office import Brand, Deferred, NotSent, Office, Refused, Render, Sender, Uncertain, Unreachable
from app.notices.operations import queue
from app.notices.queries import OutboxStatus, find_by_notice_number, get_message, list_messages, status
from app.notices.rendering import PLACEHOLDERS, WayIn, compose, preview
from app.notices.sign_in import answer_sign_in_requests, queue_sign_in, record_opening
from app.notices.switch import AlreadySwitched, let_go, release_held_back, retry_failed, stop_all

__all__ = [
    "PLACEHOLDERS",
    "WAITING",
    "AllClear",
    "AlreadySwitched",
    "Attempt",
    "BookingCancelled",
    "BookingConfirmed",
    "Brand",
    "Contact",
    "Content",
    "Correction",
    "Coverage",
    "Deferred",
    "Delivered",
    "EnteredDeal",
    "Envelope",
    "FirstNotice",
    "Kind",
    "Lane",
    "MayNotBeWrittenTo",
    "Message",
    "Method",
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
    "Uncertain",
    "Unchanged",
    "Unreachable",
    "Update",
    "WayIn",
    "Words",
    "answer_sign_in_requests",
    "compose",
    "deliver_due",
    "find_by_notice_number",
    "get_message",
    "let_go",
    "list_messages",
    "mail_checkpoint",
    "preview",
    "queue",
    "queue_sign_in",
    "record_opening",
    "release_held_back",
    "retry_failed",
    "seal",
    "send_probe",
    "status",
    "stop_all",
]
