"""Closing an incident: what is missing, what is let go with a reason, the archive, and two people who close it;

or withdrawing it before anybody was told.
"""

from app.incidents.closing.blockers import Blocker, Where, find_blockers
from app.incidents.closing.completeness import Gap, Gaps, find_gaps
from app.incidents.closing.conservation import Conserved, conserve
from app.incidents.closing.excepting import CannotExcept, except_person, except_settlement
from app.incidents.closing.forgetting import forget_mail
from app.incidents.closing.models import Closing, Excepted, Withdrawal
from app.incidents.closing.operations import CannotClose, ask_to_close, close, find_archive, find_closing, is_current
from app.incidents.closing.withdrawing import CannotWithdraw, find_withdrawal, may_be_withdrawn, withdraw

__all__ = [
    "Blocker",
    "CannotClose",
    "CannotExcept",
    "CannotWithdraw",
    "Closing",
    "Conserved",
    "Excepted",
    "Gap",
    "Gaps",
    "Where",
    "Withdrawal",
    "ask_to_close",
    "close",
    "conserve",
    "except_person",
    "except_settlement",
    "find_archive",
    "find_blockers",
    "find_closing",
    "find_gaps",
    "find_withdrawal",
    "forget_mail",
    "is_current",
    "may_be_withdrawn",
    "withdraw",
]
