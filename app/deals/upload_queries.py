"""Reading uploads and what imports changed."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import session
from app.deals.models import Import
from app.deals.upload_models import ImportChange, Upload, UploadState


def get_upload(pseudonym: str) -> Upload:
    """The upload with this pseudonym. Raises NoResultFound."""
    return session.scalars(select(Upload).where(Upload.pseudonym == pseudonym)).one()


def list_open_uploads() -> Sequence[Upload]:
    """Files that wait for somebody, newest first."""
    waiting = select(Upload).where(Upload.state != UploadState.IMPORTED)
    return session.scalars(waiting.order_by(Upload.id.desc())).all()


def find_importing() -> Upload | None:
    """The upload that is being written now, if one is."""
    return session.scalars(select(Upload).where(Upload.state == UploadState.IMPORTING).limit(1)).one_or_none()


def list_other_uses(upload: Upload) -> set[str]:
    """SHA-256 of every file that another upload holds or an import was made from."""
    others = session.scalars(select(Upload.files).where(Upload.id != upload.id))
    return {sha256 for named in others for sha256 in named.values()}


def list_changes(done: Import, *, at_most: int) -> Sequence[ImportChange]:
    """What an import changed and removed, in its order."""
    theirs = select(ImportChange).where(ImportChange.import_id == done.id)
    return session.scalars(theirs.order_by(ImportChange.id).limit(at_most)).all()
