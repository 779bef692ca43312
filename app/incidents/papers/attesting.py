"""The attestation: that the figures of an incident were checked again, by what, and what came out."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from fractions import Fraction

from app.audit import Finding, Verdict
from app.core.money import format_money
from app.core.text import join_words, plural
from app.incidents.canonical import digest
from app.incidents.interest_due import interest_of, worked_lines
from app.incidents.models import Incident
from app.incidents.papers.attested import Attestation, AttestedRun, Check
from app.incidents.papers.erased import list_erased
from app.incidents.papers.press import Paper, Press, as_json, as_pdf
from app.incidents.papers.reperformance import draw_sample, seed_of, write_table
from app.incidents.papers.second_look import look_again
from app.incidents.papers.timeline import list_happenings
from app.incidents.proposal_models import Proposal
from app.incidents.proposing import list_proposals
from app.incidents.remedies import Remedy
from app.incidents.voiding import OUT


def attest(incident: Incident, press: Press) -> tuple[Attestation, bytes]:
    """Check everything again, and write the re-performance table."""
    verdict = press.verify_log()  # first, since it ends the session's read transaction
    happenings = list_happenings(incident)
    runs = look_again(incident)
    checks = [*_runs(runs), *(check for each in _versions(incident) for check in _proposal(each)), _log(verdict)]
    table = write_table(runs)
    seed = seed_of(table)
    found = Attestation(
        v=1,
        kind="attestation",
        reference=incident.reference,
        title=incident.title,
        as_of=happenings[-1].at.astimezone(UTC),
        log_size=happenings[-1].idx + 1,
        holds=all(check.holds for check in checks),
        checks=checks,
        erased=list_erased(),
        runs=runs,
        seed=seed,
        sample=draw_sample(runs, seed),
    )
    return found, table


def _versions(incident: Incident) -> Sequence[Proposal]:
    """Every version that is out, and the newest whatever became of it."""
    proposals = list_proposals(incident)
    return [each for each in proposals if each.state in OUT or each is proposals[-1]]


def print_attestation(incident: Incident, press: Press) -> Sequence[Paper]:
    """The attestation as JSON and PDF, the re-performance table, and the sample as text. Raises CannotRender."""
    found, table = attest(incident, press)
    name = f"{incident.reference}-attestation"
    data = as_json(name, found)
    context = {"attestation": found, "sha256": data.sha256, "zone": incident.zone}
    title = f"Attestation {incident.reference}"
    pdf = as_pdf(name, press, "papers/attestation.html", context, title=title, at=found.as_of)
    sample = press.render("papers/attestation/sample.txt", context).encode()
    return [
        data,
        pdf,
        Paper(f"{incident.reference}-reperformance.csv", "text/csv", table),
        Paper(f"{incident.reference}-sample.txt", "text/plain", sample),
    ]


def _runs(runs: Sequence[AttestedRun]) -> Iterator[Check]:
    if not runs:
        yield Check("Runs", holds=False, says="No right rule was run yet, so there is nothing to attest.")
    for run in runs:
        title = f"{run.deal_name}, {run.bases} bases"
        counted = plural(len(run.shares), "share")
        positions = join_words([str(position) for position in run.differing[:20]])
        wrong = f"It differs in {plural(len(run.differing), 'share')}: requests {positions}."
        says = wrong if run.differing else f"It gives the same {counted} to the last unit."
        yield Check(f"Second calculation of {title}", not run.differing, says)
        yield Check(f"Certificate of {title}", run.certificate == "holds", f"Checked again: {run.certificate}.")


def _proposal(proposal: Proposal) -> Iterator[Check]:
    """That what was signed is what is stored, that nothing is created or lost, and that interest adds up."""
    version = f"version {proposal.version}"
    is_same = digest(proposal.canonical) == proposal.digest
    yield Check(
        f"Digest of {version}", is_same, "Of the stored text." if is_same else "It is not that of the stored text."
    )
    others = [each.approver.full_name for each in proposal.approvals if each.digest != proposal.digest]
    on_this = f"{plural(len(proposal.approvals), 'signature')} on this digest."
    says = f"On another digest: {join_words(others)}." if others else on_this
    yield Check(f"Signatures of {version}", not others, says)
    yield from _conservation(proposal)
    yield _interest(proposal)


def _log(verdict: Verdict | None) -> Check:
    if verdict is None:
        return Check(
            "The audit log", holds=False, says="It was not verified: AUDIT_VKEY, the log's public key, is not set."
        )
    return Check("The audit log", verdict.finding is Finding.OK, f"{verdict.line}: {verdict.says}")


def _conservation(proposal: Proposal) -> Iterator[Check]:
    """Where shares are redistributed they sum to what the deal has, as before or as they should have."""
    for part in proposal.parts:
        deal = part.case.deal
        theirs = [each for each in proposal.adjustments if each.case_id == part.case_id]
        change = sum(each.change_cents for each in theirs)
        after = sum(each.recorded_cents for each in theirs) + change
        due = sum(share.allocated_cents for share in part.run.shares)
        says = f"{part.remedy.label}: the changes sum to {format_money(change, deal.currency)}, so the holdings"
        says += f" to {format_money(after, deal.currency)} of {format_money(deal.available_cents, deal.currency)}."
        yield Check(f"Conservation in {deal.name}", part.remedy is not Remedy.REDISTRIBUTION or after == due, says)


def _interest(proposal: Proposal) -> Check:
    """Each line is its own product, and each sum is that of its lines, rounded half up once."""
    wrong = [each for each in proposal.adjustments if interest_of(each.interest_lines) != each.interest_cents]
    lines = [line for each in proposal.adjustments for line in worked_lines(each.interest_lines)]
    off = [
        line
        for line in lines
        if not line.is_limited and line.base * line.rate * Fraction(line.days, line.year_days) != line.exact
    ]
    says = f"{plural(len(lines), 'line')} worked again; {len(wrong)} sums and {len(off)} lines differ."
    return Check(f"Interest of version {proposal.version}", not wrong and not off, says)
