"""How far everybody affected was looked for: what texts may say about other deals, and nothing more."""

import json
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import select

from app import allocations
from app.allocations import Replay
from app.core.db import session
from app.core.text import plural
from app.deals import Deal, Release
from app.incidents.models import Incident
from app.incidents.proposal_models import Proposal


@dataclass(frozen=True, slots=True)
class Coverage:
    """Deals replayed of those in range since the first faulty release, whatever release allocated them.

    `checked` of `used` counts only the deals that the faulty rule was used for; `others` of these are no cases of the
    incident, and `others_checked` of them were replayed.
    """

    replayed: int
    in_range: int
    checked: int
    used: int
    others_checked: int
    others: int

    @property
    def is_complete(self) -> bool:
        """Whether every deal in range was replayed."""
        return self.replayed == self.in_range

    @property
    def sentence(self) -> str:
        """What may be said to investors; empty where there is no other deal to speak of."""
        if not self.others:
            return ""
        if self.others_checked == self.others:
            others = "the other deal" if self.others == 1 else f"all {self.others:,} other deals"
            return f"We checked {others} it was used for."
        used, left = plural(self.used, "deal"), self.used - self.checked
        return f"We have checked {self.checked:,} of the {used} it was used for and are still checking {left:,}."


def signed_coverage(proposal: Proposal) -> Coverage | None:
    """The coverage as it stands in what was signed, which is what its notices and pages say; None without a replay."""
    return _read(_Signed(proposal.digest, proposal.canonical))


@dataclass(frozen=True)
class _Signed:
    """A proposal's canonical form, known by its digest."""

    digest: str
    canonical: str = field(compare=False)


@lru_cache(maxsize=2)
def _read(signed: _Signed) -> Coverage | None:
    """Read once: the form names every adjustment, and a publication asks for every batch."""
    coverage = json.loads(signed.canonical).get("coverage")
    return Coverage(**coverage) if coverage else None


def find_replay(incident: Incident) -> Replay | None:
    """The newest finished replay of the incident."""
    return allocations.find_replay(incident.id)


def find_coverage(incident: Incident) -> Coverage | None:
    """How the newest replay covers the deals as they are imported now; None without a replay."""
    replay = find_replay(incident)
    if replay is None:
        return None
    ran = session.execute(
        select(Deal.id, Release.rule).join(Deal.release).where(allocations.is_since(replay.release))
    ).all()
    replayed = {each.deal_id for each in replay.deals if each.obstacle is None}
    used = {deal_id for deal_id, rule in ran if rule is incident.rule}
    others = used - {case.deal_id for case in incident.cases}
    return Coverage(
        replayed=sum(deal_id in replayed for deal_id, _ in ran),
        in_range=len(ran),
        checked=len(used & replayed),
        used=len(used),
        others_checked=len(others & replayed),
        others=len(others),
    )
