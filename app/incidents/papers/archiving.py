"""The archive of an incident: all that shows it was put right in one file, the same bytes for the same state."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from app import audit, settlement
from app.core.csv_files import write_csv
from app.core.errors import DomainError
from app.incidents import books
from app.incidents.audience import list_concerned
from app.incidents.models import Incident
from app.incidents.money.listing import write_settlements, write_tax
from app.incidents.money.reading import list_batches
from app.incidents.money.statement import find_statement
from app.incidents.papers.attesting import print_attestation
from app.incidents.papers.closing_facts import gather
from app.incidents.papers.dossier import print_dossier
from app.incidents.papers.press import Paper, Press, as_json, as_pdf
from app.incidents.papers.timeline import find_checkpoint_over, list_happenings
from app.incidents.proposal_models import Proposal

SUMS = "SHA256SUMS"


class CannotArchive(DomainError):
    """The archive cannot be made yet."""


def print_archive(incident: Incident, press: Press) -> Sequence[Paper]:
    """The archive, and beside it the closing document as JSON and PDF. Raises CannotArchive, CannotRender."""
    proposal = books.find_corrected(incident)
    if proposal is None:
        raise CannotArchive("No correction is published to everybody yet, so there is nothing to archive.")
    attestation = print_attestation(incident, press)
    _check_holds(attestation)
    closing = print_closing(incident, proposal, press)
    papers = [*closing, *print_dossier(incident, press), *attestation, *_lists(incident, proposal)]
    content = pack([*((paper.name, paper.content) for paper in papers), *_log(incident)])
    return [Paper(f"{incident.reference}-archive.zip", "application/zip", content), *closing]


def print_closing(incident: Incident, proposal: Proposal, press: Press) -> list[Paper]:
    """The closing document as JSON and PDF."""
    facts = gather(incident, proposal)
    name = f"{incident.reference}-closing"
    data = as_json(name, facts)
    context = {"closing": facts, "sha256": data.sha256, "zone": incident.zone}
    title = f"Closing of {incident.reference}"
    return [data, as_pdf(name, press, "papers/closing.html", context, title=title, at=facts.as_of)]


def pack(files: Sequence[tuple[str, bytes]]) -> bytes:
    """One uncompressed zip: the hashes of all files first, then the files, with no time of day in it."""
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for name, content in ((SUMS, sums.encode()), *files):
            archive.writestr(ZipInfo(name), content)
    return packed.getvalue()


def _check_holds(attestation: Sequence[Paper]) -> None:
    found = json.loads(attestation[0].content)
    failing = [f"{check['what']}: {check['says']}" for check in found["checks"] if not check["holds"]]
    if failing:
        raise CannotArchive("\n".join(["The attestation does not hold, so nothing is closed on it.", *failing]))


def _lists(incident: Incident, proposal: Proposal) -> Iterator[Paper]:
    name, last_on = incident.reference, proposal.due_by
    content = books.write_books(books.list_lines(proposal), version=proposal.version)
    yield Paper(f"{name}-books.csv", "text/csv", content)
    yield Paper(f"{name}-settlements.csv", "text/csv", write_settlements(incident, on=last_on))
    yield Paper(f"{name}-tax.csv", "text/csv", write_tax(incident, on=last_on))
    yield Paper(f"{name}-statements.csv", "text/csv", _statements(incident, proposal))
    for batch in reversed(list_batches(incident)):
        if batch.sent_at is not None:
            yield Paper(f"batches/{batch.number}.csv", "text/csv", settlement.file_of(batch))


def _statements(incident: Incident, proposal: Proposal) -> bytes:
    """The SHA-256 of each person's statement as canonical JSON, under their pseudonym: what they read, unread here."""
    rows = []
    for each in list_concerned(incident, proposal.notice_on):
        statement = find_statement(each.person, on=proposal.notice_on, among=[incident])
        rows.append([each.person.audit_name, as_json("statement", statement).sha256])
    return write_csv(("person", "sha256"), rows)


def _log(incident: Incident) -> Iterator[tuple[str, bytes]]:
    """The log by the first checkpoint that covers all that happened to the incident: a later one adds nothing here."""
    covering = find_checkpoint_over(list_happenings(incident)[-1].idx)
    if covering is None:
        raise CannotArchive("The worker has not signed the log yet since the last event. Try again in a minute.")
    with TemporaryDirectory() as folder:
        audit.export_tiles(Path(folder) / "audit", covering)
        for path in sorted(each for each in (Path(folder) / "audit").rglob("*") if each.is_file()):
            yield path.relative_to(folder).as_posix(), path.read_bytes()
