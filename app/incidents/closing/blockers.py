"""Everything that keeps an incident from being closed, in words, each with where it is put right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select

from app import settlement
from app.core.db import session
from app.core.text import join_words, plural
from app.incidents import books
from app.incidents.answering.dispute_models import Dispute
from app.incidents.answering.states import STANDING
from app.incidents.asides import list_parties
from app.incidents.closing.completeness import Gaps, find_gaps
from app.incidents.closing.conservation import conserve
from app.incidents.current import list_uncovered
from app.incidents.models import Case, Incident
from app.incidents.money.reading import COMING, list_answer_files, list_batches, list_forgoings
from app.incidents.queries import find_proposal
from app.incidents.reach import NOTICES
from app.incidents.workflow import ProposalState, PublicationState
from app.notices import Message
from app.notices.models import WAITING
from app.settlement import BatchState


class Where(StrEnum):
    """The page on which a blocker is put right."""

    PUBLISH = "publish"
    SIGN = "sign"
    REACHED = "reached"
    MONEY = "money"
    BOOKS = "books"
    DISPUTES = "disputes"
    TOLD = "told"
    CLOSE = "close"


@dataclass(frozen=True)
class Blocker:
    """What is missing, and where to go."""

    says: str
    where: Where


def find_blockers(incident: Incident, *, at: datetime) -> Sequence[Blocker]:
    """All of them, in the order of the work; none where the incident can be closed."""
    if (unpublished := _unpublished(incident)) is not None:
        return [unpublished]
    return [
        *_waiting(incident),
        *_reach(incident, find_gaps(incident, at=at)),
        *_money(incident),
        *_conservation(incident),
        *_books(incident),
        *_told(incident),
    ]


def _unpublished(incident: Incident) -> Blocker | None:
    if books.find_corrected(incident) is None:
        return Blocker("No correction is published to everybody yet.", Where.PUBLISH)
    if left := list_uncovered(incident):
        names = join_words([case.deal.name for case in left])
        return Blocker(f"No published version covers {names} yet. Propose another.", Where.SIGN)
    return None


def _waiting(incident: Incident) -> Iterator[Blocker]:
    newest = find_proposal(incident)
    if newest is not None and newest.state in COMING:
        says = f"Version {newest.version} of the correction is {newest.state}. Publish it, or reject it."
        yield Blocker(says, Where.PUBLISH if newest.state is ProposalState.PUBLISHING else Where.SIGN)
    publication = newest.publication if newest else None
    if publication is not None and publication.state is not PublicationState.DONE:
        yield Blocker(f"The publication is {publication.state}. Let it finish.", Where.PUBLISH)


def _reach(incident: Incident, gaps: Gaps) -> Iterator[Blocker]:
    on_the_way = (
        select(func.count())
        .select_from(Message)
        .where(
            Message.incident_reference == incident.reference,
            Message.kind.in_(NOTICES),
            Message.is_rehearsal.is_(False),
            Message.state.in_(WAITING),
        )
    )
    if waiting := session.scalars(on_the_way).one():
        yield Blocker(f"{plural(waiting, 'notice')} did not leave yet.", Where.REACHED)
    if count := sum(gap.is_open for gap in gaps.people):
        who = plural(count, "person was", "people were")
        yield Blocker(f"{who} not reached. Reach them, or write below why it is let go.", Where.REACHED)
    if count := sum(gap.is_open for gap in gaps.money):
        which = plural(count, "settlement is", "settlements are")
        yield Blocker(f"{which} not settled or ended. Settle them, or write below why it is let go.", Where.MONEY)


def _money(incident: Incident) -> Iterator[Blocker]:
    yield from _disputes(incident)
    half_way = [
        each.number for each in list_batches(incident) if each.state in (BatchState.PREPARED, BatchState.RELEASED)
    ]
    if half_way:
        yield Blocker(f"Batch {join_words(half_way)}: release and send it, or withdraw it.", Where.MONEY)
    if left := sum(bool(each.leftovers) and each.cleared_at is None for each in list_answer_files(incident)):
        yield Blocker(
            f"{plural(left, 'answer file has', 'answer files have')} rows left over. Clear them.", Where.MONEY
        )
    if asked := sum(each.decided_at is None for each in list_forgoings(incident)):
        yield Blocker(f"{plural(asked, 'request')} to give money up waits for management or legal.", Where.MONEY)


def _disputes(incident: Incident) -> Iterator[Blocker]:
    theirs = select(Dispute).join(Case, Case.id == Dispute.case_id)
    standing = session.scalars(theirs.where(Case.incident_id == incident.id, Dispute.state.in_(STANDING))).all()
    promised = sum(each.awaits_version for each in standing)
    if unanswered := len(standing) - promised:
        says = (
            f"{plural(unanswered, 'dispute is', 'disputes are')} not closed. Support answers in the queue of disputes."
        )
        yield Blocker(says, Where.DISPUTES)
    if promised:
        which = plural(promised, "dispute waits", "disputes wait")
        says = f"{which} for the version that corrects it, as we promised."
        yield Blocker(f"{says} Publish that version, or have it decided anew in the queue of disputes.", Where.DISPUTES)


def _conservation(incident: Incident) -> Iterator[Blocker]:
    if differing := settlement.find_disagreements():
        who = plural(len(differing), "account")
        yield Blocker(
            f"The ledger and the settlements disagree in {who}. Close nothing before it is found.", Where.MONEY
        )
    for each in conserve(incident):
        if not each.holds:
            says = f"The corrected shares of {each.deal.name} do not sum to what its rule gives. Correct them anew."
            yield Blocker(says, Where.SIGN)


def _books(incident: Incident) -> Iterator[Blocker]:
    proposal = books.find_corrected(incident)
    if proposal is None:
        return
    lines = books.list_lines(proposal)
    if not any(line.change_cents for line in lines):
        return
    change = books.find_change(proposal)
    if change is None:
        yield Blocker("Nobody has recorded that the platform’s own books were changed.", Where.BOOKS)
    elif change.out_sha256 != books.digest_of(lines, version=proposal.version):
        yield Blocker("The books were changed by earlier figures. Change them again, and record it.", Where.BOOKS)


def _told(incident: Incident) -> Iterator[Blocker]:
    missing = [party.label.lower() for party, line in list_parties(incident).items() if line is None]
    if missing:
        says = f"Nothing is recorded about the {join_words(missing)}: the day they were told, or why they need not be."
        yield Blocker(says, Where.TOLD)
