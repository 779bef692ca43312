"""Legal's notes, and who else was told."""

from datetime import date, datetime, timedelta

import pytest

from app import incidents
from app.audit.catalogue import ACTIONS
from app.incidents import CannotRecord, Incident, Party
from tests.incidents.builders import Staff, an_incident, the_staff

CANARY = "privileged pelican"


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


@pytest.fixture
def incident(staff: Staff, at: datetime) -> Incident:
    return an_incident(staff, at=at)


def test_only_legal_makes_and_reads_notes(incident: Incident, staff: Staff, at: datetime) -> None:
    incidents.make_legal_note(incident=incident, text=CANARY, by=staff.legal, at=at)

    assert [note.text for note in incidents.list_legal_notes(incident, reader=staff.legal)] == [CANARY]
    for other in (staff.admin, staff.management, staff.auditor):
        assert incidents.list_legal_notes(incident, reader=other) == []
        with pytest.raises(CannotRecord, match="Only legal"):
            incidents.make_legal_note(incident=incident, text="Mine.", by=other, at=at)


def test_the_log_learns_that_a_note_was_made_and_nothing_of_what_it_says(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    assert ACTIONS["note.made"] == frozenset()

    incidents.make_legal_note(incident=incident, text=CANARY, by=staff.legal, at=at)

    with pytest.raises(CannotRecord, match="Write the note"):
        incidents.make_legal_note(incident=incident, text=" ", by=staff.legal, at=at)


def test_each_party_is_told_on_a_day_or_not_for_a_reason(incident: Incident, staff: Staff, at: datetime) -> None:
    def record(told_on: date | None, because: str) -> None:
        incidents.record_party(
            incident=incident, party=Party.INSURER, told_on=told_on, because=because, by=staff.legal, at=at
        )

    assert set(incidents.list_parties(incident).values()) == {None}
    for told_on, because in ((None, " "), (at.date(), "Both.")):
        with pytest.raises(CannotRecord, match="one of the two"):
            record(told_on, because)
    with pytest.raises(CannotRecord, match="in the future"):
        record(at.date() + timedelta(days=1), "")

    record(at.date(), "")
    record(None, "The policy covers no such loss.")

    line = incidents.list_parties(incident)[Party.INSURER]
    assert line is not None
    assert (line.told_on, line.because) == (None, "The policy covers no such loss.")
