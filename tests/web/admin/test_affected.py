"""Who is affected: the replay, everybody by bucket, which bases bind, and further deals."""

import re
from collections import Counter
from datetime import datetime

import pytest
from flask import Flask

from app import incidents
from app.core import clock, jobs
from app.core.db import transaction
from app.incidents import Incident
from app.worker.works import WORKS
from tests.incidents.builders import propose, the_staff
from tests.incidents.histories import an_incident_in_a_history
from tests.web.admin.office import CASE, Office
from tests.web.words import words_of

PAGE = f"{CASE}/affected"


@pytest.fixture
def office(app: Flask, at: datetime) -> Office:
    with transaction():
        staff = the_staff()
        an_incident_in_a_history(staff, at=at)
    return Office(app, staff)


def the_incident() -> Incident:
    return incidents.get_incident("INC-2026-001")


def replayed(office: Office) -> Office:
    incidents.replay_now(incident=the_incident(), by=office.staff.admin, at=clock.now())
    return office


def test_an_admin_asks_for_the_replay_and_comes_back_to_its_result(office: Office) -> None:
    before = words_of(office.admin.get(PAGE).text)
    assert "Find out who is affected" in before
    assert "on every deal imported since release 2024.08" in before

    asked = office.admin.post(f"{PAGE}/replay", on=PAGE)
    assert "A replay is under way." in words_of(office.admin.get(PAGE).text)
    again = office.admin.post(f"{PAGE}/replay", on=PAGE)
    jobs.run_waiting(WORKS)

    assert again.status_code == 422
    job = office.auditor.get(asked.headers["Location"]).text
    assert f'href="{PAGE}"' in job
    words = words_of(office.auditor.get(PAGE).text)
    assert "3 were given too much, 6 too little, 3 more are changed by their averages" in words
    assert "4 of 4 deals since release 2024.08 (August 5, 2024) replayed" in words
    assert "3 of them were allocated by single-pass." in words
    assert "Notices say: “We checked the other deal it was used for.”" in words
    assert "Over Given too much (USD) 3 $0.00 −$55,382.88" in words
    assert "In every deal the changes sum to $0.00, on frozen and on recomputed averages." in words


def test_who_only_reads_sees_no_buttons(office: Office) -> None:
    assert "An admin replays every deal." in words_of(office.auditor.get(PAGE).text)
    replayed(office)

    assert 'method="post"' not in office.auditor.get(PAGE).text.split("<main")[1].split("</main")[0]
    assert office.auditor.post(f"{PAGE}/replay", on=PAGE).status_code == 403


def test_the_accounts_of_a_bucket_are_listed_with_both_differences(office: Office) -> None:
    replayed(office)

    words = words_of(office.auditor.get(f"{PAGE}/accounts?bucket=knock-on").text)

    assert "Changed only by their average" in words
    assert "Chen Wei INV-003 Later Works $47,951.51 $47,951.51 no change $58,851.67 $10,900.16 Knock-on" in words
    assert "Grace" not in words
    assert "Nobody is in this bucket." in words_of(office.auditor.get(f"{PAGE}/accounts?bucket=not-checkable").text)


def test_the_list_turns_its_pages(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    replayed(office)
    monkeypatch.setattr("app.web.admin.affected.ON_A_PAGE", 20)
    first = office.auditor.get(f"{PAGE}/accounts").text
    after = re.search(r"after=\d+", first)
    assert after is not None

    last = office.auditor.get(f"{PAGE}/accounts?{after[0]}").text

    rows = [page.count('<th scope="row">') for page in (first, last)]
    assert rows == [20, 1]
    assert "Next" not in words_of(last)
    assert "First page" in words_of(last)


def test_which_averages_bind_is_decided_with_a_reason_after_a_word_of_what_it_voids(office: Office) -> None:
    replayed(office)
    assert "The frozen averages bind Nobody has decided it yet" in words_of(office.admin.get(PAGE).text)
    office.admin.post(f"{PAGE}/bind", on=PAGE, binding="frozen", reason="As everybody signed.")
    with transaction():
        incidents.investigate(incident=the_incident(), by=office.staff.admin, at=clock.now())
        propose(the_incident(), office.staff, clock.now())
    before = words_of(office.admin.get(PAGE).text)
    assert "The frozen averages bind As everybody signed." in before
    assert "Another choice voids version 1 and 0 approvals." in before

    without = office.admin.post(f"{PAGE}/bind", on=PAGE, binding="recomputed")
    office.admin.post(f"{PAGE}/bind", on=PAGE, binding="recomputed", reason="Section 4.2 speaks of the true average.")

    assert without.status_code == 422
    words = words_of(office.auditor.get(PAGE).text)
    assert "The recomputed averages bind Section 4.2 speaks of the true average. Nora Weiss" in words
    assert incidents.list_voidable(the_incident()) == []


def test_a_further_affected_deal_becomes_a_case(office: Office) -> None:
    replayed(office)
    assert "Later Works: 0 over, 0 under, 3 knock-on" in words_of(office.auditor.get(PAGE).text)

    refused = office.admin.post(f"{PAGE}/add", on=PAGE, deal="quiet")
    office.admin.post(f"{PAGE}/add", on=PAGE, deal="later")

    assert "The replay does not find anybody affected in Quiet Harbor." in words_of(refused.text)
    assert [case.deal.name for case in the_incident().cases] == ["Orbit Robotics", "Tidewater Energy", "Later Works"]
    assert "Further deals are affected" not in words_of(office.admin.get(PAGE).text)


def test_a_second_replay_says_what_differs_from_the_first(office: Office) -> None:
    replayed(replayed(office))

    assert "Nothing differs." in words_of(office.auditor.get(PAGE).text)


def test_no_two_parts_of_the_page_have_the_same_id(office: Office) -> None:
    page = replayed(office).admin.get(PAGE).text

    assert [name for name, times in Counter(re.findall(r'\sid="([^"]+)"', page)).items() if times > 1] == []


def test_without_a_replay_there_is_no_list(office: Office) -> None:
    assert office.auditor.get(f"{PAGE}/accounts").status_code == 404
