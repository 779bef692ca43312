"""What the closing document says: the incident as it stands when it is closed. Amounts are minor units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from app.core.db import session
from app.incidents import books
from app.incidents.asides import list_parties
from app.incidents.audience import count_concerned
from app.incidents.closing.completeness import list_excepted, say_unsettled
from app.incidents.closing.conservation import Conserved, conserve
from app.incidents.closing.models import Excepted
from app.incidents.models import Incident, StatementKind
from app.incidents.money.reading import list_batches, total_due
from app.incidents.papers.attested import ErasedFact
from app.incidents.papers.erased import list_erased
from app.incidents.papers.press import as_json
from app.incidents.proposal_models import Acknowledgment, Proposal


@dataclass(frozen=True)
class KeyDate:
    """What happened, or was due, on a day."""

    what: str
    on: date


@dataclass(frozen=True)
class ClosedDeal:
    """One deal: its shares before and after, what stays with the platform, and what its error account bears."""

    deal_id: str
    name: str
    currency: str
    remedy: str
    recorded_cents: int
    corrected_cents: int
    carried_cents: int
    open_cents: int
    platform_cents: int
    ledger_cents: int
    bridged_cents: int
    holds: bool


@dataclass(frozen=True)
class ClosedMoney:
    """All settlements of one direction, currency and state."""

    direction: str
    currency: str
    state: str
    count: int
    total_cents: int
    paid_cents: int


@dataclass(frozen=True)
class LetGo:
    """One line of the exceptions list; `about` is pseudonymous."""

    about: str
    says: str
    because: str
    by: str
    at: datetime


@dataclass(frozen=True)
class ToldParty:
    """Who else was told, or why not."""

    party: str
    told_on: date | None
    because: str


@dataclass(frozen=True)
class BooksFact:
    """Who changed the platform's own books, and the file that shows it."""

    done_by: str
    done_on: date
    proof: str
    proof_sha256: str
    out_sha256: str


@dataclass(frozen=True)
class ClosingFacts:
    """The whole document. `as_of` is the newest moment in it."""

    v: int
    kind: str
    reference: str
    title: str
    version: int
    digest: str
    as_of: datetime
    dates: Sequence[KeyDate]
    people: int
    readers: int
    deals: Sequence[ClosedDeal]
    money: Sequence[ClosedMoney]
    batches: Sequence[str]
    books: BooksFact | None
    parties: Sequence[ToldParty]
    let_go: Sequence[LetGo]
    erased: Sequence[ErasedFact]


def gather(incident: Incident, proposal: Proposal) -> ClosingFacts:
    """The facts as they are; `proposal` is the newest correction published to everybody."""
    return ClosingFacts(
        v=1,
        kind="closing",
        reference=incident.reference,
        title=incident.title,
        version=proposal.version,
        digest=proposal.digest,
        as_of=_as_of(incident, proposal),
        dates=list(_dates(incident, proposal)),
        people=count_concerned(incident, proposal.notice_on),
        readers=_readers(proposal),
        deals=[_deal(each) for each in conserve(incident)],
        money=_money(incident),
        batches=[f"{each.number} {each.digest}" for each in reversed(list_batches(incident)) if each.sent_at],
        books=_changed(proposal),
        parties=_told(incident),
        let_go=[_let_go(line) for line in list_excepted(incident)],
        erased=list_erased(),
    )


def facts_sha256(incident: Incident, proposal: Proposal) -> str:
    """The SHA-256 of the same facts as canonical JSON, as they are now."""
    return as_json("closing", gather(incident, proposal)).sha256


def _as_of(incident: Incident, proposal: Proposal) -> datetime:
    """The end of the publication, or whatever of the closing's own came after it."""
    moments = [line.at for line in list_parties(incident).values() if line]
    moments += [line.at for line in list_excepted(incident)]
    moments += [each.recorded_at for each in books.list_changes(incident)]
    moments += [each.sent_at for each in list_batches(incident) if each.sent_at]
    publication = proposal.publication
    finished = [publication.finished_at or publication.started_at] if publication else [proposal.proposed_at]
    return max([*moments, *finished]).astimezone(UTC)


def _dates(incident: Incident, proposal: Proposal) -> Iterator[KeyDate]:
    yield KeyDate("Detected", incident.detected_on)
    for kind, words in ((StatementKind.STOPPED, "Faulty release stopped"), (StatementKind.FIXED, "Cause fixed")):
        if stated := incident.statement(kind):
            yield KeyDate(words, stated.done_on)
    told = next((each.sent_at for each in incident.first_notices if each.sent_at), None)
    if told:
        yield KeyDate("First notice", told.date())
    if proposal.publication:
        yield KeyDate("Figures published", proposal.publication.started_at.date())
    yield KeyDate("Last day to look before money moves", proposal.look_by)
    yield KeyDate("Refunds due", proposal.pay_by)
    yield KeyDate("Offers end", proposal.due_by)


def _changed(proposal: Proposal) -> BooksFact | None:
    change = books.find_change(proposal)
    if change is None:
        return None
    return BooksFact(change.done_by, change.done_on, change.proof, change.proof_sha256, change.out_sha256)


def _told(incident: Incident) -> Sequence[ToldParty]:
    lines = list_parties(incident)
    return [
        ToldParty(party.value, line.told_on if line else None, line.because if line else "")
        for party, line in lines.items()
    ]


def _readers(proposal: Proposal) -> int:
    said = select(func.count()).select_from(Acknowledgment).where(Acknowledgment.proposal_id == proposal.id)
    return session.scalars(said).one()


def _deal(each: Conserved) -> ClosedDeal:
    return ClosedDeal(
        deal_id=each.deal.external_id,
        name=each.deal.name,
        currency=each.deal.currency,
        remedy=each.remedy.label,
        recorded_cents=each.books.recorded_cents,
        corrected_cents=each.corrected_cents,
        carried_cents=each.books.carried_cents,
        open_cents=each.books.open_cents,
        platform_cents=each.books.platform_cents,
        ledger_cents=each.ledger_cents,
        bridged_cents=each.bridged_cents,
        holds=each.holds,
    )


def _money(incident: Incident) -> Sequence[ClosedMoney]:
    return [
        ClosedMoney(each.direction.label, each.currency, each.state, each.count, each.total_cents, each.paid_cents)
        for each in total_due(incident)
    ]


def _let_go(line: Excepted) -> LetGo:
    if line.settlement is not None:
        about, says = line.settlement.audit_name, say_unsettled(line.settlement)
    else:
        about, says = line.person.audit_name if line.person else "", "Not reached."
    return LetGo(about, says, line.reason, line.by.full_name, line.at.astimezone(UTC))
