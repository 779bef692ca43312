"""Publishing an approved proposal: dry run, start and canary, moves, and the rehearsal before."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app import allocations, audit
from app.core import signals
from app.core.db import ring, session
from app.core.errors import DomainError
from app.core.text import join_words
from app.identity import Person
from app.incidents.audience import count_concerned, list_concerned
from app.incidents.batches import last_date, list_corrections, page_of
from app.incidents.canonical import digest
from app.incidents.making_due import count_addressed, count_written, payables_of
from app.incidents.models import StatementKind
from app.incidents.proposal_models import Proposal, Publication
from app.incidents.proposing import canonical_form
from app.incidents.remedies import Waiver
from app.incidents.replacing import has_moved_since, list_on_their_way
from app.incidents.rerunning import rests_on_rule
from app.incidents.sending import CANARY, find_canary_fault, rehearse_notice
from app.incidents.workflow import (
    PROPOSAL,
    PUBLICATION,
    IncidentState,
    ProposalState,
    PublicationState,
    step,
)
from app.settlement import Direction

MOVED: Mapping[PublicationState, str] = {
    PublicationState.RUNNING: "publication.resumed",
    PublicationState.PAUSED: "publication.paused",
    PublicationState.STOPPED: "publication.stopped",
}


class CannotPublish(DomainError):
    """The proposal cannot be published like this."""


@dataclass(frozen=True)
class DryRun:
    """What publishing would do: people written to, and counts and minor units by currency of what becomes due.

    `unwritten` are the people whose notice the threshold waives; `others` those concerned to whom the version says
    nothing new, `kept` the figures that it only repeats.
    """

    people: int
    unwritten: int
    others: int
    kept: int
    unchanged: int
    counts: Mapping[Direction, int]
    cents: Mapping[Direction, Mapping[str, int]]
    interest_cents: Mapping[str, int]
    waived: int
    waives: Waiver


def dry_run(proposal: Proposal, *, at: datetime) -> DryRun:
    """Counts and totals; `list_obstacles` says why it cannot be published yet."""
    counts: Counter[Direction] = Counter()
    cents: defaultdict[Direction, Counter[str]] = defaultdict(Counter)
    interest: Counter[str] = Counter()
    parts = {part.case_id: part for part in proposal.parts}
    written, addressed = count_written(proposal, at.date()), count_addressed(proposal, at.date())
    for adjustment in proposal.adjustments:
        for payable in payables_of(parts[adjustment.case_id], adjustment):
            currency = adjustment.case.deal.currency
            counts[payable.direction] += 1
            cents[payable.direction][currency] += payable.principal_cents
            interest[currency] += payable.interest_cents
    return DryRun(
        people=written,
        unwritten=addressed - written,
        others=count_concerned(proposal.incident, at.date()) - addressed,
        kept=sum(each.is_kept for each in proposal.adjustments),
        unchanged=sum(each.difference_cents == 0 and not each.is_kept for each in proposal.adjustments),
        counts=counts,
        cents=cents,
        interest_cents=interest,
        waived=sum(each.waived is not Waiver.NOTHING for each in proposal.adjustments),
        waives=proposal.threshold_waives,
    )


def list_obstacles(proposal: Proposal, *, texts: Mapping[str, str]) -> list[str]:
    """Why this proposal cannot be published now, in words; empty when it can."""
    incident = proposal.incident
    obstacles = {
        "This incident is still in rehearsal. Go live first, together with legal.": not incident.is_live,
        "Nobody has recorded who stopped the faulty release.": incident.statement(StatementKind.STOPPED) is None,
        "Nobody has recorded which release fixed the cause.": incident.statement(StatementKind.FIXED) is None,
        "The first notice has not been sent.": incident.state
        in (IncidentState.REPORTED, IncidentState.CONTAINED, IncidentState.TOLD),
        f"The proposal is {proposal.state}, not approved.": proposal.state is not ProposalState.APPROVED,
        "The proposal or a notice text changed after it was approved. Propose it again.": digest(
            canonical_form(incident, proposal, texts)
        )
        != proposal.digest,
    }
    obstacles |= {
        f"{part.case.deal.name}: the certificate no longer holds.": allocations.recheck(part.run) is not None
        for part in proposal.parts
    }
    obstacles |= {
        f"{part.case.deal.name}: without those who declined the rule gives other shares.": not rests_on_rule(part)
        for part in proposal.parts
    }
    obstacles |= _money_obstacles(proposal)
    return [words for words, blocks in obstacles.items() if blocks]


def _money_obstacles(proposal: Proposal) -> dict[str, bool]:
    """What moved, or is about to move, of the money that a version counts."""
    found: dict[str, bool] = {}
    for part in proposal.parts:
        theirs = [each for each in proposal.adjustments if each.case_id == part.case_id]
        batches = list_on_their_way(part.case, theirs)
        name = part.case.deal.name
        found[f"{name}: money that this version changes is in {join_words(batches)}."] = bool(batches)
        found[f"{name}: money moved since this version counted it. Propose it again."] = has_moved_since(part, theirs)
    return found


def start(
    *, proposal: Proposal, typed_reference: str, texts: Mapping[str, str], by: Person, at: datetime
) -> Publication:
    """Begin with the canary; the worker commits the batches. Raises CannotPublish."""
    session.refresh(proposal, with_for_update=True)
    if typed_reference.strip() != proposal.incident.reference:
        raise CannotPublish(f"Type {proposal.incident.reference} to publish.")
    if obstacles := list_obstacles(proposal, texts=texts):
        raise CannotPublish(" ".join(obstacles))
    publication = Publication(
        proposal=proposal,
        total=count_written(proposal, at.date()),
        started_by_id=by.id,
        started_at=at,
    )
    session.add(publication)
    proposal.state = step(PROPOSAL, proposal.state, ProposalState.PUBLISHING)
    session.flush()
    audit.record(
        action="publication.started",
        actor=by,
        subject=proposal,
        at=at,
        digest=proposal.digest,
        people=publication.total,
    )
    ring(signals.publication_waits)
    return publication


def move(
    *, publication: Publication, to: PublicationState, by: Person | str, at: datetime, as_email: str | None = None
) -> None:
    """An admin continues after the canary, pauses, resumes or stops. Raises NotAllowed, CannotPublish.

    `by` is a person or `shell:USER`, and `as_email` whom a command was given for.
    """
    session.refresh(publication, with_for_update=True)
    is_after_canary = to is PublicationState.RUNNING and publication.done <= CANARY
    if is_after_canary and (fault := find_canary_fault(publication.proposal)):
        raise CannotPublish(fault)
    publication.state = step(PUBLICATION, publication.state, to)
    session.flush()
    action = "publication.continued" if is_after_canary else MOVED[to]
    given = {"as_email": as_email} if as_email else {}
    audit.record(action=action, actor=by, subject=publication.proposal, at=at, done=publication.done, **given)
    ring(signals.publication_waits)


def rehearse(*, proposal: Proposal, by: Person, at: datetime) -> int:
    """Send every message of the publication to `by` instead, with dead links; nothing else happens."""
    if proposal.incident.is_live:
        raise CannotPublish("This incident is live; a rehearsal is for before.")
    everybody = list_concerned(proposal.incident, at.date())
    told = list_corrections(proposal, everybody)
    for each, content in told:
        rehearse_notice(
            incident=proposal.incident,
            about=proposal,
            content=content,
            to=each,
            opens=page_of(proposal),
            last_date=last_date(proposal, content),
            by=by,
            at=at,
        )
    audit.record(action="rehearsal.sent", actor=by, subject=proposal, at=at, messages=len(told))
    return len(told)
