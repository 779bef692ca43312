"""People who sign in by their links as fast as they are answered, and whether what was acknowledged is there."""

import random
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event

from app import audit
from faults.links import Sent, count_sessions, open_link
from faults.serving import Client, Served, address_of

CLIENTS = 6
PAUSE_SECONDS = 0.05
SIGNED_IN = "signin.signed_in"


@dataclass(frozen=True)
class Tried:
    """One try of one person: when it began, when it ended, and the last status, 0 where no answer came."""

    sent: Sent
    began: float
    ended: float
    status: int


@dataclass
class Load:
    """Signs everybody in, each by their own link, and tries again whatever was not answered."""

    served: Served
    waiting: deque[Sent]
    tried: list[Tried] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    @property
    def acknowledged(self) -> list[Sent]:
        """Who was told that they are signed in."""
        return [each.sent for each in self.tried if each.status == 303]

    @property
    def is_over(self) -> bool:
        """Whether nobody waits any more."""
        return not self.waiting

    def next_blow(self, numbers: random.Random, left: int) -> int:
        """How many shall be signed in when the next of `left` blows falls, at random, so that the others have room."""
        room = len(self.waiting) // (left + 1)
        return len(self.acknowledged) + 1 + numbers.randrange(max(1, 2 * room - 1))

    def wait_for(self, wanted: int) -> None:
        """Until so many are signed in, or nobody waits any more."""
        while len(self.acknowledged) < wanted and not self.is_over:
            time.sleep(0.005)

    @contextmanager
    def running(self) -> Iterator[None]:
        """While the block runs, and then until everybody was answered."""
        with ThreadPoolExecutor(CLIENTS) as threads:
            working = [threads.submit(self._work, number) for number in range(CLIENTS)]
            try:
                yield
            except BaseException:
                self.ended.set()
                raise
        for each in working:
            each.result()

    def _work(self, number: int) -> None:
        while self.waiting and not self.ended.is_set():
            try:
                sent = self.waiting.popleft()
            except IndexError:
                return
            began = time.monotonic()
            status = self._try(sent, number)
            self.tried.append(Tried(sent, began, time.monotonic(), status))
            if status == 0 or status >= 500:
                self.waiting.append(sent)
                time.sleep(PAUSE_SECONDS)

    def _try(self, sent: Sent, number: int) -> int:
        client = Client(self.served.port, address=address_of(sent.link_id * CLIENTS + number))
        try:
            opened = open_link(client, sent, {})
            return opened.send(client).status if opened.form["csrf_token"] else opened.page.status
        except (OSError, HTTPException):
            return 0


def begin_load(served: Served, links: Sequence[Sent]) -> Load:
    """All of them wait."""
    return Load(served, deque(links))


def judge(load: Load) -> Counter[str]:
    """What must not be: somebody told that they are signed in who is not, or a session without its audit event."""
    lost = sum(count_sessions(sent.person_id) == 0 for sent in load.acknowledged)
    sessions, events = count_sessions(), len(audit.list_events(action=SIGNED_IN, limit=1_000_000))
    return Counter({"acknowledged and lost": lost, "sessions without their event": abs(sessions - events)})
