"""What somebody tries out on the pages of the decision, read from the address."""

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

from app.core.text import plain_fraction
from app.incidents import Case, Incident, Proposal, WhatIf
from app.web.admin.decision_form import read_multiple, read_positions

USUAL_DAYS = {"notice_on": 0, "look_by": 11, "pay_by": 18, "remind_on": 29, "due_by": 43}


def usual_dates(today: date) -> dict[str, date]:
    """The key dates as they are suggested."""
    return {name: today + timedelta(days=days) for name, days in USUAL_DAYS.items()}


def what_if(incident: Incident, before: Proposal | None, wished: Mapping[str, str], today: date) -> WhatIf:
    """The newest version, with what the address asks for instead. Raises UnreadableDecision."""
    days = usual_dates(today)
    parts = {part.case_id: part for part in before.parts} if before else {}
    multiples, declining = {}, {}
    for case in incident.cases:
        name, part = case.deal.external_id, parts.get(case.id)
        multiple = wished.get(f"{name}-multiple", (part.multiple_text if part else "") or "")
        positions = wished.get(f"{name}-declining")
        if multiple:
            multiples[name] = read_multiple(multiple)
        declining[name] = part.held if part and positions is None else read_positions(positions or "")
    return WhatIf(
        pay_by=before.pay_by if before else days["pay_by"],
        due_by=before.due_by if before else days["due_by"],
        interest_policy=before.policy["interest"] if before else WhatIf.interest_policy,
        multiples=multiples,
        declining=declining,
    )


def asked_for(case: Case, typed: Mapping[str, str]) -> dict[str, str]:
    """The short names of one deal's page as those of all deals."""
    names = ("multiple", "declining")
    return {f"{case.deal.external_id}-{name}": typed[name].strip() for name in names if name in typed}


def taken_over(case: Case, tried: WhatIf) -> str:
    """The query by which the decision's page takes over what was tried out for one deal."""
    name = case.deal.external_id
    multiple, positions = tried.multiples.get(name), sorted(tried.declining.get(name, ()))
    asked = {"declining": ", ".join(map(str, positions))}
    if multiple is not None:
        asked["multiple"] = plain_fraction(multiple)
    return urlencode({f"{name}-{key}": text for key, text in asked.items() if text})
