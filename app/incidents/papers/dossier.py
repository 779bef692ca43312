"""The dossier: the evidence of an incident for management and legal, as one document."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from app.incidents.findings import list_findings
from app.incidents.models import Incident
from app.incidents.papers.dossier_deals import describe_deal
from app.incidents.papers.dossier_decision import (
    describe_binding,
    describe_interest,
    describe_options,
    describe_parties,
    describe_proposal,
)
from app.incidents.papers.dossier_evidence import describe_evidence, describe_release, describe_statement
from app.incidents.papers.dossier_facts import Dossier, LogMark
from app.incidents.papers.dossier_replay import describe_replay
from app.incidents.papers.press import Paper, Press, as_json, as_pdf
from app.incidents.papers.timeline import Happening, find_checkpoint_over, list_happenings
from app.incidents.proposing import list_proposals


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
        **_logged(happenings),
        faulty_release=describe_release(incident.faulty_release),
        statements=[describe_statement(each, press) for each in incident.statements],
        evidence=[describe_evidence(each, press) for each in incident.evidence],
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


def _logged(happenings: Sequence[Happening]) -> dict[str, Any]:
    """What the log says, and how far it reached with the newest event about the incident."""
    newest = happenings[-1]
    checkpoint = find_checkpoint_over(newest.idx)
    mark = LogMark(newest.idx + 1, checkpoint.note if checkpoint else None)
    return {"as_of": newest.at.astimezone(UTC), "log": mark, "timeline": happenings}
