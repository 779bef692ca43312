"""What was erased from the log, for whoever reads that its figures hold: every erasure, as the log itself says it."""

from collections.abc import Iterator
from datetime import UTC

from sqlalchemy import select

from app import audit, identity
from app.audit import LoggedEvent
from app.core.db import session
from app.incidents.erasing import Erasure, ErasureState
from app.incidents.papers.attested import ErasedFact

PAGE = 500
NOT_ON_RECORD = "not on record"


def list_erased() -> list[ErasedFact]:
    """Every erasure of the whole log, oldest first: what is gone, who asked, who released it, when and why."""
    return [_describe(each) for each in reversed(list(_erasures()))]


def _erasures() -> Iterator[LoggedEvent]:
    before: int | None = None
    while page := audit.list_events(action="opening.erased", before=before, limit=PAGE):
        yield from page
        before = page[-1].idx


def _describe(logged: LoggedEvent) -> ErasedFact:
    entry, said = logged.event.entry, logged.event.said
    event = audit.get_event(entry["subject"].removeprefix("event:"))
    asked = _find_request(event.id, said["parts"])
    return ErasedFact(
        idx=audit.find_index(event),
        action=event.entry["action"],
        parts=said["parts"],
        asked_by=asked.asked_by.full_name if asked else NOT_ON_RECORD,
        asked_at=asked.asked_at.astimezone(UTC) if asked else None,
        asked_because=asked.reason if asked else "",
        released_by=_name(entry["actor"]),
        released_at=logged.event.at.astimezone(UTC),
        released_because=said["reason"],
        logged_as=logged.idx,
    )


def _find_request(event_id: str, parts: list[str]) -> Erasure | None:
    """A part is erased once, so the parts say which request it was."""
    released = select(Erasure).where(Erasure.event_id == event_id, Erasure.state == ErasureState.RELEASED)
    return next((each for each in session.scalars(released) if each.parts == parts), None)


def _name(actor: str) -> str:
    people = identity.list_people([actor.removeprefix("person:")])
    return people[0].full_name if people else actor
