"""One upload: checked with progress, its bad rows or its preview, and the button that confirms it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField

from app import deals
from app.core import clock
from app.core.db import transaction
from app.deals import Upload, UploadState
from app.identity import Role
from app.web.access import requires, signed_in
from app.web.admin.data import LARGEST_POST, DataForm, forget, receive
from app.web.admin.forms import ActingForm, PressForm, required
from app.web.admin.jobs import job_facts
from app.web.admin.readers import readers

bp = Blueprint("uploads", __name__, url_prefix="/admin/data/uploads/<pseudonym>")


class ConfirmForm(ActingForm):
    """Somebody compared the totals; `plan` is the digest of the preview that they read."""

    plan = HiddenField()
    compared = BooleanField(
        "I have compared these totals with our own books",
        validators=[required("Compare the totals with your own books, then tick the box.")],
    )


@bp.url_value_preprocessor
def _take_large_posts(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    request.max_content_length = LARGEST_POST


@bp.get("")
@readers
def show(pseudonym: str) -> ResponseReturnValue:
    """How far the check is, what is wrong, or what would be imported."""
    upload = deals.get_upload(pseudonym)
    if upload.imported:
        return redirect(url_for("data.imported", pseudonym=upload.imported.pseudonym))
    return _page(upload)


@bp.post("/confirm")
@requires(Role.ADMIN)
def confirm(pseudonym: str) -> ResponseReturnValue:
    """Have what the preview showed imported."""
    upload, form = deals.get_upload(pseudonym), ConfirmForm()
    if form.submitted():
        with form.refusals(), transaction():
            deals.confirm(upload=upload, plan_seen=form.plan.data or "", by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(upload, confirming=form), 422
    return redirect(url_for(".show", pseudonym=pseudonym))


@bp.post("/replace")
@requires(Role.ADMIN)
def replace(pseudonym: str) -> ResponseReturnValue:
    """Corrected files in the place of these."""
    upload, form = deals.get_upload(pseudonym), DataForm()
    new = receive(form, instead_of=upload)
    if new is None:
        return _page(upload, sending=form), 422
    return redirect(url_for(".show", pseudonym=new.pseudonym))


@bp.post("/cancel")
@requires(Role.ADMIN)
def cancel(pseudonym: str) -> ResponseReturnValue:
    """Forget the files."""
    upload, form = deals.get_upload(pseudonym), PressForm()
    unused: list[str] = []
    if form.submitted():
        with form.refusals(), transaction():
            unused = deals.cancel(upload=upload)
    if form.all_errors():
        return _page(upload, pressing=form), 422
    forget(unused)
    flash("The files were forgotten. Nothing was imported.")
    return redirect(url_for("data.show"))


@bp.post("/again")
@requires(Role.ADMIN)
def again(pseudonym: str) -> ResponseReturnValue:
    """Check the files once more, after a job that was stopped or failed."""
    upload, form = deals.get_upload(pseudonym), PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            deals.check_again(upload=upload, at=clock.now())
    if form.all_errors():
        return _page(upload, pressing=form), 422
    return redirect(url_for(".show", pseudonym=pseudonym))


def _page(
    upload: Upload,
    confirming: ConfirmForm | None = None,
    sending: DataForm | None = None,
    pressing: PressForm | None = None,
) -> str:
    findings = upload.findings or {}
    return render_template(
        "admin/data/upload.html",
        upload=upload,
        upload_states=UploadState,
        bad=deals.bad_findings(findings) if upload.state is UploadState.BAD else None,
        preview=deals.preview(findings) if upload.state is UploadState.READY else None,
        others=[other for other in deals.list_open_uploads() if other.id != upload.id and other.is_under_way],
        confirming=confirming or ConfirmForm(None, plan=upload.plan),
        sending=sending or DataForm(None),
        pressing=pressing or PressForm(None),
        sheets=deals.COLUMNS,
        largest=deals.LARGEST,
        **(job_facts(upload.job) if upload.job else {}),
    )
