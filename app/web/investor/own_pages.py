"""The pages of one person, whoever looks at them: the investor, or staff who see what they see."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from app import incidents, settlement
from app.identity import Person
from app.incidents import Adjustment, Incident, answering, current
from app.incidents.answering import Dispute, Option
from app.incidents.answers import list_acknowledgments
from app.web.investor.correction_page import CorrectionCard, CorrectionPage
from app.web.investor.dispute_page import dispute_line
from app.web.investor.gathering import correction_page, waiting_page
from app.web.investor.payments import held_back


def list_cards(person: Person, at: datetime) -> list[CorrectionCard]:
    """One card for each incident that concerns the person."""
    return [_card(incident, person, at) for incident in incidents.list_told(person, on=at.date())]


def find_page(incident: Incident, person: Person, at: datetime) -> CorrectionPage | None:
    """The person's figures, or None while none are published to them."""
    today = at.date()
    concerned = incidents.find_concerned(incident, person, on=today)
    proposal = incidents.find_published(incident, concerned.account_ids) if concerned else None
    if concerned is None or proposal is None:
        return None
    adjustments = current.list_current(incident, concerned.account_ids)
    page = correction_page(
        proposal,
        adjustments,
        list_acknowledgments(incident, person),
        looked_at=current.list_looked_at(incident, concerned.account_ids),
        is_copy=concerned.is_copy,
        today=today,
    )
    page = _with_holds(page, adjustments, answering.today_in(incident, at))
    page = _with_disputes(page, adjustments, answering.list_disputes_of(incident, concerned.account_ids))
    page = _with_options(page, adjustments, answering.list_options(adjustments, on=answering.today_in(incident, at)))
    by_phone = tuple(answering.list_taken_of(incident, person, concerned.account_ids))
    return replace(page, by_phone=by_phone, looks_first=today <= page.look_by)


def _with_holds(page: CorrectionPage, adjustments: Sequence[Adjustment], today: date) -> CorrectionPage:
    """With what keeps each payment waiting that is not a dispute."""
    made = settlement.settlements_by_adjustment([each.id for each in adjustments])
    holds = settlement.list_holds([each for theirs in made.values() for each in theirs.values()], on=today)
    if not any(holds.values()):
        return page
    sections = tuple(
        replace(
            section,
            payments=tuple(held_back(one, holds.get(made[each.id][one.direction].id, ())) for one in section.payments),
        )
        for section, each in zip(page.sections, adjustments, strict=True)
    )
    return replace(page, sections=sections)


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


def _with_options(page: CorrectionPage, adjustments: Sequence[Adjustment], options: Sequence[Option]) -> CorrectionPage:
    """With what can be chosen, and its sections marked of which the offer was left."""
    left = {each.adjustment.id for each in options if each.is_left}
    sections = tuple(
        replace(section, is_left=each.id in left) for section, each in zip(page.sections, adjustments, strict=True)
    )
    return replace(page, sections=sections, options=tuple(options))


def _card(incident: Incident, person: Person, at: datetime) -> CorrectionCard:
    page = find_page(incident, person, at)
    waiting = None if page else waiting_page(incident, at.date())
    url = f"/corrections/{incident.reference}"
    return CorrectionCard(reference=incident.reference, url=url, waiting=waiting, page=page)
