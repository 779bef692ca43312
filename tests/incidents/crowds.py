"""An incident with as many adjustments as a benchmark or a campaign needs: ready to be published, or published."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from app import incidents
from app.core.db import session, transaction
from app.deals import Request
from app.identity import Account, Authority, Person
from app.incidents import Adjustment, Proposal, Publication, PublicationState
from tests.incidents.builders import an_incident, the_staff

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PIECE = 5_000


def a_crowd_to_publish_to(size: int, at: datetime = AT) -> int:
    """An approved proposal with so many adjustments, its publication past the canary; answers the publication's id."""
    with transaction():
        staff = the_staff()
        proposal = incidents.get_proposal(an_incident(staff, at=at, stage="approved"))
        for start in range(0, size // 2, PIECE):
            add_people(proposal, start, min(PIECE, size // 2 - start))
        people = incidents.count_concerned(proposal.incident, at.date())
        made = Publication(proposal=proposal, total=people, started_by_id=staff.admin.id, started_at=at)
        made.state, proposal.state = PublicationState.RUNNING, incidents.ProposalState.PUBLISHING
        session.add(made)
        session.flush()
        return made.id


def a_published_crowd(accounts: int) -> None:
    """The published demo, and beside its people so many accounts with figures in both deals."""
    proposal = incidents.get_proposal(an_incident(the_staff(), at=AT, stage="published"))
    for start in range(0, accounts, PIECE):
        add_people(proposal, start, min(PIECE, accounts - start))


def add_people(proposal: Proposal, start: int, count: int) -> None:
    """Investors with one account each, an adjustment like Grace's or Chen's in either deal."""
    numbers = range(start, start + count)
    people = _insert(Person, [_person(number) for number in numbers])
    accounts = _insert(Account, [_account(number) for number in numbers])
    scope = {"scope": "owner", "ends_on": None}
    acting = zip(people, accounts, strict=True)
    _insert(Authority, [scope | {"person_id": person, "account_id": account} for person, account in acting])
    for part in proposal.parts:
        ours = [each for each in proposal.adjustments if each.case_id == part.case_id and each.difference_cents]
        for kind in range(2):
            mine, like = accounts[kind::2], (min if kind else max)(ours, key=lambda each: each.difference_cents)
            _add_adjustments(like, mine, start * 2 + kind)


def _add_adjustments(like: Adjustment, accounts: Sequence[int], position: int) -> None:
    asked = _columns(like.request)
    places = range(position + 100, position + 100 + 2 * len(accounts), 2)
    requests = [
        asked | {"account_id": account, "position": place} for account, place in zip(accounts, places, strict=True)
    ]
    made = _insert(Request, requests)
    adjusted = _columns(like)
    pairs = zip(accounts, made, strict=True)
    _insert(Adjustment, [adjusted | {"account_id": account, "request_id": request} for account, request in pairs])


def _columns(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key != "id"}


def _insert(model: Any, rows: list[dict[str, Any]]) -> list[int]:
    made = insert(model).returning(model.id, sort_by_parameter_order=True)
    return list(session.scalars(made, rows))


def _person(number: int) -> dict[str, Any]:
    named = {"full_name": f"Reader {number}", "email": f"reader{number}@example.com", "greeting": ""}
    return named | {"pseudonym": str(uuid4()), "time_zone": "UTC"}


def _account(number: int) -> dict[str, Any]:
    named = {"external_id": f"BENCH-{number}", "name": f"Reader {number}", "type": "personal"}
    return named | {"pseudonym": str(uuid4())}
