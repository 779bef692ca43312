"""The page of a long job: how far it is, what it came to, and the button that stops it."""

import re

import pytest
from flask import Flask

from app.core import jobs
from app.core.db import database_now, transaction
from app.core.jobs import Job, JobState
from app.identity import Role
from tests.identity.builders import a_member_of_staff
from tests.web.browsing import Browser
from tests.web.sign_in.visiting import staff_signed_in
from tests.web.words import words_of


def signed_in_as(app: Flask, role: Role) -> Browser:
    with transaction():
        person = a_member_of_staff(roles=[role])
    return staff_signed_in(app, person)


@pytest.fixture
def admin(app: Flask) -> Browser:
    return signed_in_as(app, Role.ADMIN)


@pytest.fixture
def job(app: Flask, admin: Browser) -> Job:
    with transaction():
        return jobs.ask(kind="count", argument={}, by=None, at=database_now())


def far(job: Job, state: JobState, done: int = 0, total: int | None = None, says: str = "") -> str:
    with transaction():
        job.state, job.done, job.total, job.says = state, done, total, says
        job.finished_at = database_now() if state.is_over else None
    return f"/admin/jobs/{job.pseudonym}"


def test_a_waiting_job_says_that_the_worker_is_away(admin: Browser, job: Job) -> None:
    assert "The worker has not been seen" in words_of(admin.get(f"/admin/jobs/{job.pseudonym}").text)

    jobs.beat("worker")

    page = words_of(admin.get(f"/admin/jobs/{job.pseudonym}").text)
    assert "It waits for the worker" in page
    assert "has not been seen" not in page


def test_a_running_job_shows_how_far_it_is_and_renews_itself_with_and_without_javascript(
    admin: Browser, job: Job
) -> None:
    page = admin.get(far(job, JobState.RUNNING, 62_500, 100_000, "Checking requests.")).text

    assert "62,500 of 100,000 Checking requests. 50 percent done" in words_of(page)
    assert "You can close this page." in words_of(page)
    assert f'hx-get="/admin/jobs/{job.pseudonym}/progress"' in page
    assert "See how far it is now" in re.findall(r"<noscript>(.*?)</noscript>", page, re.DOTALL)[0]
    assert "vendor/htmx-4.0.1/htmx.min.js" in page


def test_a_job_that_is_over_renews_no_more_and_the_last_poll_opens_the_whole_page(admin: Browser, job: Job) -> None:
    path = far(job, JobState.FAILED, says="Row 7 is bad.")

    page, poll = admin.get(path), admin.get(f"{path}/progress")

    assert "Long work: failed Row 7 is bad." in words_of(page.text)
    assert "hx-get" not in page.text
    assert "<noscript>" not in page.text
    assert poll.headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in admin.get(f"{far(job, JobState.RUNNING)}/progress").headers


def test_an_admin_stops_a_job_once(admin: Browser, job: Job) -> None:
    path = far(job, JobState.RUNNING)

    admin.post(f"{path}/stop", on=path)
    again = admin.open(f"{path}/stop", method="POST", data={"csrf_token": "stale"})

    assert job.state is JobState.STOPPED
    assert "Long work: stopped" in words_of(admin.get(path).text)
    assert again.status_code == 400


def test_auditors_see_it_and_stop_nothing_and_support_does_not_see_it(app: Flask, job: Job) -> None:
    path = far(job, JobState.RUNNING)
    auditor = signed_in_as(app, Role.AUDITOR)

    assert "Stop it" not in auditor.get(path).text
    assert auditor.post(f"{path}/stop", on=path).status_code in (400, 403)
    assert job.state is JobState.RUNNING
    assert signed_in_as(app, Role.SUPPORT).get(path).status_code == 403


def test_a_job_that_never_was_is_not_found(admin: Browser) -> None:
    assert admin.get("/admin/jobs/00000000-0000-4000-8000-000000000000").status_code == 404
