"""Codes that people type: an authenticator's six digits, recovery codes, enrolment codes. Pure.

Printed codes are random base32 in groups of four: 80 bits or more, so a plain hash cannot be searched.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime

import pyotp

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""A clock may be off by one step in either direction."""
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I and O, which read like digits: 32 letters, 5 bits each."""
_BLANKS = re.compile(r"[\s-]+")


def step_of(at: datetime) -> int:
    """The time step of a moment (RFC 6238)."""
    return int(at.timestamp()) // STEP_SECONDS


def digits_of(secret: str, step: int) -> str:
    """What the app with this secret shows in that step."""
    return pyotp.TOTP(secret).generate_otp(step)


def find_step(secret: str, digits: str, at: datetime) -> int | None:
    """The step, at most one away from now, in which the app shows these digits."""
    now = step_of(at)
    near = range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1)
    return next((step for step in near if hmac.compare_digest(digits_of(secret, step), digits)), None)


def setup_address(secret: str, *, account: str, issuer: str) -> str:
    """The `otpauth://` address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def new_code(groups: int) -> str:
    """A random code of that many groups, as it is printed."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


def hash_typed(purpose: str, code: str) -> bytes:
    """The hash of a printed code, however its case, blanks and hyphens were typed."""
    return hashlib.sha256(f"{purpose}\0{_BLANKS.sub('', code).upper()}".encode()).digest()
