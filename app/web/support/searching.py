"""Finding the person who is on the phone. Names are posted, never part of an address that is logged on the way."""

import re
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import audit, identity, incidents, notices, scheduling
from app.core import clock
from app.core.db import transaction
from app.identity import Person, Role
from app.scheduling import BadPhone
from app.web.access import requires, signed_in
from app.web.desk import the_desk
from app.web.support.forms import SearchForm

bp = Blueprint("support_search", __name__, url_prefix="/support/search")
MOST = 25
FEWEST_LETTERS = 2
REFERENCE = re.compile(r"INC-\d{4}-\d+", re.IGNORECASE)
RECEIPT = re.compile(r"R-[2-9A-Z]{4,}", re.IGNORECASE)
NOTICE = re.compile(r"[2-9A-Z]{4}[- ]?[2-9A-Z]{4}", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """Whom a search found, at most 25 of them, and by what."""

    people: list[Person]
    kind: str
    is_cut: bool = False


@bp.route("", methods=["GET", "POST"])
@requires(Role.SUPPORT)
def search() -> ResponseReturnValue:
    """By name, address, number to call, case, notice or receipt. That somebody searched is logged, not for what."""
    form, found = SearchForm(), None
    if form.submitted():
        typed = (form.text.data or "").strip()
        if len(typed) < FEWEST_LETTERS:
            form.text.errors = ["Write at least two letters or digits."]
        else:
            found = find(typed, clock.now().date())
            _log(found)
    return render_template("support/search.html", form=form, found=found, most=MOST)


def find(typed: str, on: date) -> Found:
    """What the text looks like decides where it is looked for; a number that is none of ours may still be a name."""
    for pattern, look in ((REFERENCE, _by_case), (RECEIPT, _by_receipt), (NOTICE, _by_notice)):
        if pattern.fullmatch(typed) and (found := look(typed.upper(), on)):
            return found
    people = identity.search_investors(typed, at_most=MOST + 1)
    people += [each for each in _called_at(typed) if each not in people]
    return Found(people[:MOST], "words", is_cut=len(people) > MOST)


def _by_case(typed: str, on: date) -> Found | None:
    incident = incidents.find_incident(typed)
    if incident is None:
        return None
    concerned = incidents.list_concerned(incident, on, at_most=MOST + 1)
    return Found([each.person for each in concerned[:MOST]], "case", is_cut=len(concerned) > MOST)


def _by_receipt(typed: str, on: date) -> Found | None:
    acknowledgment = incidents.find_receipt(typed)
    return Found([acknowledgment.person], "receipt") if acknowledgment else None


def _by_notice(typed: str, on: date) -> Found | None:
    message = notices.find_by_notice_number(typed)
    return Found([message.person], "notice") if message else None


def _called_at(typed: str) -> list[Person]:
    """Whom we call at this number, though another may be on file."""
    try:
        return scheduling.list_people_called_at(scheduling.parse_phone(typed, near=the_desk().phone))
    except BadPhone:
        return []


def _log(found: Found) -> None:
    with transaction():
        actor = signed_in()
        audit.record(
            action="people.searched",
            actor=actor,
            subject=actor,
            at=clock.now(),
            kind=found.kind,
            found=len(found.people),
        )
