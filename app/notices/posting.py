"""Putting the notices of many people into the outbox at once. Callers own the transaction; see `app.core.db`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core import signals
from app.core.bulk import insert_rows, is_among
from app.core.db import ring, session, table_of
from app.notices.composing import Notice
from app.notices.encoding import encode
from app.notices.kinds import Kind
from app.notices.models import Message, State
from app.notices.numbers import new_numbers
from app.notices.operations import ANSWERS_THE_FIRST, KEEP_TRYING

_MESSAGE = table_of(Message)


@dataclass(frozen=True)
class Post:
    """One notice to one person at their address; its link was made for the message of this pseudonym."""

    content: Notice
    person_id: int
    address: str
    pseudonym: str
    link_id: int


def queue_all(posts: Sequence[Post], *, subject_key: str, at: datetime) -> None:
    """As `queue` for each, none of them a rehearsal; nobody among them may be told of the subject already."""
    if not posts:
        return
    about = _about(posts)
    numbers = new_numbers(len(posts))
    first = _first_notices(about, [post.person_id for post in posts])
    same = {"subject_key": subject_key, "version": 1, "is_rehearsal": False, "incident_reference": about}
    same |= {"queued_at": at, "due_at": at, "give_up_at": at + KEEP_TRYING, "state": State.QUEUED}
    same |= {"fence": 0, "tries": 0, "may_be_repeated": False, "is_test": False, "reason": ""}
    rows = [same | _row(post, number, first) for post, number in zip(posts, numbers, strict=True)]
    insert_rows(_MESSAGE, rows)
    ring(signals.outbox_filled)


def _row(post: Post, number: str, first: Mapping[int, int]) -> dict[str, Any]:
    kind = post.content.kind
    return {
        "pseudonym": post.pseudonym,
        "notice_number": number,
        "kind": kind,
        "lane": post.content.lane,
        "person_id": post.person_id,
        "address": post.address,
        "context": encode(post.content),
        "link_id": post.link_id,
        "answers_id": first.get(post.person_id) if kind in ANSWERS_THE_FIRST else None,
    }


def _first_notices(reference: str, person_ids: Collection[int]) -> Mapping[int, int]:
    """The newest first notice of the incident to each person.

    Asked by the person alone, who has a few: to find one by its incident or kind SQLite would read everybody's.
    """
    sought = (reference, Kind.FIRST, False)
    columns = (Message.person_id, Message.id, Message.incident_reference, Message.kind, Message.is_rehearsal)
    theirs = select(*columns).where(is_among(Message.person_id, person_ids)).order_by(Message.id)
    return {person_id: id_ for person_id, id_, *found in session.execute(theirs) if tuple(found) == sought}


def _about(posts: Sequence[Post]) -> str:
    (reference,) = {post.content.reference for post in posts}
    return reference
