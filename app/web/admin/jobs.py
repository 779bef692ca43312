"""Long work: how far it is, and the button that stops it."""

from datetime import timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.core import clock, jobs
from app.core.db import transaction
from app.core.jobs import Job, JobState
from app.identity import Role
from app.web.access import requires
from app.web.admin.forms import PressForm
from app.web.admin.job_kinds import KINDS
from app.web.admin.readers import readers

bp = Blueprint("jobs", __name__, url_prefix="/admin/jobs/<pseudonym>")
SILENT_AFTER = timedelta(minutes=3)
STEP = 25


@bp.get("")
@readers
def show(pseudonym: str) -> ResponseReturnValue:
    """How far one job is, and its result."""
    return _page(jobs.get_job(pseudonym), PressForm(None))


@bp.get("/progress")
@readers
def progress(pseudonym: str) -> ResponseReturnValue:
    """The part of the page that renews itself; the whole page once the job is over."""
    job = jobs.get_job(pseudonym)
    answer = make_response(render_template("admin/jobs/progress.html", **job_facts(job)))
    if job.state.is_over:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.post("/stop")
@requires(Role.ADMIN)
def stop(pseudonym: str) -> ResponseReturnValue:
    """End the job."""
    job, form = jobs.get_job(pseudonym), PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            jobs.stop(job)
    if form.all_errors():
        return _page(job, form), 422
    flash("The job was stopped.")
    return redirect(url_for(".show", pseudonym=pseudonym))


def _page(job: Job, form: PressForm) -> str:
    return render_template("admin/jobs/show.html", form=form, **job_facts(job))


def job_facts(job: Job) -> dict[str, object]:
    """What `admin/jobs/progress.html` names; for other pages that show a job as well."""
    seen = jobs.find_heartbeat("worker")
    waits = job.state is JobState.WAITING
    return {
        "job": job,
        "kind": KINDS.get(job.kind),
        "states": JobState,
        "percent": job.done * 100 // job.total if job.total else None,
        "step": job.done * 100 // job.total // STEP * STEP if job.total else None,
        "worker_is_silent": waits and (seen is None or clock.now() - seen > SILENT_AFTER),
    }
