"""The demo's staff: who they are, what they may do, and how they sign in, all printed on the demo's page."""

import base64
from dataclasses import dataclass
from hashlib import sha256

from app.identity import Role

PASSWORD = "demo only: change nothing"


@dataclass(frozen=True)
class Member:
    """One member of the demo's staff; `hours` are an agent's on weekdays, in minutes of their own day."""

    full_name: str
    email: str
    role: Role
    zone: str
    hours: tuple[tuple[int, int], ...] = ()

    @property
    def authenticator_secret(self) -> str:
        """What this member's authenticator app holds. Anybody can work it out: it is for the demo only."""
        return base64.b32encode(sha256(f"demo only: {self.email}".encode()).digest()[:20]).decode()


ADMIN = Member("Nora Weiss", "nora@platform.example", Role.ADMIN, "America/New_York")
MANAGEMENT = Member("Marcus Bell", "marcus@platform.example", Role.MANAGEMENT, "America/New_York")
LEGAL = Member("Lena Ortiz", "lena@platform.example", Role.LEGAL, "America/New_York")
AUDITOR = Member("Ada Quinn", "ada@platform.example", Role.AUDITOR, "America/New_York")
SUPPORT = (
    Member(
        "Sam Carter", "sam@platform.example", Role.SUPPORT, "America/New_York", ((9 * 60, 12 * 60), (13 * 60, 17 * 60))
    ),
    Member("Tom Becker", "tom@platform.example", Role.SUPPORT, "Europe/Berlin", ((9 * 60, 750), (810, 17 * 60))),
    Member(
        "Priya Nair", "priya@platform.example", Role.SUPPORT, "Asia/Kolkata", ((10 * 60, 13 * 60), (14 * 60, 18 * 60))
    ),
)
STAFF = (ADMIN, MANAGEMENT, LEGAL, *SUPPORT, AUDITOR)
