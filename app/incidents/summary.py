"""An incident in a few lines, for the command line."""

from app.core.text import plural
from app.incidents.findings import list_findings
from app.incidents.models import Incident, StatementKind
from app.incidents.queries import find_proposal


def summarize(incident: Incident) -> dict[str, str | list[str]]:
    """How the incident stands: what a person reads and a program takes apart by the names."""
    stopped, fixed = incident.statement(StatementKind.STOPPED), incident.statement(StatementKind.FIXED)
    proposal = find_proposal(incident)
    publication = proposal.publication if proposal else None
    return {
        "reference": incident.reference,
        "title": incident.title,
        "state": incident.state.value,
        "mail": "live" if incident.is_live else "rehearsal",
        "rule_at_fault": incident.rule.value,
        "stopped": f"{stopped.release.name} on {stopped.done_on.isoformat()}" if stopped else "not on record",
        "fixed": f"{fixed.release.name} on {fixed.done_on.isoformat()}" if fixed else "not on record",
        "promised_on": incident.promised_on.isoformat() if incident.promised_on else "no date promised",
        "deals": [_deal_line(each.deal.external_id, each.over, each.under) for each in list_findings(incident)],
        "proposal": f"version {proposal.version}, {proposal.state}, {proposal.digest}" if proposal else "none yet",
        "signed_by": [each.approver.full_name for each in proposal.approvals] if proposal else [],
        "told": plural(publication.done, "person", "people") if publication else "nobody",
    }


def _deal_line(deal_id: str, over: int, under: int) -> str:
    return f"{deal_id}: {over} over, {under} under"
