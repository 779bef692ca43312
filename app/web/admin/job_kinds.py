"""What the page of a job calls each kind of work, and where its result stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import url_for

from app import deals, incidents, notices
from app.core.jobs import Job
from app.incidents import papers


@dataclass(frozen=True)
class JobKind:
    """`title` is the heading, `result` the words of the link to the page whose address `locate` knows."""

    title: str
    result: str
    locate: Callable[[Job], str]


def _affected(job: Job) -> str:
    return url_for("affected.show", reference=job.argument["incident"])


def _checks(_: Job) -> str:
    return url_for("log_checks.show")


def _upload(job: Job) -> str:
    return url_for("uploads.show", pseudonym=job.argument["upload"])


def _paper(job: Job) -> str:
    return url_for("papers.download", reference=job.argument["reference"], what=job.argument["what"])


def _papers(job: Job) -> str:
    return url_for("dossier.show", reference=job.argument["incident"])


def _letters(job: Job) -> str:
    return url_for("letters.show", reference=job.argument["incident"])


KINDS: Mapping[str, JobKind] = {
    "verify-log": JobKind("Verifying the log", "See what was found", _checks),
    deals.CHECK: JobKind("Checking files", "See what was found", _upload),
    deals.IMPORT: JobKind("Importing files", "See what was imported", _upload),
    incidents.REPLAY: JobKind("Replaying every deal", "See who is affected", _affected),
    notices.LETTERS: JobKind("Printing letters", "See the letters", _letters),
    papers.PAPERS: JobKind("Making papers", "See the papers", _papers),
    papers.VARIANTS: JobKind("Drawing the paper of every variant", "Save the PDF", _paper),
}
