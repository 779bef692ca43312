"""Long work is a row: asked for, done once, held under a lease, taken over from the dead, and stopped."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.core import jobs, signals
from app.core.db import session, transaction
from app.core.errors import DomainError
from app.core.jobs import Job, JobState, Progress

pytestmark = pytest.mark.both_databases
ASKED_AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def asked(kind: str = "count") -> Job:
    with transaction():
        return jobs.ask(kind=kind, argument={"to": 3}, by=None, at=ASKED_AT)


def count(job: Job, progress: Progress) -> Mapping[str, Any]:
    for done in range(job.argument["to"]):
        progress(done + 1, 3, f"Counted to {done + 1}.")
    return {"counted": job.argument["to"]}


def refuse(job: Job, progress: Progress) -> Mapping[str, Any]:
    raise DomainError("Number 2 is missing. Add it.")


def break_down(job: Job, progress: Progress) -> Mapping[str, Any]:
    raise ZeroDivisionError


@pytest.fixture
def abandoned(app: Flask) -> tuple[Job, Progress]:
    """A job in whose middle its worker died, and the progress which that worker held."""
    job = asked()
    with transaction():
        job.state, job.fence = JobState.RUNNING, 1
        job.leased_until = datetime.now(UTC) - timedelta(seconds=1)
    return job, Progress(job.id, 1)


def test_asking_rings_the_bell_and_the_worker_does_it_once(app: Flask) -> None:
    with transaction():
        job = jobs.ask(kind="count", argument={"to": 3}, by=None, at=ASKED_AT)
        assert session.info["bells"] == [signals.job_waits]
    assert jobs.has_waiting_jobs()

    jobs.run_waiting({"count": count})
    jobs.run_waiting({"count": break_down})

    assert (job.state, job.result, job.done, job.total) == (JobState.DONE, {"counted": 3}, 3, 3)
    assert job.says == "Counted to 3."
    assert job.finished_at is not None
    assert not jobs.has_waiting_jobs()


def test_a_kind_that_nobody_does_waits(app: Flask) -> None:
    job = asked("sing")

    jobs.run_waiting({"count": count})

    assert job.state is JobState.WAITING


def test_a_refusal_is_told_in_its_own_words_and_the_next_job_goes_on(app: Flask) -> None:
    refused, next_one = asked("refuse"), asked()

    jobs.run_waiting({"count": count, "refuse": refuse})

    assert (refused.state, refused.says) == (JobState.FAILED, "Number 2 is missing. Add it.")
    assert next_one.state is JobState.DONE


def test_a_breakdown_is_no_secret_and_shows_no_internals(app: Flask) -> None:
    job = asked("break")

    jobs.run_waiting({"break": break_down})

    assert job.state is JobState.FAILED
    assert job.says.startswith("Something went wrong on our side.")
    assert "ZeroDivision" not in job.says


def test_what_was_not_committed_before_a_breakdown_is_gone(app: Flask) -> None:
    def half(job: Job, progress: Progress) -> Mapping[str, Any]:
        with transaction():
            jobs.ask(kind="left over", argument={}, by=None, at=ASKED_AT)
            raise ZeroDivisionError

    asked("half")

    jobs.run_waiting({"half": half, "left over": count})

    assert session.query(Job).count() == 1


def test_a_job_whose_worker_lives_is_left_alone(app: Flask) -> None:
    def meddle(job: Job, progress: Progress) -> Mapping[str, Any]:
        assert not jobs.has_waiting_jobs()
        jobs.run_waiting({"meddle": break_down})
        return {}

    job = asked("meddle")

    jobs.run_waiting({"meddle": meddle})

    assert job.state is JobState.DONE


def test_a_job_is_taken_over_when_its_worker_died(abandoned: tuple[Job, Progress]) -> None:
    job, of_the_dead = abandoned

    jobs.run_waiting({"count": count})

    assert (job.state, job.fence, job.result) == (JobState.DONE, 2, {"counted": 3})
    with pytest.raises(jobs.Stopped, match="another worker has taken it over"):
        of_the_dead(1, 3, "I am back.")
    with pytest.raises(jobs.Stopped), transaction():
        of_the_dead.finish({"counted": -1}, "Done twice.")
    assert job.result == {"counted": 3}


def test_a_job_that_ends_every_worker_is_given_up(abandoned: tuple[Job, Progress]) -> None:
    job, _ = abandoned
    with transaction():
        job.fence = jobs.MOST_ATTEMPTS

    jobs.run_waiting({"count": break_down})

    assert job.state is JobState.FAILED
    assert "ended 3 times in the middle" in job.says


def test_a_stopped_job_leaves_off_at_its_next_progress(app: Flask) -> None:
    reached = []

    def be_stopped(job: Job, progress: Progress) -> Mapping[str, Any]:
        progress(1, 3, "One.")
        with transaction():
            jobs.stop(job)
        reached.append("stop")
        progress(2, 3, "Two.")
        reached.append("too far")
        return {}

    job = asked("long")

    jobs.run_waiting({"long": be_stopped})

    assert reached == ["stop"]
    assert (job.state, job.done, job.result) == (JobState.STOPPED, 1, None)


def test_a_stopped_job_never_starts_and_cannot_be_stopped_again(app: Flask) -> None:
    job = asked()
    with transaction():
        jobs.stop(job)

    jobs.run_waiting({"count": count})

    assert job.state is JobState.STOPPED
    with pytest.raises(jobs.NotStoppable, match="over already: stopped"), transaction():
        jobs.stop(job)


def test_work_and_job_are_done_in_one_transaction_or_not_at_all(app: Flask) -> None:
    def finish_then_fail(job: Job, progress: Progress) -> Mapping[str, Any]:
        with transaction():
            progress.finish({"written": 1}, "All is written.")
            if job.argument["to"] == 3:
                raise DomainError("It would not fit.")
        return {}

    job = asked("write")

    jobs.run_waiting({"write": finish_then_fail})

    assert (job.state, job.result, job.says) == (JobState.FAILED, None, "It would not fit.")
