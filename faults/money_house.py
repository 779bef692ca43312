"""A platform whose correction is out: the people who work on it, and the versions that may follow."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

from app import identity, incidents
from app.identity import Account, Person
from app.incidents import CaseDecision, Decision, Distributions, Incident, Proposal, Remedy, RulingKind, current
from app.web.admin.texts import notice_texts
from tests.incidents.builders import PAY_TO, Staff, an_incident, approve, key_dates, publish, the_staff

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
AFTER_LOOK = timedelta(days=12)
"""From the publication of the first version until its money may move."""
DEALS = ("orbit", "tidewater")
COVERS = (frozenset(DEALS), frozenset({"orbit"}), frozenset({"tidewater"}))
INTEREST = ("simple-act/365f", "simple-act/365f, at most 12%", "simple-act/365f, at most 1%")
LEFT_REASON = "They have a letter of their own."


class House:
    """An incident over the demo's two deals, published by its first version; any number of walks begin from it."""

    def __init__(self, distributions: Distributions) -> None:
        self.staff: Staff = the_staff()
        self.incident: Incident = an_incident(self.staff, at=AT, stage="investigating")
        self.texts = notice_texts()
        case = next(each for each in self.incident.cases if each.deal.external_id == "orbit")
        incidents.rule(
            case=case, kind=RulingKind.CLAIMED, clause="7.1", reason="It says so.", by=self.staff.legal, at=AT
        )
        first = {"orbit": CaseDecision(distributions=distributions, distributions_reason=LEFT_REASON)}
        self.propose(Decision(first), at=AT)
        self.sign(at=AT)
        self.publish(at=AT)

    def propose(self, decision: Decision, *, at: datetime) -> Proposal:
        """One more version."""
        return incidents.propose(
            incident=self.incident,
            decision=decision,
            dates=key_dates(at.date()),
            pay_to=PAY_TO,
            reason="Something else is right.",
            texts=self.texts,
            by=self.staff.admin,
            at=at,
        )

    def sign(self, *, at: datetime) -> None:
        """Management and legal sign the newest version."""
        approve(self.incident, self.staff, at)

    def publish(self, *, at: datetime) -> None:
        """Every batch of it, whatever the mail server says of the canary."""
        publish(self.incident, self.staff, at)

    def decide(self, random: Random) -> Decision:
        """Any decision about one deal or both: other interest, other decliners, now and then another remedy."""
        cases = {deal: self._decide_one(deal, random) for deal in DEALS}
        return Decision(cases, interest_policy=random.choice(INTEREST), covers=random.choice(COVERS))

    def _decide_one(self, deal: str, random: Random) -> CaseDecision:
        offered = self._positions_offered(deal)
        declining = frozenset(random.sample(offered, random.randint(0, len(offered))))
        remedy = random.choice([Remedy.REDISTRIBUTION] * 20 + [Remedy.NEW_ROUND, Remedy.CASH, Remedy.NONE])
        if remedy is not Remedy.REDISTRIBUTION:
            return CaseDecision(remedy=remedy, reason="Asked for.", distributions_reason=LEFT_REASON)
        distributions = random.choice([None, Distributions.LEFT, Distributions.CLAIMED]) if deal == "orbit" else None
        return CaseDecision(declining=declining, distributions=distributions, distributions_reason=LEFT_REASON)

    def _positions_offered(self, deal: str) -> list[int]:
        case = next(each for each in self.incident.cases if each.deal.external_id == deal)
        standing = current.current_of(case).values()
        return sorted(each.request.position for each in standing if each.offer_cents)


def owner_of(account: Account, on: date) -> Person:
    """Somebody who answers for it."""
    readers: Sequence[Person] = identity.list_readers(account=account, on=on)
    return next(each for each in readers if account.id in identity.list_answered_for(person=each, on=on))
