"""How an incident stands: nine rows from containment to close, each with what was done or what is missing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.allocations import Bucket, Replay, sums_of
from app.core.text import join_words, plural
from app.identity import Person, Role
from app.incidents.audience import count_concerned
from app.incidents.closing.operations import find_closing
from app.incidents.closing.withdrawing import find_withdrawal
from app.incidents.coverage import Coverage, find_coverage, find_replay
from app.incidents.current import list_uncovered
from app.incidents.findings import DealFinding, list_findings
from app.incidents.models import FirstNotice, Incident, StatementKind
from app.incidents.money.reading import total_due
from app.incidents.nine_rows import Overview, Row, Standing, Topic
from app.incidents.proposal_models import Proposal, Publication
from app.incidents.publishing import list_obstacles
from app.incidents.queries import find_standing
from app.incidents.remedies import Remedy
from app.incidents.sending import count_held_back
from app.incidents.signing import SIGNATURES_NEEDED
from app.incidents.voiding import OUT
from app.incidents.workflow import LEAVING, NoticeState, ProposalState, PublicationState
from app.settlement import Direction


def get_overview(incident: Incident, *, texts: Mapping[str, str], on: date) -> Overview:
    """The nine rows as they stand; `texts` names each notice template by the SHA-256 of its bytes."""
    findings, proposal = list_findings(incident), find_standing(incident)
    publication = proposal.publication if proposal else None
    rows = (
        _contained(incident),
        _first_notice(incident),
        _data(incident),
        _affected(incident, findings),
        _remedy(incident, findings, proposal),
        _signatures(incident, proposal),
        _published(incident, proposal, texts),
        _money(incident, proposal),
        _closed(incident),
    )
    is_kept = publication is not None and publication.state is PublicationState.DONE and not list_uncovered(incident)
    days_left = (incident.promised_on - on).days if incident.promised_on and not is_kept else None
    return Overview(incident, count_concerned(incident, on), rows, days_left)


def _contained(incident: Incident) -> Row:
    stopped, fixed = incident.statement(StatementKind.STOPPED), incident.statement(StatementKind.FIXED)
    if stopped is None:
        says = f"Record who stopped release {incident.faulty_release.name}, and when."
        return Row(Topic.CONTAINED, Standing.NOW, says)
    standing, rest = Standing.BEGUN, "Still missing: the release that fixed the cause."
    if fixed is not None:
        standing, rest = Standing.DONE, f"Release {fixed.release.name} fixed the cause."
    says = f"Release {stopped.release.name} was stopped. {rest}"
    return Row(Topic.CONTAINED, standing, says, stopped.done_by, stopped.done_on)


NEXT_STEP: Mapping[NoticeState, tuple[Standing, str]] = {
    NoticeState.CANARY: (Standing.BEGUN, "The first messages are leaving."),
    NoticeState.WAITING: (Standing.NOW, "Look at the first messages, then continue."),
    NoticeState.SENDING: (Standing.BEGUN, ""),
    NoticeState.PAUSED: (Standing.NOW, "Paused: resume or stop it."),
    NoticeState.STOPPED: (Standing.NOW, "Stopped before everybody was written to."),
}


def _first_notice(incident: Incident) -> Row:
    if incident.statement(StatementKind.STOPPED) is None:
        return Row(Topic.FIRST_NOTICE, Standing.LATER, "After the faulty release is stopped, and before any run.")
    notice = incident.first_notices[-1] if incident.first_notices else None
    if notice is None or notice.state is NoticeState.VOID:
        return Row(Topic.FIRST_NOTICE, Standing.NOW, "Promise a date and propose the text to legal.")
    people = plural(notice.recipients, "person", "people")
    if notice.state in (*LEAVING, NoticeState.SENT):
        return _say_sent(incident, notice)
    if notice.state is NoticeState.PROPOSED:
        says = f"Legal decides on the text for {people}."
        return Row(Topic.FIRST_NOTICE, Standing.WAITS, says, *_who(incident, notice.proposed_by, notice.proposed_at))
    says = _say_decided(incident, notice, people)
    return Row(Topic.FIRST_NOTICE, Standing.NOW, says, *_who(incident, notice.approved_by, notice.decided_at))


def _say_sent(incident: Incident, notice: FirstNotice) -> Row:
    who = _who(incident, notice.approved_by, notice.sent_at)
    people, held_back = plural(notice.recipients, "person", "people"), count_held_back(notice)
    if notice.state in LEAVING:
        standing, rest = NEXT_STEP[notice.state]
        return Row(Topic.FIRST_NOTICE, standing, f"{notice.queued} of {people} written to. {rest}".rstrip(), *who)
    if held_back and held_back == notice.queued:
        says = "Every message was held back, so nobody was told. Look at the setting MAIL_TO."
        return Row(Topic.FIRST_NOTICE, Standing.NOW, says, *who)
    if held_back:
        says = f"Sent to {notice.queued - held_back} of {people}; {held_back} held back, so these were not told."
        return Row(Topic.FIRST_NOTICE, Standing.NOW, says, *who)
    return Row(Topic.FIRST_NOTICE, Standing.DONE, f"Sent to {people}.", *who)


def _say_decided(incident: Incident, notice: FirstNotice, people: str) -> str:
    if notice.state is NoticeState.REJECTED:
        return f"Legal rejected it: “{notice.note}” Propose it again."
    if not incident.is_live:
        return f"Approved. The incident is still in rehearsal: go live, then send it to {people}."
    return f"Approved. Send it to {people}."


def _data(incident: Incident) -> Row:
    deals = [case.deal for case in incident.cases]
    newest = max((deal.imported for deal in deals), key=lambda each: each.imported_at)
    says = f"{plural(len(deals), 'deal')} with {plural(sum(len(deal.requests) for deal in deals), 'request')}."
    if coverage := find_coverage(incident):
        says += f" {plural(coverage.in_range, 'deal')} imported since release {incident.faulty_release.name}."
    return Row(Topic.DATA, Standing.DONE, says, *_who(incident, newest.imported_by, newest.imported_at))


def _affected(incident: Incident, findings: Sequence[DealFinding]) -> Row:
    missing = [finding.deal.name for finding in findings if finding.suspected is None or finding.right is None]
    if missing:
        standing = Standing.NOW if len(missing) == len(findings) else Standing.BEGUN
        says = f"Run the recorded rule and the right rule on {join_words(missing)}."
        return Row(Topic.AFFECTED, standing, says)
    over, under = sum(each.over for each in findings), sum(each.under for each in findings)
    unaffected = sum(finding.unaffected for finding in findings)
    newest = max(run.made_at for finding in findings for run in (finding.suspected, finding.right) if run)
    replay, coverage = find_replay(incident), find_coverage(incident)
    if replay is None or coverage is None or replay.finished_at is None:
        says = f"{over} over, {under} under, {unaffected} unaffected. Not replayed: nobody looked at other deals yet."
        return Row(Topic.AFFECTED, Standing.BEGUN, says, on=_day(incident, newest))
    standing = Standing.DONE if coverage.is_complete else Standing.BEGUN
    says = f"{_say_buckets(replay)} {_say_covered(incident, coverage)}"
    return Row(Topic.AFFECTED, standing, says, *_who(incident, replay.made_by, replay.finished_at))


def _say_buckets(replay: Replay) -> str:
    counts = {bucket: sum(each.count for each in sums_of(replay) if each.bucket is bucket) for bucket in Bucket}
    always = (Bucket.OVER, Bucket.UNDER, Bucket.UNAFFECTED)
    named = [f"{count} {bucket.replace('-', ' ')}" for bucket, count in counts.items() if count or bucket in always]
    return ", ".join(named).replace("knock on", "knock-on") + "."


def _say_covered(incident: Incident, coverage: Coverage) -> str:
    covered = f"{coverage.replayed} of {plural(coverage.in_range, 'deal')} replayed"
    decided = f"the {incident.binding} averages bind" + ("" if incident.binding_by_id else ", though nobody decided it")
    return f"{covered}; {decided}."


def _remedy(incident: Incident, findings: Sequence[DealFinding], proposal: Proposal | None) -> Row:
    if proposal is None or proposal.state is ProposalState.VOID:
        if any(finding.right is None for finding in findings):
            return Row(Topic.REMEDY, Standing.LATER, "After the right rule was run on every deal.")
        return Row(Topic.REMEDY, Standing.NOW, "Propose one correction over all deals.")
    if proposal.state is ProposalState.REJECTED:
        says = f"Version {proposal.version} was rejected: “{proposal.rejection}” Propose another."
        return Row(Topic.REMEDY, Standing.NOW, says, *_who(incident, proposal.rejected_by, proposal.rejected_at))
    says = f"{_say_remedies(proposal)} (version {proposal.version})."
    return Row(Topic.REMEDY, Standing.DONE, says, *_who(incident, proposal.proposed_by, proposal.proposed_at))


def _say_remedies(proposal: Proposal) -> str:
    """`B redistribution in Orbit and Tidewater, D no action in Comet`."""
    deals: dict[Remedy, list[str]] = {}
    for part in proposal.parts:
        deals.setdefault(part.remedy, []).append(part.case.deal.name)
    return ", ".join(f"{remedy.label} in {join_words(names)}" for remedy, names in deals.items())


def _signatures(incident: Incident, proposal: Proposal | None) -> Row:
    if proposal is None or proposal.state in (ProposalState.VOID, ProposalState.REJECTED):
        return Row(Topic.SIGNATURES, Standing.LATER, "After a correction is proposed.")
    signed = [(approval.role, approval.signed_by) for approval in proposal.approvals]
    who = join_words([name for _, name in signed]) if signed else ""
    on = _day(incident, proposal.approvals[-1].at) if signed else None
    missing = missing_signatures(proposal)
    if not missing:
        return Row(Topic.SIGNATURES, Standing.DONE, "Management and legal approved the same digest.", who, on)
    says = f"Missing: {join_words([role.label.lower() for role in missing])}."
    return Row(Topic.SIGNATURES, Standing.WAITS, says, who, on)


def missing_signatures(proposal: Proposal) -> list[Role]:
    """The roles that have not signed this proposal."""
    return sorted(SIGNATURES_NEEDED - {approval.role for approval in proposal.approvals})


def _published(incident: Incident, proposal: Proposal | None, texts: Mapping[str, str]) -> Row:
    if proposal is None or proposal.state not in (ProposalState.APPROVED, *OUT):
        return Row(Topic.PUBLISHED, Standing.LATER, "After management and legal approved.")
    if proposal.publication is None:
        obstacles = list_obstacles(proposal, texts=texts)
        says = " ".join(obstacles) or "Nothing stands in the way: publish it."
        return Row(Topic.PUBLISHED, Standing.WAITS if obstacles else Standing.NOW, says)
    return _say_publication(incident, proposal.publication)


def _say_publication(incident: Incident, publication: Publication) -> Row:
    told = f"{publication.done:,} of {plural(publication.total, 'person', 'people')} written to."
    at = publication.finished_at or publication.started_at
    standing, rest = {
        PublicationState.CANARY: (Standing.BEGUN, "The first messages are leaving."),
        PublicationState.WAITING: (Standing.NOW, "Look at the first messages, then continue."),
        PublicationState.RUNNING: (Standing.BEGUN, ""),
        PublicationState.PAUSED: (Standing.NOW, "Paused: resume or stop it."),
        PublicationState.STOPPED: (Standing.NOW, "Stopped before everybody was written to."),
        PublicationState.DONE: (Standing.DONE, ""),
    }[publication.state]
    if standing is Standing.DONE and (left := list_uncovered(incident)):
        standing, rest = Standing.NOW, f"{join_words([case.deal.name for case in left])}: propose another version."
    return Row(Topic.PUBLISHED, standing, f"{told} {rest}".rstrip(), *_who(incident, publication.started_by, at))


def _money(incident: Incident, proposal: Proposal | None) -> Row:
    totals = total_due(incident)
    if not totals and (proposal is None or proposal.publication is None):
        return Row(Topic.MONEY, Standing.LATER, "Refunds and offers become due when the figures are published.")
    if not totals:
        return Row(Topic.MONEY, Standing.DONE, "Nothing is due.")
    still = [total for total in totals if not total.state.is_over]
    over = sum(total.count for total in totals) - sum(total.count for total in still)
    on = proposal.pay_by if proposal else None
    if not still:
        return Row(Topic.MONEY, Standing.DONE, f"All {plural(over, 'settlement')} settled or ended.", on=on)
    counts: Counter[Direction] = Counter()
    for total in still:
        counts[total.direction] += total.count
    due = join_words([plural(count, direction.label) for direction, count in counts.items()])
    rest = f"{over} settled or ended." if over else "Nothing is settled yet."
    return Row(Topic.MONEY, Standing.BEGUN, f"{due} due. {rest}", on=on)


def _closed(incident: Incident) -> Row:
    asked, withdrawal = find_closing(incident), find_withdrawal(incident)
    if withdrawal is not None:
        says = f"Withdrawn before anybody was told: {withdrawal.reason}"
        return Row(Topic.CLOSED, Standing.DONE, says, *_who(incident, withdrawal.by, withdrawal.at))
    if asked is None:
        says = "To close: every refund sent, every offer answered or ended, every question answered, the books changed."
        return Row(Topic.CLOSED, Standing.LATER, says)
    if asked.closed_by is None:
        says = "Management or legal closes it on the archive that was asked for."
        return Row(Topic.CLOSED, Standing.WAITS, says, *_who(incident, asked.asked_by, asked.asked_at))
    says = f"Closed on the archive {asked.archive_sha256[:16]}…. No money moves any more."
    return Row(Topic.CLOSED, Standing.DONE, says, *_who(incident, asked.closed_by, asked.closed_at))


def _who(incident: Incident, person: Person | None, at: datetime | None) -> tuple[str, date | None]:
    return person.full_name if person else "", _day(incident, at) if at else None


def _day(incident: Incident, at: datetime) -> date:
    return at.astimezone(ZoneInfo(incident.zone)).date()
