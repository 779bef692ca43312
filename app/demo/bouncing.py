"""The demo's mail server for an address that does not exist any more: it takes the mail, then sends a report back."""

import mailbox
from pathlib import Path
from typing import Protocol

from aiosmtpd.smtp import SMTP, Envelope, Session

GONE = frozenset({"ines@example.com"})
"""Whose mailboxes were closed: the one address of the story that bounces."""
REPORT = """\
From: Mail Delivery System <mailer-daemon@mx.example.com>
To: <{to}>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered: the mailbox was closed.

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 This mailbox was closed

--report--
"""


class Keeper(Protocol):
    """What aiosmtpd hands a message to."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        ...


class Bouncing:
    """Lets `keeper` have the mail, if there is one; reports about closed mailboxes land in the Maildir `folder`."""

    def __init__(self, keeper: Keeper | None, folder: Path) -> None:
        self._keeper = keeper
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Answer as a server does that only finds out later."""
        gone = [address for address in envelope.rcpt_tos if address.lower() in GONE]
        for address in gone:
            self._report(envelope.mail_from or "", address)
        if gone or self._keeper is None:
            return "250 OK"
        return await self._keeper.handle_DATA(server, session, envelope)

    def _report(self, to: str, recipient: str) -> None:
        mailbox.Maildir(self._folder, create=True).add(REPORT.format(to=to, recipient=recipient).encode())
