"""Statements about the platform's own systems, and the evidence they rest on. Callers own the transaction.

Without a statement no text claims the fact. A wrong one is corrected by a newer one; both stay on record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app import audit
from app.allocations import contained
from app.core.db import session
from app.core.errors import DomainError
from app.deals import Release, RuleName
from app.identity import Person
from app.incidents.models import Evidence, EvidenceKind, Incident, Statement, StatementKind
from app.incidents.voiding import find_at_stake, void
from app.incidents.workflow import INCIDENT, OVER, IncidentState, step


class CannotState(DomainError):
    """The statement cannot be recorded like this, or its evidence not be kept or handed out."""


@dataclass(frozen=True)
class Proof:
    """A stored evidence file: its name and the SHA-256 of its bytes in hex."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Exhibit:
    """One file of evidence as staff see it: of a statement, or added by itself."""

    name: str
    sha256: str
    shows: str
    added_by: Person
    added_at: datetime


def contained_rules() -> frozenset[RuleName]:
    """The rules that no proposal may go by: every defect, and what is at fault in an open incident."""
    return contained(session.scalars(select(Incident.rule).where(Incident.state.not_in(OVER))))


def contain(
    *,
    incident: Incident,
    done_by: str,
    done_on: date,
    note: str,
    proof: Proof,
    by: Person,
    at: datetime,
    release: Release | None = None,
) -> Statement:
    """Record who stopped the faulty release and when, with evidence; an unsent notice is void.

    `release` is the incident's own unless given. Raises CannotState.
    """
    _lock(incident)
    release = release or incident.faulty_release
    _check_stop(incident, release, done_on, at)
    void(incident, find_at_stake(incident).words, by=by, at=at)
    stated = {"release_id": release.id, "done_by": done_by, "done_on": done_on, "note": note}
    statement = _state(incident, proof, by=by, at=at, kind=StatementKind.STOPPED, **stated)
    if incident.state is IncidentState.REPORTED:
        incident.state = step(INCIDENT, incident.state, IncidentState.CONTAINED)
    session.flush()
    _record("incident.contained", incident, statement, by, at)
    return statement


def _check_stop(incident: Incident, release: Release, done_on: date, at: datetime) -> None:
    if release.rule is not incident.rule:
        raise CannotState(
            f"Release {release.name} runs {release.rule}. This incident is about {incident.rule}, which release"
            f" {incident.faulty_release.name} runs: say who stopped that one."
        )
    if done_on > at.date():
        raise CannotState(f"The day the release was stopped, {done_on}, lies in the future. Write the day it happened.")
    if done_on < release.deployed_on:
        raise CannotState(f"Release {release.name} was deployed later than that, on {release.deployed_on}.")


def record_fix(
    *, incident: Incident, release: Release, done_by: str, note: str, proof: Proof, by: Person, at: datetime
) -> Statement:
    """Record the release that fixed the cause, with the test that tells both apart; an unpublished proposal is void.

    Raises CannotState.
    """
    _lock(incident)
    _check_fix(incident, release, at)
    void(incident, find_at_stake(incident).figures, by=by, at=at)
    stated = {"release_id": release.id, "done_by": done_by, "done_on": release.deployed_on, "note": note}
    statement = _state(incident, proof, by=by, at=at, kind=StatementKind.FIXED, **stated)
    _record("fix.recorded", incident, statement, by, at)
    return statement


def _check_fix(incident: Incident, release: Release, at: datetime) -> None:
    if release.rule == incident.rule:
        raise CannotState(f"Release {release.name} runs the faulty rule {incident.rule}.")
    if release.rule in contained_rules():
        raise CannotState(f"Release {release.name} runs {release.rule}, a contained rule. That is no fix.")
    if release.deployed_on > at.date():
        raise CannotState(f"Release {release.name} is not deployed yet.")
    if release.deployed_on < incident.faulty_release.deployed_on:
        raise CannotState(f"Release {release.name} is older than the faulty one, so it did not fix it.")


def list_statements(incident: Incident, kind: StatementKind) -> Sequence[Statement]:
    """Every statement of that kind, the newest, which counts, first."""
    return [each for each in reversed(incident.statements) if each.kind is kind]


def add_evidence(*, incident: Incident, kind: EvidenceKind, proof: Proof, by: Person, at: datetime) -> Evidence:
    """Keep one more file of evidence with the incident. Raises CannotState."""
    _lock(incident)
    if any(each.sha256 == proof.sha256 for each in list_exhibits(incident)):
        raise CannotState(f"{proof.name}: the same file is among the evidence already.")
    added = Evidence(kind=kind, name=proof.name, sha256=proof.sha256, added_by_id=by.id, added_at=at)
    incident.evidence.append(added)
    session.flush()
    parts = {"kind": kind.value, "name": proof.name, "sha256": proof.sha256}
    audit.record(action="evidence.added", actor=by, subject=added, at=at, **parts)
    return added


def list_exhibits(incident: Incident) -> Sequence[Exhibit]:
    """Every file of evidence once, those of the statements first."""
    shows = {StatementKind.STOPPED: "That the release was stopped", StatementKind.FIXED: "That the cause is fixed"}
    stated = [
        Exhibit(each.evidence_name, each.evidence_sha256, shows[each.kind], each.recorded_by, each.recorded_at)
        for each in incident.statements
    ]
    added = [
        Exhibit(each.name, each.sha256, each.kind.label, each.added_by, each.added_at) for each in incident.evidence
    ]
    return list({each.sha256: each for each in reversed([*stated, *added])}.values())[::-1]


def hand_out_evidence(*, incident: Incident, sha256: str, to: Person, at: datetime) -> Exhibit:
    """Note in the log who takes the file. Raises CannotState when it is none of this incident's."""
    exhibit = next((each for each in list_exhibits(incident) if each.sha256 == sha256), None)
    if exhibit is None:
        raise CannotState("This file is no evidence of the incident.")
    parts = {"name": exhibit.name, "sha256": sha256}
    audit.record(action="evidence.handed_out", actor=to, subject=incident, at=at, **parts)
    return exhibit


def _state(incident: Incident, proof: Proof, *, by: Person, at: datetime, **stated: Any) -> Statement:
    """`stated` are columns of the statement."""
    evidence = {"evidence_name": proof.name, "evidence_sha256": proof.sha256}
    statement = Statement(**stated, **evidence, recorded_by_id=by.id, recorded_at=at)
    incident.statements.append(statement)
    session.flush()
    return statement


def _record(action: str, incident: Incident, statement: Statement, by: Person, at: datetime) -> None:
    audit.record(
        action=action,
        actor=by,
        subject=incident,
        at=at,
        release=statement.release.name,
        done_by=statement.done_by,
        done_on=statement.done_on.isoformat(),
        note=statement.note,
        evidence=statement.evidence_sha256,
    )


def _lock(incident: Incident) -> None:
    session.refresh(incident, with_for_update=True)
