"""A deal that only averages reach, from the import to the mail and the page of whom it concerns."""

from datetime import datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest
from flask import Flask
from sqlalchemy import select

from app import deals, incidents
from app.allocations import BasisKind
from app.core.db import session, transaction
from app.identity import Person, SessionKind
from app.incidents import Adjustment, CannotBind, Incident
from app.notices import deliver_due
from app.settlement import Direction, Settlement
from tests.incidents.builders import PROOF, Staff, approve, contain, propose, publish, tell, the_staff
from tests.incidents.histories import an_incident_in_a_history
from tests.notices.builders import an_office
from tests.notices.smtp import Postman, a_courier, a_server
from tests.web.browsers import a_browser
from tests.web.words import words_of

pytestmark = pytest.mark.both_databases
REASON = "Averages follow from corrected allocations."
OF_OTHERS = (
    "The averages of others come partly from the deals where the mistake began, so your allocation in Later Works"
)
OWN = "Your average comes partly from the deals where the mistake began, so your allocation in Later Works changes too."


def published_on_recomputed_bases(staff: Staff, at: datetime) -> Incident:
    """Imported with counts of averages, replayed, bound, the third deal a case, signed by two, published to all."""
    with transaction():
        incident = an_incident_in_a_history(staff, at=at)
        contain(incident, staff, at)
        tell(incident, staff, at)
        incidents.investigate(incident=incident, by=staff.admin, at=at)
        _record_the_fix(incident, staff, at)
    incidents.replay_now(incident=incident, by=staff.admin, at=at)
    with transaction(), pytest.raises(CannotBind, match="New averages reach 3 requests"):
        propose(incident, staff, at)
    with transaction():
        incidents.bind(incident=incident, binding=BasisKind.RECOMPUTED, reason=REASON, by=staff.admin, at=at)
        incidents.add_case(incident=incident, deal=deals.get_deal("later"), by=staff.admin, at=at)
        propose(incident, staff, at)
        approve(incident, staff, at)
        publish(incident, staff, at)
    return incident


def _record_the_fix(incident: Incident, staff: Staff, at: datetime) -> None:
    release = next(each for each in deals.list_releases() if each.name == "2026.11.1")
    incidents.record_fix(
        incident=incident, release=release, done_by="Engineering", note="Checked.", proof=PROOF, by=staff.admin, at=at
    )


def mails_of(app: Flask) -> dict[str, str]:
    """Deliver everything through a real mail server; the newest text by address, on one line."""
    postman = Postman()
    with a_server(postman) as port:
        while deliver_due(an_office(app, a_courier(app, port)), at_most=100).tries:
            pass
    found: dict[str, str] = {}
    for raw in postman.accepted:
        mail = message_from_bytes(raw, policy=SMTP)
        text = mail.get_body(("plain",))
        if text is not None and mail["Subject"].startswith("Your corrected figures"):
            found[mail["To"].addresses[0].addr_spec] = " ".join(text.get_content().split())
    return found


def test_a_deal_that_averages_reach_is_put_right_told_and_shown(app: Flask, at: datetime) -> None:
    with transaction():
        staff = the_staff()
    incident = published_on_recomputed_bases(staff, at)

    later = next(case for case in incident.cases if case.deal.external_id == "later")
    theirs = session.scalars(select(Adjustment).where(Adjustment.case_id == later.id)).all()
    # Chen's average is 85,813.95 now and Farid's 40,000; Amara's stays 20,000: 100,000 at 2000000 ÷ 2916279.
    assert {each.account.external_id: (each.recorded_cents, each.corrected_cents) for each in theirs} == {
        "INV-003": (47_951_51, 58_851_67),
        "INV-006": (38_984_58, 27_432_22),
        "INV-001": (13_063_91, 13_716_11),
    }
    due = session.execute(
        select(Settlement.direction, Settlement.principal_cents).where(
            Settlement.adjustment_id.in_([each.id for each in theirs])
        )
    )
    assert sorted((direction.value, cents) for direction, cents in due) == [
        (Direction.OFFER.value, 652_20),
        (Direction.OFFER.value, 10_900_16),
        (Direction.REFUND.value, 11_552_36),
    ]

    people = {person.full_name: person for person in session.scalars(select(Person))}
    mails = mails_of(app)
    assert OWN in mails[people["Chen Wei"].email]
    amara = people["Amara Okafor"]
    for words in (mails[amara.email], _page_of(app, amara, incident)):
        assert f"{OF_OTHERS} changes too." in words
        assert "$652.20" in words
        assert "$13,716.11" in words


def _page_of(app: Flask, reader: Person, incident: Incident) -> str:
    return words_of(a_browser(app, reader, SessionKind.INVESTOR).get(f"/corrections/{incident.reference}").text)
