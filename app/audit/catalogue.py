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
    "import.sealed": _action("digest source counts as_email"),
    # People and staff
    "person.added": _action("email full_name"),
    "account.added": _action("external_id type"),
    "authority.given": _action("account scope ends_on"),
    "staff.created": _action("email full_name roles as_email"),
    "staff.disabled": _action("reason as_email"),
    "staff.signed_in": _action("roles"),
    "staff.refused": _action("reason"),
    "staff.reauthenticated": _action(),
    "role.granted": _action("role reason"),
    "role.confirmed": _action("role"),
    "role.withdrawn": _action("role reason"),
    # Signing in
    "signin.link_asked": _action("nonce_given"),
    "signin.link_voided": _action("reason"),
    "signin.signed_in": _action("link_purpose"),
    "signin.refused": _action("reason"),
    "session.ended": _action("reason"),
    # The incident
    "incident.opened": _action("reference title rule release first_faulty_on deals"),
    "incident.contained": _action("rule release statement by_name stopped_on evidence"),
    "incident.promised": _action("promised_on reason"),
    "incident.went_live": _action("role reason"),
    "incident.told": _action("promised_on people"),
    "incident.withdrawn": _action("reason"),
    "incident.closed": _action("reason"),
    "case.opened": _action("deal"),
    "evidence.added": _action("name digest size says"),
    "fix.recorded": _action("release fixed_on statement evidence"),
    "books.confirmed": _action("changed_on statement evidence"),
    "checklist.answered": _action("whom on reason"),
    "rehearsal.sent": _action("kind recipients version"),
    # Runs and proposals
    "run.made": _action("deal rule certificate digest rate"),
    "basis.decided": _action("basis reason"),
    "proposal.made": _action("version digest remedies runs totals dates"),
    "proposal.approved": _action("role note digest"),
    "proposal.rejected": _action("role reason digest"),
    "proposal.voided": _action("reason approvals"),
    # Publishing
    "publication.prepared": _action("digest counts"),
    "publication.started": _action("digest counts canary"),
    "publication.continued": _action("canary"),
    "publication.resumed": _action("cursor as_email"),
    "publication.paused": _action("cursor reason"),
    "publication.stopped": _action("cursor reason"),
    "publication.finished": _action("counts"),
    "correction.published": _action(
        "account version deals recorded_cents corrected_cents difference_cents currency digest"
    ),
    # What people say back
    "correction.acknowledged": _action("number account version deals recorded_cents corrected_cents shown currency"),
    "correction.elected": _action("account choice version"),
    "correction.disputed": _action("account ground"),
    # Money
    "settlement.due": _action("account kind principal_cents interest_cents currency due_on number adjustment"),
    "settlement.released": _action("batch"),
    "settlement.sent": _action("batch"),
    "settlement.settled": _action("batch on"),
    # Notices
    "notice.approved": _action("kind role digest recipients promised_on note"),
    "notice.rejected": _action("kind role digest reason"),
    "notice.queued": _action("kind version notice_number subject_key"),
    "notice.sent": _action("kind version notice_number digest attempt uncertain"),
    "notice.failed": _action("kind version notice_number code reason attempt"),
    "notice.suppressed": _action("kind version notice_number reason"),
    "notice.opened": _action("kind version notice_number"),
    "mail.stopped": _action("reason as_email"),
    "mail.started": _action("reason as_email"),
    # Calls
    "call.booked": _action("starts_at zone agent call_type"),
    "call.moved": _action("from_starts_at starts_at zone agent"),
    "call.cancelled": _action("starts_at reason"),
    "call.held": _action("starts_at outcome note agent"),
    "hours.changed": _action("weekly zone"),
    # The log itself
    "opening.erased": _action("parts reason"),
    "export.made": _action("name digest as_email"),
    "demo.loaded": _action("stage today as_email"),
}
