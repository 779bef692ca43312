"""Who is offered more of a deal, and so may decline: found by account, since a position in a file tells nobody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from app import allocations
from app.allocations import RunShare
from app.core.db import session
from app.deals import Request
from app.identity import Account
from app.incidents.decisions import IncompleteDecision
from app.incidents.models import Case


@dataclass(frozen=True)
class Offered:
    """One account that is offered more, or declined it. `offered_cents` is above what was recorded, by the run."""

    position: int
    number: str
    name: str
    offered_cents: int


def list_offered(case: Case, *, at_most: int) -> Sequence[Offered]:
    """The first accounts, by position, that the newest run of the right rule gives more than was recorded."""
    query = _offered(case).where(RunShare.allocated_cents > Request.recorded_cents)
    return _read(query.limit(at_most))


def list_holders(case: Case, positions: Collection[int]) -> Sequence[Offered]:
    """The accounts at these positions of the deal's file."""
    return _read(_offered(case).where(Request.position.in_(positions)))


def positions_of(case: Case, numbers: Collection[str]) -> frozenset[int]:
    """The positions of these accounts in the deal's file. Raises IncompleteDecision for one that is not in it."""
    theirs = select(Account.external_id, Request.position).join(Request, Request.account_id == Account.id)
    rows = session.execute(theirs.where(Request.deal_id == case.deal_id, Account.external_id.in_(numbers)))
    found: dict[str, int] = dict(rows.all())
    if unknown := sorted(set(numbers) - set(found)):
        raise IncompleteDecision(
            f"{case.deal.name} has no request of an account {unknown[0]}. Give the number as it stands in the files,"
            " such as INV-003."
        )
    return frozenset(found.values())


def _read(query: Select[int, str, str, int]) -> list[Offered]:
    return [Offered(position, number, name, cents) for position, number, name, cents in session.execute(query)]


def _offered(case: Case) -> Select[int, str, str, int]:
    """Of the right rule's newest run on the bases that bind; nobody before there is one."""
    run = allocations.find_newest_run(case.deal, case.deal.rule, basis_kind=case.incident.binding)
    return (
        select(
            Request.position,
            Account.external_id,
            Account.name,
            RunShare.allocated_cents - Request.recorded_cents,
        )
        .join(Account, Account.id == Request.account_id)
        .join(RunShare, RunShare.request_id == Request.id)
        .where(RunShare.run_id == (run.id if run else None))
        .order_by(Request.position)
    )
