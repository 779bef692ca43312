"""`kill-worker`: a delivering process killed again and again while the mail server misbehaves once in twenty messages.

What must hold: no message is lost; copies beyond the first are at most the kills and the acknowledgments that the
server lost, each is flagged, and all copies of a message carry one Message-ID.
"""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from app import identity, notices
from app.core import schema
from app.core.db import database_now, session, transaction
from app.identity import Person
from app.notices import Message, State
from faults.outcome import Tally
from faults.victims import a_portal, begin, deliver, finish, some
from tests.notices.contents import REFUND
from tests.notices.smtp import Postman, a_server

ONE_IN = 20
AT_RCPT = ("451 later", "550 no such user", "drop")
AT_DATA = ("451 later", "drop", "lose the answer", "hang")
LOST = "lose the answer"
Start = Callable[[], BaseProcess]


class Moody(Postman):
    """A server that misbehaves now and then, and counts the acknowledgments that it lost."""

    def __init__(self, numbers: random.Random) -> None:
        super().__init__()
        self.numbers, self.faults = numbers, Counter[str]()

    async def take_sender(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.at_rcpt, self.at_data = [], []
        if self.numbers.randrange(ONE_IN) == 0:
            place = self.numbers.choice([self.at_rcpt, self.at_data])
            fault = self.numbers.choice(AT_RCPT if place is self.at_rcpt else AT_DATA)
            place.append(fault)
            self.faults[fault] += 1
        return await super().take_sender(server, session, envelope, address, options)

    handle_MAIL = take_sender  # noqa: N815 - the name that aiosmtpd calls


def campaign(*, messages: int, kills: int, seed: int = 2026) -> Iterator[Tally]:
    """So many messages and kills, on SQLite."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/portal.db"
        schema.upgrade(url)
        with a_portal(url, folder):
            postman = Moody(random.Random(seed))
            queue_messages(messages)
            with a_server(postman) as port:
                start = partial(begin, deliver, url, str(folder), str(port))
                _kill_again_and_again(start, postman, messages // kills, kills)
                _deliver_the_rest(start)
            yield _judge(postman, messages, kills)


def queue_messages(count: int) -> None:
    with transaction():
        at = database_now()
        for number in range(count):
            person = Person(full_name=f"Reader {number}", email=f"r{number}@example.com", time_zone="UTC")
            session.add(person)
            session.flush()
            link = identity.open_notice_link(
                person=person,
                message_pseudonym=f"5f0c1b0e-0000-4000-8000-{number:012d}",
                opens="/corrections",
                expires_at=identity.notice_link_expires_at(last_named_at=at, at=at),
                at=at,
            )
            notices.queue(content=REFUND, person=person, subject_key="proposal", version=1, at=at, link=link)


def _kill_again_and_again(start: Start, postman: Moody, each: int, kills: int) -> None:
    """A process lives until a random number of further messages has arrived, about `each`, and dies wherever it is."""
    for _ in range(kills):
        victim = start()
        wanted = len(postman.accepted) + some(postman.numbers, 2 * each - 1)
        while len(postman.accepted) < wanted and victim.is_alive():
            time.sleep(0.002)
        time.sleep(postman.numbers.randrange(20) / 1000)
        victim.kill()
        victim.join()
        _let_time_pass()


def _deliver_the_rest(start: Start) -> None:
    while _still_waiting():
        _let_time_pass()
        finish(start())


def _let_time_pass() -> None:
    """Nobody is alive who holds a lease, so each has run out as far as anybody can tell."""
    with transaction():
        past = database_now() - timedelta(seconds=1)
        session.execute(update(Message).where(Message.state.in_(notices.WAITING)).values(due_at=past))


def _still_waiting() -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Message.state.in_(notices.WAITING))) or 0


def _judge(postman: Moody, messages: int, kills: int) -> Tally:
    copies = Counter(str(message_from_bytes(raw, policy=SMTP)["Message-ID"]) for raw in postman.accepted)
    found = session.scalars(select(Message)).all()
    arrived = {message: copies[f"<ob-{message.pseudonym}@portal.example>"] for message in found}
    extra = sum(copies.values()) - len(copies)
    lost = sum(not count and message.state is not State.FAILED for message, count in arrived.items())
    unflagged = sum(count > 1 and not message.may_be_repeated for message, count in arrived.items())
    strange = len(copies) - sum(count > 0 for count in arrived.values())
    excess = max(0, extra - kills - postman.faults[LOST])
    seen = Counter({str(message.state): 0 for message in found})
    seen.update(str(message.state) for message in found)
    seen |= Counter({"kills": kills, "lost": lost, "extra copies": extra, "acknowledgments lost": postman.faults[LOST]})
    seen |= Counter({f"fault {fault}": count for fault, count in postman.faults.items()})
    slipped = lost + unflagged + strange + excess
    return Tally(f"{messages} messages, {kills} kills", rounds=messages, slipped=slipped, seen=seen)
