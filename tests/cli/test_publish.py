"""`flask publish` at the shell: it says what would happen, resumes, and never starts."""

import getpass
import json
from datetime import datetime

from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app import audit, incidents
from app.core.db import session, transaction
from app.incidents import Publication, PublicationState
from tests.incidents.builders import an_incident, the_staff


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["publish", *arguments])


def an_approved_incident(at: datetime) -> str:
    with transaction():
        return an_incident(the_staff(), at=at, stage="approved").reference


def a_publication(reference: str, state: PublicationState, at: datetime) -> Publication:
    """One whose canary is over and done with, standing in that state."""
    with transaction():
        proposal = incidents.get_proposal(incidents.get_incident(reference))
        made = Publication(proposal=proposal, total=11, done=6, started_by_id=proposal.proposed_by_id, started_at=at)
        made.state = state
        session.add(made)
    return made


def test_a_dry_run_says_what_would_happen_and_changes_nothing(app: Flask, at: datetime) -> None:
    reference, size = an_approved_incident(at), audit.log_size()

    result = run(app, reference, "--dry-run", "--json")

    said = json.loads(result.stdout)
    assert (result.exit_code, said["people"], said["blocked_by"]) == (0, 11, [])
    assert [line.partition(",")[0] for line in said["due"][:2]] == ["6 offers", "3 refunds"]
    assert audit.log_size() == size
    assert session.scalars(select(Publication)).all() == []


def test_a_dry_run_names_what_stands_in_the_way(app: Flask, at: datetime) -> None:
    with transaction():
        reference = an_incident(the_staff(), at=at, stage="proposed").reference

    result = run(app, reference, "--dry-run")

    assert "blocked by: The proposal is proposed, not approved." in result.stdout


def test_a_paused_publication_goes_on_and_the_log_says_who_asked(app: Flask, at: datetime) -> None:
    reference = an_approved_incident(at)
    paused = a_publication(reference, PublicationState.PAUSED, at)
    asked_by = paused.started_by.email

    result = run(app, reference, "--resume", "--as", asked_by)

    assert (result.exit_code, result.stdout) == (0, "state: running\ntold: 6\npeople: 11\n")
    (logged,) = audit.list_events(action="publication.resumed")
    assert logged.event.entry["actor"] == f"shell:{getpass.getuser()}"
    assert logged.event.said["as_email"] == asked_by


def test_what_is_published_to_everybody_is_said_not_resumed(app: Flask, at: datetime) -> None:
    reference = an_approved_incident(at)
    done = a_publication(reference, PublicationState.DONE, at)

    refused = run(app, reference, "--resume", "--as", done.started_by.email)

    assert refused.exit_code == 2
    assert "version 1 is published to everybody" in refused.stderr


def test_what_waits_for_the_canary_or_nobody_asked_for_is_not_resumed(app: Flask, at: datetime) -> None:
    reference = an_approved_incident(at)
    waiting = a_publication(reference, PublicationState.WAITING, at)

    refused = run(app, reference, "--resume", "--as", waiting.started_by.email)
    anonymous = run(app, reference, "--resume")

    assert (refused.exit_code, anonymous.exit_code) == (2, 2)
    assert "continue on the page" in refused.stderr
    assert "--as EMAIL" in anonymous.stderr


def test_bad_input_is_refused_in_words(app: Flask, at: datetime) -> None:
    reference = an_approved_incident(at)

    for arguments, words in (
        (("INC-1999-001", "--dry-run"), "no such incident"),
        ((reference,), "Give one of --dry-run and --resume"),
        ((reference, "--resume", "--as", "nora@nowhere.example"), "no member of staff"),
    ):
        result = run(app, *arguments)
        assert result.exit_code == 2
        assert words in result.stderr
