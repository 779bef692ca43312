"""Data in: the files of the deals, what is wrong with them, and what was imported."""

import csv
import io
from collections.abc import Sequence

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileRequired, MultipleFileField

from app import deals, incidents
from app.core import clock
from app.core.db import transaction
from app.core.errors import DomainError
from app.identity import Role
from app.web.access import requires, signed_in
from app.web.forms import Form

MOST_SHOWN = 100
bp = Blueprint("data", __name__, url_prefix="/admin/data")


class DataForm(Form):
    """The files of an import."""

    files = MultipleFileField(
        "A zip of the folder, or its CSV files",
        validators=[FileRequired("Choose a zip, or the CSV files.")],
    )


@bp.get("")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR)
def show() -> ResponseReturnValue:
    """What was imported so far, and the form for more."""
    return _page(DataForm())


@bp.post("")
@requires(Role.ADMIN)
def take_in() -> ResponseReturnValue:
    """Import the files, all or nothing; what is wrong is shown on the same page."""
    form = DataForm()
    if not form.submitted():
        return _page(form)
    try:
        sheets = deals.read_uploads([(file.filename, file.read()) for file in form.files.data])
        with transaction():
            done = deals.import_sheets(sheets=sheets, by=signed_in(), at=clock.now(), resting=incidents.list_resting())
    except deals.BadRows as bad:
        return _page(form, bad.rows)
    except DomainError as refusal:
        form.files.errors = [str(refusal)]
        return _page(form)
    flash("The files were imported. Compare the control totals with your own books.")
    return redirect(url_for(".imported", pseudonym=done.pseudonym))


@bp.get("/imports/<pseudonym>")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR)
def imported(pseudonym: str) -> ResponseReturnValue:
    """One import: its files, what it added, and the control totals of its deals."""
    done = deals.get_import(pseudonym)
    totals = [total for total in deals.list_control_totals() if total.deal.import_id == done.id]
    return render_template("admin/data/imported.html", done=done, totals=totals, sheets=deals.COLUMNS)


@bp.get("/templates/<name>.csv")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR)
def template(name: str) -> ResponseReturnValue:
    """The header row of one file."""
    if name not in deals.COLUMNS:
        abort(404)
    text = io.StringIO()
    csv.writer(text).writerow(deals.COLUMNS[name])
    disposition = {"Content-Disposition": f"attachment; filename={name}.csv"}
    return Response(text.getvalue(), mimetype="text/csv", headers=disposition)


def _page(form: DataForm, bad: Sequence[deals.BadRow] = ()) -> str:
    by_file: dict[str, list[deals.BadRow]] = {}
    for row in bad[:MOST_SHOWN]:
        by_file.setdefault(f"{row.sheet.removesuffix('.csv')}.csv", []).append(row)
    return render_template(
        "admin/data/show.html",
        form=form,
        by_file=by_file,
        bad_count=len(bad),
        shown_count=min(len(bad), MOST_SHOWN),
        sheets=deals.COLUMNS,
        imports=deals.list_imports(),
        totals=deals.list_control_totals(),
    )
