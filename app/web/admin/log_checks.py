"""Checking the log: what was found so far, a verification for the asking, a receipt somebody holds, what to do."""

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import audit
from app.audit.verdicts import RUNBOOK
from app.core import clock, jobs
from app.core.db import transaction
from app.identity import Role
from app.settings import Settings
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import VerifierKey
from app.tlog.receipt import LONGEST_RECEIPT, CheckedReceipt, check_receipt
from app.web.access import requires, signed_in
from app.web.admin.forms import PressForm
from app.web.admin.log_forms import ReceiptForm
from app.web.admin.readers import readers

bp = Blueprint("log_checks", __name__, url_prefix="/admin/log")
VERIFY = "verify-log"
NEWEST = 50


@bp.get("/checks")
@readers
def show() -> ResponseReturnValue:
    """What signing and verifying found, newest first, and the button."""
    settings: Settings = current_app.extensions["settings"]
    return render_template(
        "admin/log/checks.html",
        findings=audit.list_findings(at_most=NEWEST),
        mailed=audit.find_newest_mail(),
        counsel=settings.counsel_address,
        form=PressForm(None),
    )


@bp.post("/verify")
@requires(Role.ADMIN, Role.AUDITOR)
def verify() -> ResponseReturnValue:
    """Ask for a verification of everything; the worker does it."""
    if not PressForm().submitted():
        abort(400)
    with transaction():
        job = jobs.ask(kind=VERIFY, argument={}, by=signed_in(), at=clock.now())
        pseudonym = job.pseudonym
    return redirect(url_for("jobs.show", pseudonym=pseudonym))


@bp.get("/runbook")
@requires(*Role)
def runbook() -> ResponseReturnValue:
    """What each verdict means, and what to do first."""
    return render_template("admin/log/runbook.html", runbook=RUNBOOK, alarm=audit.find_alarm())


@bp.get("/receipt")
@readers
def receipt() -> ResponseReturnValue:
    """The form for a receipt."""
    settings: Settings = current_app.extensions["settings"]
    return _page(ReceiptForm(None, key=settings.audit_vkey or ""))


@bp.post("/receipt")
@readers
def check() -> ResponseReturnValue:
    """Whether a receipt is genuine. Nothing is kept."""
    form = ReceiptForm()
    if not form.submitted():
        return _page(form), 422
    checked, problem = _check(form.receipt(), form.key.data or "")
    return _page(form, checked, problem), 200 if checked else 422


def _check(text: bytes, key: str) -> tuple[CheckedReceipt | None, str]:
    if len(text) > LONGEST_RECEIPT:
        return None, "This file is larger than any receipt."
    try:
        return check_receipt(text.decode(), VerifierKey.parse(key.strip())), ""
    except (Malformed, UnicodeDecodeError) as error:
        return None, f"This cannot be read as a receipt: {error}."
    except NotVerified as error:
        return None, f"This is not genuine: {error}."


def _page(form: ReceiptForm, checked: CheckedReceipt | None = None, problem: str = "") -> str:
    return render_template("admin/log/receipt.html", form=form, checked=checked, problem=problem)
