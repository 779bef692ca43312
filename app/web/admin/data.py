"""Data in: files are sent and checked; what was imported so far, and templates of the files."""

from collections.abc import Iterable
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileRequired, MultipleFileField

from app import deals
from app.core import clock, files
from app.core.db import transaction
from app.deals import Upload
from app.identity import Role
from app.settings import Settings
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm
from app.web.admin.readers import readers

bp = Blueprint("data", __name__, url_prefix="/admin/data")
LARGEST_POST = deals.LARGEST_BYTES + 64 * 1024
MOST_CHANGES = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DataForm(ActingForm):
    """The files of an import."""

    files = MultipleFileField(
        "An XLSX workbook, a zip of the folder, or its CSV files",
        validators=[FileRequired("Choose a workbook, a zip, or the CSV files.")],
    )


@bp.url_value_preprocessor
def _take_large_posts(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Only here may a request be as large as an import; it is refused by its length, before it is read."""
    request.max_content_length = LARGEST_POST


@bp.get("")
@readers
def show() -> ResponseReturnValue:
    """What was imported so far, what waits, and the form for more."""
    return _page(DataForm(None))


@bp.post("")
@requires(Role.ADMIN)
def take_in() -> ResponseReturnValue:
    """Keep the files and have them checked; nothing of them is imported."""
    form = DataForm()
    upload = receive(form)
    if upload is None:
        return _page(form), 422
    return redirect(url_for("uploads.show", pseudonym=upload.pseudonym))


def receive(form: DataForm, instead_of: Upload | None = None) -> Upload | None:
    """The files as a new upload, in the place of an old one if named; None when they are refused, as the form says."""
    if not form.submitted():
        return None
    sent = [(file.filename or "", file.read()) for file in form.files.data]
    unused: list[str] = []
    with form.refusals():
        deals.read_uploads(sent)
        named = {deals.bare_name(name): files.store(imports_folder(), content) for name, content in sent}
        with transaction():
            unused = deals.cancel(upload=instead_of) if instead_of else []
            size = sum(len(content) for _, content in sent)
            upload = deals.stage(named=named, size=size, by=signed_in(), at=clock.now())
    if form.all_errors():
        return None
    forget(sha256 for sha256 in unused if sha256 not in upload.files.values())
    return upload


@bp.get("/imports/<pseudonym>")
@readers
def imported(pseudonym: str) -> ResponseReturnValue:
    """One import: its files, what it added and changed, and the control totals of its deals."""
    done = deals.get_import(pseudonym)
    return render_template(
        "admin/data/imported.html",
        done=done,
        totals=[total for total in deals.list_control_totals() if total.deal.import_id == done.id],
        changes=deals.list_changes(done, at_most=MOST_CHANGES),
        sheets=deals.COLUMNS,
    )


@bp.get("/templates.zip")
@readers
def templates_zip() -> ResponseReturnValue:
    """Every file as CSV, with its columns and one example."""
    return _download(deals.example_zip(), "import-templates.zip", "application/zip")


@bp.get("/templates.xlsx")
@readers
def templates_xlsx() -> ResponseReturnValue:
    """The same as one workbook."""
    return _download(deals.example_workbook(), "import-template.xlsx", XLSX)


def _download(content: bytes, name: str, mimetype: str) -> Response:
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": f"attachment; filename={name}"})


def imports_folder() -> Path:
    """Where files of imports are kept, by SHA-256."""
    settings: Settings = current_app.extensions["settings"]
    return settings.files_dir / deals.FOLDER


def forget(unused: Iterable[str]) -> None:
    """Remove files that no upload and no import needs; after the commit that made them so."""
    for sha256 in unused:
        files.remove(imports_folder(), sha256)


def _page(form: DataForm) -> str:
    return render_template(
        "admin/data/show.html",
        form=form,
        waiting=deals.list_open_uploads(),
        imports=deals.list_imports(),
        totals=deals.list_control_totals(),
        sheets=deals.COLUMNS,
        largest=deals.LARGEST,
    )
