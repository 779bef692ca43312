"""The shares of a run, or of the run again among those who do not decline."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app import allocations
from app.allocations import Asked, Outcome, Rule, Run, RunShare
from app.incidents.adjusting import Corrected
from app.incidents.decisions import IncompleteDecision
from app.incidents.decliners import hold_decliners
from app.incidents.proposal_models import ProposalPart


@dataclass(frozen=True)
class Shares:
    """What each request of a deal gets, in the order of the file, and the rate among those who are not held."""

    corrected: Sequence[Corrected]
    rate: Fraction | None
    rounds: int = 0

    @property
    def held(self) -> list[int]:
        """The positions in the file of those who keep what they have."""
        return [each.request.position for each in self.corrected if each.is_held]


def shares_of(run: Run, declining: Collection[int] = ()) -> Shares:
    """The run's own shares; with positions that decline, those of the rule run again until nobody declines more.

    Raises IncompleteDecision for a position that the deal does not have or that is offered nothing, or should the
    certificate fail among the rest.
    """
    shares = sorted(run.shares, key=lambda share: share.request.position)
    if not declining:
        return Shares([Corrected(each.request, each.allocated_cents, each.is_capped) for each in shares], run.rate)
    places = {each.request.position: place for place, each in enumerate(shares)}
    if unknown := sorted(set(declining) - set(places)):
        raise IncompleteDecision(f"{run.deal.name} has no request at position {unknown[0]}.")
    found = _without(run, shares, {places[position] for position in declining})
    _check_all_were_offered(run, found, declining)
    return found


def _check_all_were_offered(run: Run, found: Shares, declining: Collection[int]) -> None:
    for each in found.corrected:
        if each.request.position in declining and not each.is_held:
            account = each.request.account
            raise IncompleteDecision(
                f"{run.deal.name}: {account.name} ({account.external_id}) is offered nothing more, so there is nothing"
                " to decline."
            )


def rests_on_rule(part: ProposalPart) -> bool:
    """Whether the corrected figures of a stored part are those of its run, without those who are held."""
    try:
        shares = shares_of(part.run, part.held)
    except IncompleteDecision:
        return False
    corrected = {each.request.id: (each.corrected_cents, each.is_held) for each in shares.corrected}
    theirs = [each for each in part.proposal.adjustments if each.case_id == part.case_id]
    stored = {each.request_id: (each.corrected_cents, each.is_held) for each in theirs}
    return stored == corrected and shares.rate == part.rate


def _without(run: Run, shares: Sequence[RunShare], declining: Collection[int]) -> Shares:
    """The rule run again without those at these places who are held, certified among the rest."""
    available = run.deal.available_cents
    asked = [Asked(each.request.requested_cents, each.basis_fraction) for each in shares]
    recorded = [each.request.recorded_cents for each in shares]
    settled = hold_decliners(
        available,
        recorded,
        declining,
        lambda left, among: _share(run, left, [asked[place] for place in among]).shares,
    )
    rest = [place for place in range(len(shares)) if place not in settled.held]
    left, theirs = available - sum(recorded[place] for place in settled.held), [asked[place] for place in rest]
    outcome = _share(run, left, theirs)
    _check(run, left, theirs, outcome)
    capped = dict(zip(rest, outcome.capped(theirs), strict=True))
    corrected = [
        Corrected(share.request, cents, capped.get(place, False), is_held=place in settled.held)
        for place, (share, cents) in enumerate(zip(shares, settled.shares, strict=True))
    ]
    return Shares(corrected, outcome.rate, settled.rounds)


def _rule(run: Run) -> Rule:
    return Rule(run.rule, run.zero_basis, run.tie, run.minimum_cents or 0)


def _share(run: Run, left: int, asked: Sequence[Asked]) -> Outcome:
    return allocations.allocate(left, asked, _rule(run))


def _check(run: Run, left: int, asked: Sequence[Asked], outcome: Outcome) -> None:
    fault = allocations.certify(left, asked, outcome, _rule(run))
    if fault is not None:
        raise IncompleteDecision(f"{run.deal.name}: among those who do not decline the certificate fails: {fault}")
