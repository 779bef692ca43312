"""Investors at their browsers, one page after the other: they come in by mail and leave with a receipt."""

import random
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import SMTP
from http.client import HTTPException
from threading import Condition, Event
from typing import Any
from urllib.parse import urlsplit

from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import VerifierKey
from app.tlog.receipt import check_receipt
from faults.callers import HIDDEN, PHONE
from faults.serving import Answer, Client
from tests.journeys.postbox import Mail

LINK_SUBJECT = "Your link to sign in"
MAIL_WITHIN_SECONDS = 120
LONGEST_THOUGHT_SECONDS = 0.4
LOOKS = 60
"""How often somebody looks whether their proof file is ready."""
START = re.compile(r'name="start"[^>]*\bvalue="([^"]+)"')


class Letterbox:
    """Takes all mail, and keeps for each address the sign-in mail that came last."""

    def __init__(self) -> None:
        self.taken = 0
        self._newest: dict[str, Mail] = {}
        self._arrival = Condition()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        mails = [Mail(to, message_from_bytes(envelope.original_content, policy=SMTP)) for to in envelope.rcpt_tos]
        with self._arrival:
            self.taken += len(mails)
            self._newest.update({mail.to: mail for mail in mails if mail.subject.startswith(LINK_SUBJECT)})
            self._arrival.notify_all()
        return "250 kept"

    def forget(self, to: str) -> None:
        """What came before is of no use any more."""
        with self._arrival:
            self._newest.pop(to, None)

    def wait_for(self, to: str) -> Mail | None:
        """The sign-in mail to this address; None when none came."""
        with self._arrival:
            self._arrival.wait_for(lambda: to in self._newest, MAIL_WITHIN_SECONDS)
            return self._newest.get(to)


@dataclass
class Seen:
    """Every answer that anybody got, and what else must be counted. Threads share it; counting under the lock."""

    counts: Counter[str] = field(default_factory=Counter)
    _lock: Condition = field(default_factory=Condition)

    def add(self, what: str) -> None:
        """One more of it."""
        with self._lock:
            self.counts[what] += 1

    def answer(self, status: int) -> None:
        """An answer with this status, 0 where none came."""
        self.add(f"status {status}" if status else "no answer")


@dataclass
class Browser:
    """Keeps its cookies, follows no redirect, and thinks for a moment before each request."""

    client: Client
    seen: Seen
    ended: Event
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._send("GET", path, None)

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """Send a form."""
        return self._send("POST", path, form)

    def fill(self, path: str, **typed: str) -> Answer:
        """Open the page and send its form, to the same path, with this typed in."""
        return self.post(path.partition("?")[0], hidden_in(self.get(path)) | typed)

    def _send(self, method: str, path: str, form: Mapping[str, str] | None) -> Answer:
        self.ended.wait(random.uniform(0, LONGEST_THOUGHT_SECONDS))
        try:
            answer = self.client.send(method, path, cookies=self.cookies, form=form)
        except (OSError, HTTPException):
            answer = Answer(0, (), b"")
        self.seen.answer(answer.status)
        self.cookies.update(answer.cookies)
        return answer


def hidden_in(answer: Answer) -> dict[str, str]:
    """The hidden fields of a page."""
    return dict(HIDDEN.findall(answer.body.decode()))


def path_of(answer: Answer) -> str:
    """Where a redirect leads, on the portal itself."""
    return urlsplit(answer.header("Location")).path


@dataclass(frozen=True)
class Investor:
    """Somebody with figures to read: where their mail goes, and how the log is checked that gives them receipts."""

    email: str
    reference: str
    letterbox: Letterbox
    verifier: VerifierKey

    def visit(self, browser: Browser) -> None:
        """Sign in, read, say so, keep the proof, book a call and cancel it, and leave."""
        if self._sign_in(browser):
            page = f"/corrections/{self.reference}"
            for path in ("/corrections", page, "/statement", "/sessions"):
                browser.get(path)
            self._keep_proof(browser, path_of(browser.post(f"{page}/read", hidden_in(browser.get(page)))))
            self._call(browser)
            browser.post("/sign-out", hidden_in(browser.get("/corrections")))
            browser.seen.add("visits")

    def _sign_in(self, browser: Browser) -> bool:
        self.letterbox.forget(self.email)
        if browser.fill("/sign-in", email=self.email).status != 303:
            browser.seen.add("sent away at sign-in")
            return False
        mail = self.letterbox.wait_for(self.email)
        if mail is None:
            browser.seen.add("links that never came")
            return False
        return browser.fill(urlsplit(mail.link).path, code=mail.code).status == 303

    def _keep_proof(self, browser: Browser, receipt: str) -> None:
        """Look until a checkpoint covers it, as the page does by itself."""
        if not receipt.startswith("/receipts/"):
            browser.seen.add("readings without a receipt")
            return
        for _ in range(LOOKS):
            page = browser.get(receipt)
            if page.status == 200 and not page.header("Refresh"):
                proof = browser.get(f"{receipt}.tlog-proof")
                browser.seen.add("receipts that verify" if self._is_genuine(proof) else "receipts that do not verify")
                return
            time.sleep(1)
        browser.seen.add("receipts without proof")

    def _is_genuine(self, proof: Answer) -> bool:
        try:
            check_receipt(proof.body.decode(), self.verifier)
        except (Malformed, NotVerified):
            return False
        return True

    def _call(self, browser: Browser) -> None:
        choosing = browser.get(f"/calls/new?zone=UTC&case={self.reference}")
        starts = START.findall(choosing.body.decode())
        if choosing.status != 200 or not starts:
            browser.seen.add("found no time to call")
            return
        held = browser.post("/calls/new", hidden_in(choosing) | {"start": random.choice(starts)})
        if held.status == 302 and browser.fill(path_of(held), phone=PHONE).status == 302:
            browser.get(path_of(held))
            browser.fill(f"{path_of(held)}/cancel")
            browser.seen.add("calls booked")
