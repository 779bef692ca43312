"""`flask replay` at the shell."""

import getpass
import json
from datetime import datetime

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app import incidents
from app.audit import AuditEvent
from app.core.db import session, transaction
from tests.incidents.builders import the_staff
from tests.incidents.histories import an_incident_in_a_history


@pytest.fixture(autouse=True)
def _an_incident(app: Flask, at: datetime) -> None:
    with transaction():
        an_incident_in_a_history(the_staff(), at=at)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["replay", *arguments])


def test_buckets_coverage_and_differences_are_printed_and_the_replay_is_kept(app: Flask) -> None:
    result = run(app, "INC-2026-001")

    assert (result.exit_code, result.stderr) == (0, "")
    assert "INC-2026-001: single-pass ran since release 2024.08 of 2024-08-05." in result.stdout
    assert "Replayed 4 of 4 deals in range." in result.stdout
    assert "over: 3 (-55382.88 USD)" in result.stdout
    assert "knock-on: 3\n" in result.stdout
    assert "later INV-003 knock-on: recorded 47951.51, frozen 47951.51, recomputed 58851.67" in result.stdout
    assert incidents.find_replay(incidents.get_incident("INC-2026-001")) is not None
    actors = {e.entry["actor"] for e in session.scalars(select(AuditEvent)) if e.entry["action"] == "replay.made"}
    assert actors == {f"shell:{getpass.getuser()}"}


def test_a_program_reads_exact_amounts_on_the_bases_it_asks_for(app: Flask) -> None:
    both, frozen = (
        json.loads(run(app, "INC-2026-001", "--json", *more).stdout) for more in ([], ["--basis", "frozen"])
    )

    assert both["coverage"] == {"replayed": 4, "in_range": 4}
    assert {name: entry["count"] for name, entry in both["buckets"].items()} == {
        "over": 3,
        "under": 6,
        "knock-on": 3,
        "unaffected": 9,
        "not-checkable": 0,
    }
    grace = next(each for each in both["differences"] if each["account_id"] == "INV-007")
    assert grace == {
        "deal_id": "orbit",
        "account_id": "INV-007",
        "bucket": "over",
        "recorded": "74366.20",
        "frozen": {"allocated": "45000.00", "difference": "-29366.20"},
        "recomputed": {"allocated": "45000.00", "difference": "-29366.20"},
        "currency": "USD",
        "reason": None,
    }
    assert len(both["differences"]) == 12
    assert {each["deal_id"] for each in frozen["differences"]} == {"orbit", "tidewater"}
    assert "recomputed" not in frozen["differences"][0]
    assert both["digest"] == frozen["digest"]


def test_an_unknown_incident_is_refused_with_those_there_are(app: Flask) -> None:
    result = run(app, "INC-2099-001")

    assert result.exit_code == 2
    assert "INCIDENT: there is no 'INC-2099-001'. Use one of: INC-2026-001." in result.stderr
