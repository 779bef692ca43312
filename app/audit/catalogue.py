"""Everything that the log can say happened: a closed list of `noun.verb` in the past tense, each with its parts.

Renaming or removing an entry is a new version of the catalogue; adding one is not. Parts become salted commitments,
so nothing personal stands in a leaf, but keep them few: each is something to erase one day.
"""

from collections.abc import Mapping

VERSION = 1


def _action(parts: str = "") -> frozenset[str]:
    return frozenset(parts.split())


ACTIONS: Mapping[str, frozenset[str]] = {
    # What was brought in
    "import.sealed": _action("digest source counts changes as_email"),
    # People and staff
    "person.added": _action("email full_name"),
    "account.added": _action("external_id type"),
    "authority.given": _action("account scope ends_on"),
    "staff.created": _action("email full_name roles as_email"),
    "staff.disabled": _action("reason as_email"),
    "staff.signed_in": _action("roles factor"),
    "staff.refused": _action("reason"),
    "staff.reauthenticated": _action("factor"),
    "enrolment.issued": _action("as_email"),
    "password.chosen": _action(),
    "factor.added": _action("factor"),
    "factor.removed": _action("factor"),
    "factor.reset": _action("reason as_email"),
    "recovery.made": _action(),
    "role.granted": _action("role reason"),
    "role.confirmed": _action("role"),
    "change.asked": _action("kind person role reason as_email"),
    "change.confirmed": _action(),
    "change.refused": _action(),
    "role.withdrawn": _action("role reason"),
    "delegation.asked": _action("role deputy from_on to_on reason"),
    "delegation.confirmed": _action(),
    "delegation.ended": _action(),
    # Signing in
    "signin.link_asked": _action("nonce_given"),
    "signin.link_voided": _action("reason"),
    "signin.signed_in": _action("link_purpose"),
    "signin.refused": _action("reason"),
    "session.ended": _action("reason"),
    # The incident
    "incident.opened": _action("reference title rule release first_faulty_on deals"),
    "incident.contained": _action("release done_by done_on note evidence"),
    "incident.live_asked": _action(),
    "incident.went_live": _action("asked_by"),
    "incident.contact_changed": _action("contact was"),
    "incident.cause_changed": _action("cause was"),
    "note.made": _action(),
    "party.recorded": _action("party told_on because"),
    "fix.recorded": _action("release done_by done_on note evidence"),
    "evidence.added": _action("kind name sha256"),
    "evidence.handed_out": _action("name sha256"),
    "rehearsal.sent": _action("messages"),
    # Runs and proposals
    "run.made": _action("deal rule bases certificate digest rate"),
    "case.added": _action("deal replay"),
    "replay.made": _action("incident rule digest coverage"),
    "basis.bound": _action("binding reason"),
    "ruling.made": _action("kind deal clause reason"),
    "ruling.withdrawn": _action("kind"),
    "proposal.made": _action("version digest"),
    "proposal.approved": _action("role note digest signed_for"),
    "proposal.rejected": _action("role reason digest signed_for"),
    "proposal.voided": _action("approvals"),
    "dossier.made": _action("reference files"),
    "attestation.made": _action("reference files"),
    "papers.taken": _action("name sha256"),
    # Publishing
    "publication.started": _action("digest people"),
    "publication.continued": _action("done"),
    "publication.resumed": _action("done"),
    "publication.paused": _action("done"),
    "publication.stopped": _action("done"),
    "publication.finished": _action("people"),
    "correction.published": _action(
        "proposal deal remedy recorded_cents corrected_cents refund_cents interest_cents offer_cents cash_cents"
        " distribution_cents waived"
    ),
    # What people say back
    "correction.acknowledged": _action("number incident version digest figures"),
    # Money
    "settlement.due": _action("account kind principal_cents interest_cents currency due_on number adjustment"),
    "settlement.held": _action("kind reason cents until_on"),
    "settlement.let_go": _action("kind reason"),
    "settlement.settled": _action("reference cents on code"),
    "settlement.returned": _action("reference cents on code"),
    "settlement.superseded": _action("paid_cents"),
    "invoice.paid": _action("number cents on code"),
    "forgoing.asked": _action("kind reason"),
    "forgoing.granted": _action("kind"),
    "forgoing.refused": _action("kind"),
    "batch.prepared": _action("number digest payments totals"),
    "batch.released": _action("number digest payments totals"),
    "batch.taken": _action("number digest payments totals"),
    "batch.withdrawn": _action("number reason"),
    "answers.taken": _action("digest booked left_over"),
    "answers.cleared": _action("note"),
    # Notices
    "notice.proposed": _action("digest recipients"),
    "notice.approved": _action("digest note signed_for"),
    "notice.rejected": _action("digest note signed_for"),
    "notice.voided": _action("was"),
    "notice.begun": _action("digest people"),
    "notice.told": _action("people"),
    "paper.made": _action("digest sha256 people variants"),
    "notice.queued": _action("kind version notice_number subject_key"),
    "notice.sent": _action("kind version notice_number digest attempt uncertain"),
    "notice.failed": _action("kind version notice_number code reason attempt"),
    "notice.suppressed": _action("kind version notice_number reason"),
    "notice.opened": _action("kind version notice_number"),
    "notice.bounced": _action("kind version notice_number code as_email"),
    "address.suppressed": _action("cause notice_number"),
    "address.released": _action("reason"),
    "mail.stopped": _action("reason as_email"),
    "mail.started": _action("reason as_email"),
    "mail.retried": _action("messages reason as_email"),
    # Calls
    "slot.held": _action("starts_at until agent"),
    "call.booked": _action("starts_at zone agent call_type"),
    "call.moved": _action("from_starts_at starts_at zone agent"),
    "call.cancelled": _action("starts_at reason"),
    "call.held": _action("starts_at outcome note agent"),
    "call.requested": _action("best_times zone"),
    "call.request_closed": _action("state"),
    "delay.announced": _action("minutes until"),
    "calltype.opened": _action("name rules incident"),
    "calltype.changed": _action("name rules incident"),
    "calltype.closed": _action("name"),
    "hours.changed": _action("weekly zone"),
    "hours.overridden": _action("dates windows note"),
    "hours.restored": _action("dates"),
    "holidays.imported": _action("dates digest"),
    "calendar.added": _action("host"),
    "calendar.removed": _action("host"),
    # The log itself
    "log.verified": _action("verdict says"),
    "log.refused": _action("verdict says"),
    "log.continued": _action("note vkey lost as_email"),
    "hold.placed": _action("reason"),
    "hold.lifted": _action("reason"),
    "erasure.asked": _action("parts reason"),
    "erasure.refused": _action("reason"),
    "opening.erased": _action("parts reason"),
    "export.made": _action("name digest as_email"),
    "demo.loaded": _action("stage today as_email"),
}
