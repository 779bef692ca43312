"""The dossier holds the evidence, is the same when made again, and keeps what is privileged to itself."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from app import incidents
from app.core.db import session, transaction
from app.incidents import EvidenceKind, Incident, Proof, papers
from app.incidents.papers import PaperKind, Press
from app.incidents.papers.dossier import describe
from app.incidents.papers.press import Paper, as_json
from app.web.admin.texts import notice_texts
from tests.incidents.builders import PAY_TO, an_incident, the_staff
from tests.papers import needs_pango

DIFF = "--- share.py  2024.08\n+++ share.py  2026.11.1\n-    once\n+    until nothing is left\n"


@pytest.fixture
def incident(app: Flask, at: datetime) -> Incident:
    with transaction():
        made = an_incident(the_staff(), at=at, stage="approved")
        made.cases[0].deal.requests[6].account.name = "<b>Grace</b> & Söhne"
    return made


@needs_pango
def test_a_dossier_made_again_has_the_same_bytes_though_making_it_was_logged(
    app: Flask, incident: Incident, at: datetime
) -> None:
    first = _make(app, incident)
    with transaction():
        papers.log_papers(incident=incident, kind=PaperKind.DOSSIER, papers=first, by="shell:ops", at=at)
    reference = incident.reference
    session.remove()

    again = _make(app, incidents.get_incident(reference))
    assert [paper.content for paper in again] == [paper.content for paper in first]

    data, paper = first
    assert (
        data.content
        == json.dumps(json.loads(data.content), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ), "RFC 8785: sorted, nothing to spare"
    words = _words(paper)
    assert f"SHA-256 of the same facts as JSON: {data.sha256}" in words
    for said in [
        "single-pass reproduces every recorded amount to the cent",
        "request 7 got 7436620, which is not between 0 and the 4500000 requested",
        "<b>Grace</b> & Söhne",
        "until nothing is left",
        "Signed for management by Marcus Bell",
        "$29,366.20 × 8% × 36 days ÷ 365 = about $231.7114",
        "No signed checkpoint covers it yet.",
    ]:
        assert said in words


def test_a_dossier_says_how_the_record_came_about_and_that_it_fails_where_the_right_run_holds(
    app: Flask, incident: Incident
) -> None:
    facts = _facts(app, incident)

    orbit = next(deal for deal in facts["deals"] if deal["deal_id"] == "orbit")
    assert orbit["explained"][0] == {"rule": "single-pass", "matching": 8, "total": 8, "unexplained": []}
    assert orbit["tied"] == ["single-pass"]
    assert orbit["shows_no_defect"] is False
    assert orbit["recorded_certificate"].startswith("fails: request 7 got 7436620")
    assert (orbit["correct_certificate"], orbit["rate"]) == ("holds", "38/11")
    assert [each["bucket"] for each in orbit["affected"]].count("under") == 3
    assert sum(each["correct_cents"] - each["recorded_cents"] for each in orbit["affected"]) == 0


def test_a_dossier_tells_what_happened_in_order_and_who_signed_which_digest(app: Flask, incident: Incident) -> None:
    facts = _facts(app, incident)

    actions = [each["action"] for each in facts["timeline"]]
    assert actions[:3] == ["import.sealed", "incident.opened", "incident.contained"]
    assert actions[-2:] == ["proposal.approved", "proposal.approved"]
    assert [each["idx"] for each in facts["timeline"]] == sorted(each["idx"] for each in facts["timeline"])
    assert facts["timeline"][1]["by"] == "Nora Weiss"
    [proposal] = facts["proposals"]
    assert {each["name"]: each["digest"] for each in proposal["signatures"]} == {
        "Marcus Bell": proposal["digest"],
        "Lena Ortiz": proposal["digest"],
    }
    assert facts["as_of"] == facts["timeline"][-1]["at"]


def test_an_update_to_everybody_is_part_of_what_happened(app: Flask, incident: Incident, at: datetime) -> None:
    with transaction():
        promised_on = at.date() + timedelta(days=60)
        update = incidents.propose_update(
            incident=incident,
            left_to_do="Two averages",
            promised_on=promised_on,
            texts=notice_texts(),
            by=incident.owner,
            at=at,
        )

    happened = _facts(app, incident)["timeline"][-1]

    assert (happened["action"], happened["says"]["digest"]) == ("notice.proposed", update.digest)


def test_a_dossier_compares_the_remedies_and_says_what_was_decided_and_why(app: Flask, incident: Incident) -> None:
    facts = _facts(app, incident)

    orbit = {each["remedy"]: each for each in facts["options"] if each["deal_id"] == "orbit"}
    assert list(orbit) == ["A new round", "B redistribution", "C cash make-whole", "D no action"]
    assert [each["remedy"] for each in orbit.values() if each["is_chosen"]] == ["B redistribution"]
    assert (orbit["D no action"]["left_wrong"], orbit["B redistribution"]["left_wrong"]) == (4, 0)
    [proposal] = facts["proposals"]
    assert {part["deal_id"]: part["remedy"] for part in proposal["parts"]} == dict.fromkeys(
        ["orbit", "tidewater"], "B redistribution"
    )
    assert proposal["policy"]["rates"] == [["2024-01-01", "0.08", 1], ["2025-01-01", "0.07", 1]]
    assert {each["party"] for each in facts["parties"]} >= {"Insurer", "Regulator"}


def test_a_dossier_says_how_far_everybody_was_looked_for(app: Flask, incident: Incident, at: datetime) -> None:
    assert _facts(app, incident)["replay"] is None

    incidents.replay_now(incident=incident, by="shell:ops", at=at)

    facts = _facts(app, incident)
    assert (facts["replay"]["replayed"], facts["replay"]["in_range"]) == (2, 2)
    assert len(facts["replay"]["shares"]) == 9
    assert "replay.made" in [each["action"] for each in facts["timeline"]]


def test_pay_to_details_are_no_part_of_a_dossier(app: Flask, incident: Incident) -> None:
    assert PAY_TO not in json.dumps(_facts(app, incident))


@pytest.mark.parametrize(
    ("content", "text", "is_cut"),
    [
        (DIFF.encode(), DIFF, False),
        (b"x" * 9000, "x" * 8000, True),
        (b"\x89PNG\0", None, False),
        (b"\xff", None, False),
    ],
)
def test_evidence_that_is_text_stands_in_the_dossier_as_far_as_it_fits(
    app: Flask, incident: Incident, content: bytes, text: str | None, is_cut: bool
) -> None:
    stated = _facts(app, incident, content)["statements"][0]

    assert (stated["text"], stated["is_cut"], stated["size_bytes"]) == (text, is_cut, len(content))


def test_evidence_that_is_gone_or_was_changed_is_said_to_be(app: Flask, incident: Incident) -> None:
    def gone(sha256: str) -> bytes:
        raise FileNotFoundError(sha256)

    def changed(sha256: str) -> bytes:
        raise ValueError(sha256)

    press = app.extensions["press"]
    for read, words in [(gone, "gone"), (changed, "no longer the one that was stated")]:
        stated = describe(incident, replace(press, read=read)).statements[0]
        assert stated.size_bytes is None
        assert stated.problem is not None
        assert words in stated.problem


@needs_pango
def test_the_diff_and_the_test_of_the_fix_stand_in_the_dossier_with_who_added_them(
    app: Flask, incident: Incident, at: datetime
) -> None:
    _, before = _make(app, incident)
    with transaction():
        for kind, name in [(EvidenceKind.DIFF, "share.diff"), (EvidenceKind.TEST, "test_share.py")]:
            proof = Proof(name=name, sha256=sha256(name.encode()).hexdigest())
            incidents.add_evidence(incident=incident, kind=kind, proof=proof, by=incident.owner, at=at)

    data, paper = _make(app, incident)

    assert [each["action"] for each in json.loads(data.content)["timeline"]][-2:] == ["evidence.added"] * 2
    added = json.loads(data.content)["evidence"]
    assert [(each["kind"], each["name"], each["text"], each["added_by"]) for each in added] == [
        ("diff", "share.diff", DIFF, "Nora Weiss"),
        ("test", "test_share.py", DIFF, "Nora Weiss"),
    ]
    assert [each["sha256"] for each in added] == [
        sha256(name.encode()).hexdigest() for name in ("share.diff", "test_share.py")
    ]
    words = _words(paper)
    assert "The change in the code, as a diff share.diff" in words
    assert "The test that fails on the old release and passes on the new test_share.py" in words
    missing = "Missing, unless that file holds both: the diff of the change, and the test that fails on the old release"
    assert missing in _words(before)
    assert missing not in words


def _press(app: Flask, content: bytes = DIFF.encode()) -> Press:
    press: Press = app.extensions["press"]
    return replace(press, read=lambda _: content)


def _make(app: Flask, incident: Incident) -> Sequence[Paper]:
    return papers.print_papers(incident, PaperKind.DOSSIER, _press(app))


def _facts(app: Flask, incident: Incident, content: bytes = b"evidence") -> Any:
    return json.loads(as_json("dossier", describe(incident, _press(app, content))).content)


def _words(paper: Paper) -> str:
    pages = PdfReader(BytesIO(paper.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
