"""What a version takes the place of; where it says the same the figures that stand are kept."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from app import settlement
from app.core.db import session
from app.core.errors import DomainError
from app.core.money import format_money
from app.core.text import join_words
from app.incidents.current import current_of, find_covering
from app.incidents.models import Case
from app.incidents.moved import NOTHING_MOVED, Moved, moved_in
from app.incidents.outcomes import unpaid_of
from app.incidents.proposal_models import Adjustment, Proposal, ProposalPart
from app.settlement import Batch, BatchItem, Direction, ItemState, Settlement, SettlementState


class CannotReplace(DomainError):
    """A published version cannot be replaced like this, or not now."""


def replace_published(part: ProposalPart, adjustments: Sequence[Adjustment], moved: Mapping[int, Moved]) -> None:
    """Bind what a new part replaces, and keep what it only repeats. Raises CannotReplace.

    The part belongs to its proposal already, whose policy decides too.
    """
    before = find_covering(part.case)
    if before is None:
        return
    was = next(each for each in before.parts if each.case_id == part.case_id)
    _check_remedy(part, was, moved)
    part.replaces = before
    standing = current_of(part.case)
    ended = _list_ended(list(standing.values()))
    for each in adjustments:
        found = standing.get(each.account_id)
        if found is not None:
            _take_the_place(each, found, part, is_lapsed=found.id in ended)
    if all(each.is_kept for each in adjustments):
        raise CannotReplace(
            f"{part.case.deal.name}: nothing changes for anybody against version {before.version}, so leave the deal"
            " out of this version."
        )
    check_nothing_is_on_its_way(part.case, adjustments)


def _take_the_place(each: Adjustment, found: Adjustment, part: ProposalPart, *, is_lapsed: bool) -> None:
    each.replaces = found
    each.is_kept = _says_the_same(each, found, part)
    each.is_lapsed = each.is_held and (is_lapsed or found.is_lapsed)
    _check_taken(each)
    if each.is_kept:  # as it was signed and told: its interest runs to the day that was promised
        each.interest_cents, each.interest_lines = found.interest_cents, list(found.interest_lines)
        each.refund_cents, each.offer_cents, each.cash_cents = found.refund_cents, found.offer_cents, found.cash_cents
        each.distribution_cents = found.distribution_cents
        each.distribution_lines = list(found.distribution_lines)
        each.repaid_cents, each.taken_cents = found.repaid_cents, found.taken_cents
        each.left_cents, each.collected_cents = found.left_cents, found.collected_cents


def _says_the_same(each: Adjustment, found: Adjustment, part: ProposalPart) -> bool:
    """Every amount follows from these, but for what moved meanwhile."""
    was = next(before for before in found.proposal.parts if before.case_id == found.case_id)
    return _said(each, part) == _said(found, was)


def _said(each: Adjustment, part: ProposalPart) -> list[object]:
    policy = part.proposal.policy
    said: list[object] = [each.corrected_cents, each.is_held, each.waived, part.remedy, part.distributions]
    if each.difference_cents < 0:
        said += [policy["interest"], policy.get("rates")]
    if each.difference_cents > 0:
        said += [part.obliged_by, unpaid_of(part)]
    return said + ([part.multiple_text] if each.difference_cents else [])


def _check_remedy(part: ProposalPart, was: ProposalPart, moved: Mapping[int, Moved]) -> None:
    has_moved = any(each.paid_cents or each.taken_cents for each in moved.values())
    if has_moved and part.remedy is not was.remedy:
        raise CannotReplace(
            f"{part.case.deal.name}: money was paid under {was.remedy.label}, so another version keeps that remedy."
        )


def _check_taken(each: Adjustment) -> None:
    """Nobody is made to give back what they bought."""
    if each.taken_cents > max(0, each.corrected_cents - each.recorded_cents):
        deal = each.case.deal
        raise CannotReplace(
            f"{deal.name}: {each.request.account.name} paid {format_money(each.taken_cents, deal.currency)} for the"
            " missing part, and this version gives less. What somebody bought is never taken back by a version: decide"
            " so that they keep at least that, or leave the deal out of this one. To buy it back, agree on it with"
            " them first, and do it outside the portal."
        )


def check_nothing_is_on_its_way(case: Case, adjustments: Sequence[Adjustment]) -> None:
    """Raises CannotReplace while a batch holds money that these adjustments change."""
    if batches := list_on_their_way(case, adjustments):
        raise CannotReplace(
            f"{case.deal.name}: money that this version changes is in {join_words(batches)}. Book the answer, or"
            " withdraw the batch, then propose."
        )


def list_on_their_way(case: Case, adjustments: Sequence[Adjustment]) -> Sequence[str]:
    """The numbers of the batches that hold money which these adjustments change."""
    changed = {each.account_id for each in adjustments if each.replaces is not None and not each.is_kept}
    ids = select(Adjustment.id).where(Adjustment.case_id == case.id)
    rows = session.execute(
        select(Batch.number, Settlement.account_id)
        .join(BatchItem, BatchItem.batch_id == Batch.id)
        .join(Settlement, Settlement.id == BatchItem.settlement_id)
        .where(BatchItem.state == ItemState.OPEN, Settlement.adjustment_id.in_(ids))
        .order_by(Batch.id)
    )
    return list(dict.fromkeys(number for number, account_id in rows if account_id in changed))


def has_moved_since(part: ProposalPart, adjustments: Sequence[Adjustment]) -> bool:
    """Whether money arrived, or came back, since these adjustments counted it."""
    if part.replaces is None:
        return False
    now = moved_in(part.case)
    return any(
        (each.repaid_cents, each.taken_cents) != _counted(now.get(each.account_id, NOTHING_MOVED))
        for each in adjustments
        if each.replaces is not None and not each.is_kept
    )


def _counted(moved: Moved) -> tuple[int, int]:
    return moved.paid_cents, moved.taken_cents


def _list_ended(standing: Sequence[Adjustment]) -> frozenset[int]:
    """Of these adjustments those whose offer ended, since nobody answered."""
    made = settlement.settlements_by_adjustment([each.id for each in standing if each.offer_cents])
    offers = {id_: theirs[Direction.OFFER] for id_, theirs in made.items() if Direction.OFFER in theirs}
    return frozenset(id_ for id_, offer in offers.items() if offer.state is SettlementState.ENDED)


def is_a_first(proposal: Proposal) -> bool:
    """Whether it covers every case of the incident and replaces nothing."""
    return len(proposal.parts) == len(proposal.incident.cases) and not any(each.replaces_id for each in proposal.parts)
