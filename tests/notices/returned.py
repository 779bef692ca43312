"""Reports as mail servers send them back (RFC 3464), written out."""

REPORT = """\
From: Mail Delivery System <mailer-daemon@mx.example.com>
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: Sun, 22 Nov 2026 15:00:00 +0000
Message-ID: <1@mx.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain; charset=us-ascii

I am sorry to have to tell you that your message could not be delivered.

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Sun, 22 Nov 2026 15:00:00 +0000

Final-Recipient: rfc822; hugo@example.com
Action: {action}
Status: {status}
Diagnostic-Code: {says}

--report
Content-Type: text/rfc822-headers

Subject: We made a mistake that may affect your investment (INC-2026-003)
Message-ID: <ob-1@portal.example>

--report--
"""


def a_report(
    to: str, *, action: str = "failed", status: str = "5.1.1", says: str = "smtp; 550 5.1.1 no such user"
) -> bytes:
    """A report to the return path `to` about one recipient."""
    return REPORT.format(to=to, action=action, status=status, says=says).replace("\n", "\r\n").encode()
