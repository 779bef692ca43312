"""The one file that somebody adds to a dispute: what it may be, and who took it."""

from datetime import datetime

from app import audit
from app.core.errors import DomainError
from app.identity import Person
from app.incidents.answering.dispute_models import Dispute

LARGEST_FILE = 5 * 1024 * 1024
SIGNATURES = (b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class CannotAttach(DomainError):
    """This file cannot be taken."""


def check_attachment(content: bytes) -> None:
    """Raises CannotAttach for what is empty, too large, or neither PDF nor a picture, whatever it is called."""
    if not content:
        raise CannotAttach("The file is empty. Choose another one.")
    if len(content) > LARGEST_FILE:
        raise CannotAttach("The file is larger than 5 MB. Send a smaller one, or tell us on the phone.")
    if not content.startswith(SIGNATURES):
        raise CannotAttach("The file is no PDF, PNG or JPEG. Save it as a PDF, or send a picture of it.")


def hand_out_file(*, dispute: Dispute, to: Person, at: datetime) -> tuple[str, str]:
    """Its name and SHA-256; the log notes who takes it. Raises CannotAttach where there is none."""
    if dispute.file_name is None or dispute.file_sha256 is None:
        raise CannotAttach("There is no file with this dispute.")
    audit.record(action="dispute.file_taken", actor=to, subject=dispute, at=at, sha256=dispute.file_sha256)
    return dispute.file_name, dispute.file_sha256
