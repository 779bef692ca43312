"""Long jobs that somebody asked for, by their kind."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import current_app

from app import deals, incidents, notices
from app.core import clock, files
from app.core.jobs import Job, Progress, Work
from app.incidents import papers
from app.settings import Settings
from app.worker.log_keeping import sign, verify_for


def replay(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Replay every deal in range of an incident, for whoever asked."""
    return incidents.carry_out_replay(job, progress, at=clock.now())


def check_upload(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Check files that somebody sent, and keep what importing them would do."""
    return deals.check_upload(job, progress, folder=_files() / deals.FOLDER, resting=incidents.list_resting)


def import_upload(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Import files that somebody sent and confirmed."""
    resting = incidents.list_resting
    return deals.import_upload(job, progress, folder=_files() / deals.FOLDER, resting=resting, at=clock.now())


def _files() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.files_dir


def draw_paper(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Draw the paper of every variant of what is signed, and keep it."""
    office: notices.Office = current_app.extensions["office"]
    return papers.carry_out_paper(job, progress, office=office, folder=_files(), at=clock.now())


def print_papers(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Print papers about an incident and keep them."""
    sign()  # they rest on the signed log, and whoever asks has often done something just now
    return papers.make_papers(job, progress, press=current_app.extensions["press"], at=clock.now())


def print_letters(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Print the letters that wait as one file and keep it."""
    settings: Settings = current_app.extensions["settings"]
    return notices.make_batch(
        job,
        progress,
        office=current_app.extensions["office"],
        stationery=notices.Stationery(settings.letter_window, settings.audit_vkey),
        keep=lambda content: files.store(settings.files_dir, content),
        at=clock.now(),
    )


WORKS: Mapping[str, Work] = {
    incidents.REPLAY: replay,
    papers.PAPERS: print_papers,
    notices.LETTERS: print_letters,
    deals.CHECK: check_upload,
    deals.IMPORT: import_upload,
    papers.VARIANTS: draw_paper,
    "verify-log": verify_for,
}
"""Who does a job, by its kind."""
