"""The dossier: the evidence of an incident for management and legal, as one document."""

from collections.abc import Sequence
from datetime import UTC

from app.deals import Release
from app.incidents.findings import list_findings
from app.incidents.models import Incident, Statement
from app.incidents.papers.dossier_deals import describe_deal
from app.incidents.papers.dossier_decision import (
    describe_binding,
    describe_interest,
    describe_options,
    describe_parties,
    describe_proposal,
)
from app.incidents.papers.dossier_facts import (
    Dossier,
    LogMark,
    ReleaseFact,
    StatementFact,
)
from app.incidents.papers.dossier_replay import describe_replay
from app.incidents.papers.press import Paper, Press, as_json, as_pdf
from app.incidents.papers.timeline import Happening, find_checkpoint_over, list_happenings
from app.incidents.proposing import list_proposals

LONGEST_TEXT = 8_000
DATES = ("notice_on", "look_by", "pay_by", "remind_on", "due_by")


def describe(incident: Incident, press: Press) -> Dossier:
    """Everything that is known about the incident, from its rows and the log."""
    happenings, proposals = list_happenings(incident), list_proposals(incident)
    return Dossier(
        v=1,
        kind="dossier",
        reference=incident.reference,
        title=incident.title,
        state=incident.state,
        rule=incident.rule,
        cause=incident.cause,
        detected_on=incident.detected_on,
        owner=incident.owner.full_name,
        as_of=happenings[-1].at.astimezone(UTC),
        log=_log_mark(happenings[-1]),
        timeline=happenings,
        faulty_release=_release(incident.faulty_release),
        statements=[_statement(each, press) for each in incident.statements],
        deals=[describe_deal(finding) for finding in list_findings(incident)],
        replay=describe_replay(incident),
        binding=describe_binding(incident),
        options=describe_options(incident, proposals[-1]) if proposals else [],
        parties=describe_parties(incident),
        proposals=[describe_proposal(each) for each in proposals],
        interest=describe_interest(proposals[-1]) if proposals else [],
    )


def print_dossier(incident: Incident, press: Press) -> Sequence[Paper]:
    """The dossier as JSON and as PDF; the PDF carries the SHA-256 of the JSON. Raises CannotRender."""
    facts = describe(incident, press)
    name = f"{incident.reference}-dossier"
    data = as_json(name, facts)
    title = f"Dossier {incident.reference}"
    context = {"dossier": facts, "sha256": data.sha256, "zone": incident.zone}
    return [data, as_pdf(name, press, "papers/dossier.html", context, title=title, at=facts.as_of)]


def _log_mark(newest: Happening) -> LogMark:
    checkpoint = find_checkpoint_over(newest.idx)
    return LogMark(newest.idx + 1, checkpoint.note if checkpoint else None)


def _release(release: Release) -> ReleaseFact:
    return ReleaseFact(release.name, release.deployed_on, release.rule, release.note)


def _statement(statement: Statement, press: Press) -> StatementFact:
    content, problem = _evidence(statement.evidence_sha256, press)
    text = _text(content)
    return StatementFact(
        kind=statement.kind,
        release=_release(statement.release),
        done_by=statement.done_by,
        done_on=statement.done_on,
        note=statement.note,
        recorded_by=statement.recorded_by.full_name,
        recorded_at=statement.recorded_at,
        evidence=statement.evidence_name,
        sha256=statement.evidence_sha256,
        size_bytes=None if content is None else len(content),
        text=text[:LONGEST_TEXT] if text is not None else None,
        is_cut=text is not None and len(text) > LONGEST_TEXT,
        problem=problem,
    )


def _evidence(sha256: str, press: Press) -> tuple[bytes | None, str | None]:
    try:
        return press.read(sha256), None
    except FileNotFoundError:
        return None, "The file is gone."
    except ValueError:
        return None, "The file is no longer the one that was stated: its SHA-256 differs."


def _text(content: bytes | None) -> str | None:
    try:
        text = content.decode() if content is not None else None
    except UnicodeDecodeError:
        return None
    return None if text is None or "\0" in text else text
