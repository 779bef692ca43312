"""What another version of a proposal would void and alter, said before anybody makes it."""

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
    """The version that becomes void, whose signatures are lost, and the people whose figures become other ones."""

    voided: Proposal
    digest: str
    people: Sequence[str]
    concerned: int
    changes: Sequence[str]

    @property
    def signers(self) -> list[str]:
        """Who signed what becomes void."""
        return [approval.signed_by for approval in self.voided.approvals]


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
    """What `draft` would void and alter of the version that waits or is approved now; none where there is none."""
    before = find_proposal(draft.incident)
    if before is None or before.state not in VOIDABLE:
        return None
    was, now = _figures(before), _figures(draft)
    altered = {key[0] for key in was.keys() | now.keys() if was.get(key) != now.get(key)}
    concerned = list_concerned(draft.incident, on)
    return Alteration(
        voided=before,
        digest=draft.digest,
        people=[each.person.full_name for each in concerned if each.account_ids & altered],
        concerned=len(concerned),
        changes=[words for name, words in WORDS.items() if getattr(before, name) != getattr(draft, name)]
        + _changed_parts(before, draft),
    )


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
