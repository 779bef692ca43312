"""What somebody tries out on the pages of the decision, read from the address."""

from collections.abc import Collection
from datetime import date, timedelta
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from app.core.text import plain_fraction
from app.incidents import Case, Incident, Proposal, ProposalPart, ProposalState, WhatIf, list_holders, positions_of
from app.web.admin.decision_form import read_multiple, read_numbers

OUT = frozenset({ProposalState.PUBLISHING, ProposalState.PUBLISHED})
USUAL_DAYS = {"notice_on": 0, "look_by": 11, "pay_by": 18, "remind_on": 29, "due_by": 43}


def usual_dates(today: date) -> dict[str, date]:
    """The key dates as they are suggested."""
    return {name: today + timedelta(days=days) for name, days in USUAL_DAYS.items()}


def dates_for_next(before: Proposal | None, today: date) -> dict[str, date]:
    """The usual dates, or those of a version that is not out, as long as the day of its notice has not passed."""
    if before is None or before.state in OUT or before.notice_on < today:
        return usual_dates(today)
    return {name: getattr(before, name) for name in USUAL_DAYS}


def what_if(incident: Incident, before: Proposal | None, wished: MultiDict[str, str], today: date) -> WhatIf:
    """The newest version, with what the address asks for instead. Raises UnreadableDecision, IncompleteDecision."""
    days = usual_dates(today)
    parts = {part.case_id: part for part in before.parts} if before else {}
    multiples, declining = {}, {}
    for case in incident.cases:
        name, part = case.deal.external_id, parts.get(case.id)
        multiple = wished.get(f"{name}-multiple", (part.multiple_text if part else "") or "")
        if multiple:
            multiples[name] = read_multiple(multiple)
        declining[name] = _declining(case, part, wished)
    return WhatIf(
        pay_by=before.pay_by if before else days["pay_by"],
        due_by=before.due_by if before else days["due_by"],
        interest_policy=before.policy["interest"] if before else WhatIf.interest_policy,
        multiples=multiples,
        declining=declining,
    )


def _declining(case: Case, part: ProposalPart | None, wished: MultiDict[str, str]) -> Collection[int]:
    """Positions of those who decline: as the version says, unless the address names others or nobody."""
    ticked, typed = f"{case.deal.external_id}-declining", f"{case.deal.external_id}-others"
    if part and ticked not in wished and typed not in wished:
        return part.held
    return positions_of(case, [*wished.getlist(ticked), *read_numbers(wished.get(typed, ""))])


def asked_for(case: Case, typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """The short names of one deal's page as those of all deals."""
    names = ("multiple", "declining", "others")
    name = case.deal.external_id
    return MultiDict([(f"{name}-{each}", value.strip()) for each in names for value in typed.getlist(each)])


def taken_over(case: Case, tried: WhatIf) -> str:
    """The query by which the decision's page takes over what was tried out for one deal."""
    name = case.deal.external_id
    asked = [("declining", each.number) for each in list_holders(case, tried.declining.get(name, ()))]
    if (multiple := tried.multiples.get(name)) is not None:
        asked.append(("multiple", plain_fraction(multiple)))
    return urlencode([(f"{name}-{key}", text) for key, text in asked])
