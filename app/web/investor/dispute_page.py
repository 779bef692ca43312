"""What the investor's pages show of a dispute. Facts only; the templates choose the words."""

from dataclasses import dataclass
from datetime import date, datetime

from app import identity
from app.identity import Person
from app.incidents import answering
from app.incidents.answering import Dispute, DisputeEntry, DisputeState, PhoneAnswer, Verdict, Waiting


@dataclass(frozen=True)
class DisputeLine:
    """One dispute as the correction's page names it."""

    url: str
    pseudonym: str
    deal_name: str
    account_name: str
    filed_on: date
    state: DisputeState
    verdict: Verdict | None
    due_on: date | None
    review_until_on: date | None
    is_standing: bool
    is_corrected: bool


@dataclass(frozen=True)
class DisputePage:
    """One dispute with all that was said. `may_answer`: the reader answers for the account, not only sees it."""

    line: DisputeLine
    reference: str
    dispute: Dispute
    entries: tuple[DisputeEntry, ...]
    waiting: tuple[Waiting, ...]
    zone: str
    may_answer: bool
    may_ask_again: bool
    filed_by_reader: bool
    by_phone: PhoneAnswer | None = None
    taken_back: PhoneAnswer | None = None


def dispute_line(dispute: Dispute) -> DisputeLine:
    """The facts of one."""
    return DisputeLine(
        url=f"/corrections/{dispute.case.incident.reference}/disputes/{dispute.pseudonym}",
        pseudonym=dispute.pseudonym,
        deal_name=dispute.case.deal.name,
        account_name=dispute.account.name,
        filed_on=dispute.filed_on,
        state=dispute.state,
        verdict=dispute.verdict,
        due_on=dispute.review_by_on if dispute.state is DisputeState.REVIEWING else dispute.answer_by_on,
        review_until_on=dispute.review_until_on,
        is_standing=dispute.is_standing,
        is_corrected=dispute.is_corrected,
    )


def dispute_page(dispute: Dispute, reader: Person, at: datetime) -> DisputePage:
    """The page of one, for somebody of its account."""
    today = answering.today_in(dispute.case.incident, at)
    until = dispute.review_until_on
    may_answer = dispute.account_id in identity.list_answered_for(person=reader, on=today)
    return DisputePage(
        line=dispute_line(dispute),
        reference=dispute.case.incident.reference,
        dispute=dispute,
        entries=tuple(dispute.entries),
        waiting=tuple(answering.list_waiting_for(dispute, at=at)),
        zone=reader.time_zone,
        may_answer=may_answer,
        may_ask_again=may_answer and dispute.is_reviewable and until is not None and today <= until,
        filed_by_reader=dispute.filed_by_id == reader.id,
        by_phone=answering.find_taken_as(dispute),
        taken_back=answering.find_taken_back(dispute),
    )
