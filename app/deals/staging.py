"""Files that somebody sent: checked as a job, imported as a job once somebody confirms what that would do."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from app.core import files, jobs
from app.core.db import session, transaction
from app.core.errors import DomainError
from app.core.jobs import Job, Progress, Stopped
from app.deals.findings import of_bad_rows, of_plan
from app.deals.operations import ImportCrossed, NothingNew, PlanChanged, check, import_sheets
from app.deals.plan import Resting
from app.deals.reading import CannotRead, read_uploads
from app.deals.sheets import BadRow, BadRows, Sheets
from app.deals.spooling import spooled
from app.deals.upload_models import Upload, UploadState
from app.deals.upload_queries import find_importing, get_upload, list_other_uses
from app.identity import Person

CHECK = "import-check"
IMPORT = "import"
FOLDER = "imports"
"""Where in FILES_DIR the files are."""

CHANGED = "The data changed after the preview was made, so nothing was imported. This is the preview as it is now."
LONGEST_NAME = 200


class CannotConfirm(DomainError):
    """These files cannot be imported now."""


class CannotCancel(DomainError):
    """These files are no longer waiting."""


def stage(*, named: Mapping[str, str], size: int, by: Person, at: datetime) -> Upload:
    """Take files that were stored, by name and SHA-256, and have them checked; nothing of them is imported."""
    name = next(iter(named)) if len(named) == 1 else f"{len(named)} files"
    upload = Upload(name=name[:LONGEST_NAME], files=dict(named), size=size, uploaded_by=by, uploaded_at=at)
    session.add(upload)
    session.flush()
    _ask_for_check(upload, by, at)
    return upload


def check_upload(job: Job, progress: Progress, *, folder: Path, resting: Callable[[], Resting]) -> Mapping[str, Any]:
    """The work of checking: what is wrong, or what an import would do, is kept with the upload."""
    pseudonym: str = job.argument["upload"]
    findings, plan = _found(get_upload(pseudonym), progress, folder, resting)
    with transaction():
        upload = _lock(pseudonym)
        upload.findings, upload.plan = findings, plan
        upload.state = UploadState.READY if plan else UploadState.BAD
        progress.finish({}, "The files were checked.")
    return {}


def _found(
    upload: Upload, progress: Progress, folder: Path, resting: Callable[[], Resting]
) -> tuple[dict[str, Any], str | None]:
    name = upload.name
    try:
        sheets = _read(upload, folder)
        total = sheets.tables["requests"].size() if "requests" in sheets.tables else None

        def tell(done: int) -> None:
            progress(min(done, total or done), total, "Checking the requests.")

        plan = check(sheets, resting=resting(), tell=tell)
    except BadRows as bad:
        return of_bad_rows(bad.rows, bad.count), None
    except CannotRead as unreadable:
        return of_bad_rows([BadRow(name, 0, "", "", str(unreadable), "")], 1), None
    return of_plan(plan), plan.digest


def confirm(*, upload: Upload, plan_seen: str, by: Person, at: datetime) -> None:
    """Have exactly this plan carried out. Raises CannotConfirm."""
    session.refresh(upload, with_for_update=True)
    if upload.state is not UploadState.READY:
        raise CannotConfirm("These files are not waiting to be confirmed any more.")
    if upload.plan != plan_seen:
        raise CannotConfirm("The preview was made again after you opened it. Read it once more.")
    if (other := find_importing()) is not None:
        who = other.confirmed_by.full_name if other.confirmed_by else "Somebody"
        raise CannotConfirm(f"{who} is importing {other.name} at this moment. Wait until that is done.")
    upload.state, upload.confirmed_by, upload.confirmed_at, upload.says = UploadState.IMPORTING, by, at, ""
    upload.job = jobs.ask(kind=IMPORT, argument={"upload": upload.pseudonym}, by=by, at=at)
    session.flush()


def import_upload(
    job: Job, progress: Progress, *, folder: Path, resting: Callable[[], Resting], at: datetime
) -> Mapping[str, Any]:
    """The work of importing: what was confirmed, all of it or nothing; where the data changed it is checked anew."""
    pseudonym: str = job.argument["upload"]
    sheets = _read(get_upload(pseudonym), folder)

    def tell(done: int) -> None:
        progress(0, None, f"Reading the workbook: {done:,} rows.")

    try:
        with spooled(sheets, tell) as quick:
            progress(0, None, "Writing every row. It is done as a whole, so there is no counting.")
            with transaction():
                _write(_lock(pseudonym), quick, progress, resting(), at)
    except (PlanChanged, ImportCrossed, BadRows, NothingNew):
        with transaction():
            check_again(upload=_lock(pseudonym), at=at, says=CHANGED)
            progress.finish({}, CHANGED)
    return {}


def _write(upload: Upload, sheets: Sheets, progress: Progress, resting: Resting, at: datetime) -> None:
    by = upload.confirmed_by
    if upload.state is not UploadState.IMPORTING or by is None:
        raise Stopped("The upload no longer waits for this.")
    done = import_sheets(sheets=sheets, by=by, at=at, resting=resting, confirmed=upload.plan)
    upload.state, upload.imported = UploadState.IMPORTED, done
    progress.finish({"import": done.pseudonym}, "Everything was imported.")


def check_again(*, upload: Upload, at: datetime, says: str = "") -> None:
    """Have the files checked once more, as after a job that was stopped or failed."""
    upload.state, upload.findings, upload.plan, upload.says = UploadState.CHECKING, None, None, says
    _ask_for_check(upload, upload.uploaded_by, at)


def cancel(*, upload: Upload) -> list[str]:
    """Forget the files; which of them, by SHA-256, nothing else uses. Raises CannotCancel."""
    session.refresh(upload, with_for_update=True)
    if upload.state in (UploadState.IMPORTING, UploadState.IMPORTED):
        raise CannotCancel(f"These files cannot be cancelled: they are {upload.state}.")
    if upload.job and not upload.job.state.is_over:
        jobs.stop(upload.job)
    unused = set(upload.files.values()) - list_other_uses(upload)
    session.delete(upload)
    session.flush()
    return sorted(unused)


def _ask_for_check(upload: Upload, by: Person, at: datetime) -> None:
    upload.job = jobs.ask(kind=CHECK, argument={"upload": upload.pseudonym}, by=by, at=at)
    session.flush()


def _lock(pseudonym: str) -> Upload:
    upload = get_upload(pseudonym)
    session.refresh(upload, with_for_update=True)
    return upload


def _read(upload: Upload, folder: Path) -> Sheets:
    return read_uploads([(name, files.read(folder, sha256)) for name, sha256 in upload.files.items()])
