"""What stands beside an incident: legal's privileged notes, and who else was told. Callers own the transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person, Role
from app.incidents.models import Incident
from app.incidents.signing_models import LegalNote, Party, PartyTold


class CannotRecord(DomainError):
    """The note or the line of the checklist cannot be recorded like this."""


def make_legal_note(*, incident: Incident, text: str, by: Person, at: datetime) -> LegalNote:
    """Keep a privileged note of legal. The log learns that one was made, never what it says. Raises CannotRecord."""
    if Role.LEGAL not in by.roles:
        raise CannotRecord("Only legal keeps notes here.")
    if not text.strip():
        raise CannotRecord("Write the note.")
    note = LegalNote(incident_id=incident.id, text=text, by_id=by.id, at=at)
    session.add(note)
    session.flush()
    audit.record(action="note.made", actor=by, subject=incident, at=at)
    return note


def list_legal_notes(incident: Incident, *, reader: Person) -> Sequence[LegalNote]:
    """The notes, newest first, for a reader who is legal; for anybody else none."""
    if Role.LEGAL not in reader.roles:
        return []
    notes = select(LegalNote).where(LegalNote.incident_id == incident.id).order_by(LegalNote.id.desc())
    return session.scalars(notes.options(joinedload(LegalNote.by))).all()


def record_party(
    *, incident: Incident, party: Party, told_on: date | None, because: str, by: Person, at: datetime
) -> PartyTold:
    """That somebody else was told on a day, or why they need not be; a second record replaces the first.

    Raises CannotRecord.
    """
    session.refresh(incident, with_for_update=True)
    because = because.strip()
    if (told_on is None) == (not because):
        raise CannotRecord("Give the day on which they were told, or write why they need not be: one of the two.")
    if told_on is not None and told_on > at.date():
        raise CannotRecord("This day lies in the future. Record it once they were told.")
    line = session.scalar(select(PartyTold).where(PartyTold.incident_id == incident.id, PartyTold.party == party))
    line = line or PartyTold(incident_id=incident.id, party=party)
    line.told_on, line.because, line.by_id, line.at = told_on, because, by.id, at
    session.add(line)
    session.flush()
    parts = {"party": party.value, "told_on": told_on.isoformat() if told_on else None, "because": because}
    audit.record(action="party.recorded", actor=by, subject=incident, at=at, **parts)
    return line


def list_parties(incident: Incident) -> Mapping[Party, PartyTold | None]:
    """The checklist in its order; None where nothing is recorded yet."""
    lines = select(PartyTold).where(PartyTold.incident_id == incident.id).options(joinedload(PartyTold.by))
    found = {line.party: line for line in session.scalars(lines)}
    return {party: found.get(party) for party in Party}
