"""What another version of a proposal would void and alter, said before anybody makes it.

It voids the version that waits for signatures, and once published it takes the place of figures that people read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.incidents.audience import list_concerned
from app.incidents.proposal_models import Proposal
from app.incidents.proposing import figures_signed
from app.incidents.queries import find_proposal
from app.incidents.voiding import VOIDABLE


@dataclass(frozen=True)
class Alteration:
    """The version that becomes void, whose signatures are lost, and the people whose figures become other ones.

    `replaced` are the published versions of which something is replaced, and `told` the people who read other figures
    than the published ones.
    """

    version: int
    voided: Proposal | None
    digest: str
    people: Sequence[str]
    concerned: int
    changes: Sequence[str]
    replaced: Sequence[int]
    told: Sequence[str]

    @property
    def signers(self) -> list[str]:
        """Who signed what becomes void."""
        return [approval.signed_by for approval in self.voided.approvals] if self.voided else []


WORDS: Mapping[str, str] = {
    "notice_on": "the day of the notice",
    "look_by": "the day to look by",
    "pay_by": "the day refunds are sent by",
    "remind_on": "the day of the reminder",
    "due_by": "the day offers end",
    "pay_to": "where offers are paid to",
    "policy": "the policy",
    "thresholds": "the threshold",
    "threshold_waives": "what the threshold waives",
    "threshold_reason": "the reason for the threshold",
    "assumptions": "the assumptions",
    "reason": "the reason",
}


def find_alteration(draft: Proposal, on: date) -> Alteration | None:
    """What `draft` would void of the version that waits, and alter of the published ones; None where there are none."""
    newest = find_proposal(draft.incident)
    before = newest if newest is not None and newest.state in VOIDABLE else None
    new = [each for each in draft.adjustments if each.replaces is not None and not each.is_kept]
    if before is None and not new:
        return None
    concerned = list_concerned(draft.incident, on)
    altered = _altered(before, draft) if before else frozenset()
    other = {each.account_id for each in new}
    return Alteration(
        version=draft.version,
        voided=before,
        digest=draft.digest,
        people=[each.person.full_name for each in concerned if each.account_ids & altered],
        concerned=len(concerned),
        changes=_changed_terms(before, draft) if before else [],
        replaced=sorted({each.replaces.proposal.version for each in new if each.replaces}),
        told=[each.person.full_name for each in concerned if each.account_ids & other],
    )


def _altered(before: Proposal, draft: Proposal) -> frozenset[int]:
    """The accounts to which the draft says something else than the version before."""
    was, now = _figures(before), _figures(draft)
    return frozenset(key[0] for key in was.keys() | now.keys() if was.get(key) != now.get(key))


def _changed_terms(before: Proposal, draft: Proposal) -> list[str]:
    """In words, what else is another one."""
    terms = [words for name, words in WORDS.items() if getattr(before, name) != getattr(draft, name)]
    return terms + _changed_parts(before, draft)


def _figures(proposal: Proposal) -> Mapping[tuple[int, int], list[object]]:
    """What each account is told and owed in each deal."""
    return {(each.account_id, each.case.id): figures_signed(each) for each in proposal.adjustments}


def _changed_parts(before: Proposal, draft: Proposal) -> list[str]:
    """In words, for each deal, what of its decision is another one."""
    names = {
        "remedy": "the remedy",
        "reason": "the reason for the remedy",
        "risk": "the risk",
        "risk_reason": "the reason for the risk",
        "multiple_text": "the multiple",
        "distributions": "what happens to distributions",
        "distributions_reason": "the reason about distributions",
        "held": "who declines",
        "obliged_by": "whether offers oblige",
    }
    earlier = {part.case.id: part for part in before.parts}
    return [
        f"{words} in {part.case.deal.name}"
        for part in draft.parts
        for name, words in names.items()
        if part.case.id not in earlier or getattr(earlier[part.case.id], name) != getattr(part, name)
    ]
