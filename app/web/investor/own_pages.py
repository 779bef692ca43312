"""The pages of one person, whoever looks at them: the investor, or staff who see what they see."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from app import incidents
from app.identity import Person
from app.incidents import Adjustment, Incident, Proposal, answering
from app.incidents.answering import Dispute
from app.web.investor.correction_page import CorrectionCard, CorrectionPage
from app.web.investor.dispute_page import dispute_line
from app.web.investor.gathering import correction_page, waiting_page


def list_cards(person: Person, today: date) -> list[CorrectionCard]:
    """One card for each incident that concerns the person."""
    return [_card(incident, person, today) for incident in incidents.list_told(person, on=today)]


def find_page(incident: Incident, person: Person, today: date) -> CorrectionPage | None:
    """The person's figures, or None while none are published to them."""
    concerned = incidents.find_concerned(incident, person, on=today)
    proposal = incidents.find_published(incident, concerned.account_ids) if concerned else None
    if concerned is None or proposal is None:
        return None
    known = incidents.find_acknowledgment(proposal, person)
    adjustments = list_published(proposal, concerned.account_ids)
    page = correction_page(proposal, adjustments, known, is_copy=concerned.is_copy, today=today)
    return _with_disputes(page, adjustments, answering.list_disputes_of(incident, concerned.account_ids))


def _with_disputes(
    page: CorrectionPage, adjustments: Sequence[Adjustment], disputes: Sequence[Dispute]
) -> CorrectionPage:
    """With what the accounts' people say is wrong, and its sections marked of which that stands."""
    standing = {(each.case_id, each.account_id) for each in disputes if each.is_standing}
    sections = tuple(
        replace(section, is_disputed=(each.case_id, each.account_id) in standing)
        for section, each in zip(page.sections, adjustments, strict=True)
    )
    return replace(page, sections=sections, disputes=tuple(dispute_line(each) for each in disputes))


def list_published(proposal: Proposal, account_ids: frozenset[int]) -> Sequence[Adjustment]:
    """The proposal's figures of these accounts, as far as they are published."""
    rows = incidents.list_adjustments(proposal, account_ids)
    return [each for each in rows if each.published_at is not None]


def _card(incident: Incident, person: Person, today: date) -> CorrectionCard:
    page = find_page(incident, person, today)
    waiting = None if page else waiting_page(incident, today)
    url = f"/corrections/{incident.reference}"
    return CorrectionCard(reference=incident.reference, url=url, waiting=waiting, page=page)
