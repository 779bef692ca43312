"""The first notice and its updates: proposed, and bound by legal's one signature. Callers own the transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from app import audit, identity
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person, Role
from app.incidents.audience import Concerned, asks_in, list_concerned, list_concerned_where
from app.incidents.canonical import canonical, digest
from app.incidents.current import list_uncovered
from app.incidents.facts import has_run
from app.incidents.models import FirstNotice, Incident, StatementKind, Update
from app.incidents.voiding import UNSENT, void_notices
from app.incidents.workflow import LEAVING, NOTICE, NoticeState, check_open, step

LONGEST_SENTENCE = 300


class CannotTell(DomainError):
    """The notice cannot be proposed, approved or sent like this."""


def propose_first_notice(
    *, incident: Incident, promised_on: date, texts: Mapping[str, str], by: Person, at: datetime
) -> FirstNotice:
    """Bind text, recipients and promised date for legal's approval; an earlier unsent one becomes void.

    `texts` names each template by the SHA-256 of its bytes. Raises CannotTell.
    """
    _lock(incident)
    check_open(incident.state)
    if promised_on <= at.date():
        raise CannotTell("The promised date must lie in the future.")
    if incident.statement(StatementKind.STOPPED) is None:
        raise CannotTell("First record who stopped the faulty release. Then tell the people concerned.")
    if any(each.state in (*LEAVING, NoticeState.SENT) for each in incident.first_notices):
        raise CannotTell("The first notice was sent already, or is leaving.")
    void_notices([each for each in incident.first_notices if each.state in UNSENT], by=by, at=at)
    notice = FirstNotice(incident=incident, promised_on=promised_on, proposed_by_id=by.id, proposed_at=at)
    _bind(notice, texts, by, at)
    return notice


def propose_update(
    *, incident: Incident, left_to_do: str, promised_on: date, texts: Mapping[str, str], by: Person, at: datetime
) -> Update:
    """We need more time: bind what is left to do, in one sentence, and the new date for legal. Raises CannotTell."""
    _lock(incident)
    was = _check_room_for_update(incident)
    if promised_on <= max(was, at.date()):
        raise CannotTell("The new date comes after the one that was promised, and lies in the future.")
    sentence = _sentence(left_to_do)
    void_notices([each for each in incident.updates if each.state in UNSENT], by=by, at=at)
    notice = Update(
        incident=incident,
        promised_on=promised_on,
        was_promised_on=was,
        left_to_do=sentence,
        proposed_by_id=by.id,
        proposed_at=at,
    )
    _bind(notice, texts, by, at)
    return notice


def _check_room_for_update(incident: Incident) -> date:
    """The date that was promised, which an update replaces."""
    if incident.promised_on is None:
        raise CannotTell("Nothing was promised yet: the first notice comes first.")
    if not list_uncovered(incident):
        raise CannotTell("The figures are published, so there is nothing to wait for.")
    if any(each.state in LEAVING for each in incident.updates):
        raise CannotTell("An update is leaving: let all of it go first.")
    return incident.promised_on


def _sentence(typed: str) -> str:
    words = " ".join(typed.split())
    if not words or len(words) >= LONGEST_SENTENCE:
        raise CannotTell(f"Say in one sentence what is left to do, in fewer than {LONGEST_SENTENCE} characters.")
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _bind(notice: FirstNotice | Update, texts: Mapping[str, str], by: Person, at: datetime) -> None:
    """Take the digest of it, with everybody it is for, and ask legal."""
    with session.no_autoflush:  # it is not whole before its digest is known
        notice.canonical = canonical_notice(notice, texts, at.date())
        notice.digest = digest(notice.canonical)
        notice.recipients = len(list_recipients(notice, at.date()))
    session.add(notice)
    session.flush()
    audit.record(
        action="notice.proposed", actor=by, subject=notice, at=at, digest=notice.digest, recipients=notice.recipients
    )


def canonical_notice(notice: FirstNotice | Update, texts: Mapping[str, str], on: date) -> str:
    """What legal signs: everything that decides who gets which words."""
    incident = notice.incident
    facts = {
        "v": 1,
        "incident": incident.reference,
        "promised_on": notice.promised_on.isoformat(),
        "contact": [incident.contact_name, incident.contact_phone, incident.contact_hours, incident.zone],
        "recipients": sorted(each.person.audit_name for each in list_recipients(notice, on)),
        "texts": dict(texts),
    }
    if isinstance(notice, Update):
        told = {"was_promised_on": notice.was_promised_on.isoformat(), "left_to_do": notice.left_to_do}
        return canonical(facts | {"notice": "update"} | told)
    stopped = incident.statement(StatementKind.STOPPED)
    told_first = {"stopped_on": stopped.done_on.isoformat() if stopped else None, "has_run": has_run(incident)}
    return canonical(facts | {"notice": "first"} | told_first)


def list_recipients(
    notice: FirstNotice | Update, on: date, *, after: int = 0, at_most: int | None = None
) -> Sequence[Concerned]:
    """Everybody concerned; an update goes only to those who wait, where others have their figures."""
    incident = notice.incident
    waiting = list_uncovered(incident) if isinstance(notice, Update) else incident.cases
    if len(waiting) == len(incident.cases):
        return list_concerned(incident, on, after=after, at_most=at_most)
    asks = asks_in([case.deal_id for case in waiting], on)
    return list_concerned_where(incident, on, asks, after=after, at_most=at_most)


def approve_notice(*, notice: FirstNotice | Update, digest_seen: str, by: Person, note: str, at: datetime) -> None:
    """Legal's one signature on text, recipients and promised date. Raises CannotTell."""
    absent = _check_decider(notice, digest_seen, by, at)
    notice.state = step(NOTICE, notice.state, NoticeState.APPROVED)
    _decide(notice, absent, by, note, at)


def reject_notice(*, notice: FirstNotice | Update, digest_seen: str, by: Person, note: str, at: datetime) -> None:
    """Legal refuses it with a reason; a new one may be proposed. Raises CannotTell."""
    absent = _check_decider(notice, digest_seen, by, at)
    if not note.strip():
        raise CannotTell("Write the reason, so that the next proposal can be better.")
    notice.state = step(NOTICE, notice.state, NoticeState.REJECTED)
    _decide(notice, absent, by, note, at)


def _decide(notice: FirstNotice | Update, absent: Person | None, by: Person, note: str, at: datetime) -> None:
    notice.approved_by_id, notice.approved_for_id = by.id, absent.id if absent else None
    notice.decided_at, notice.note = at, note
    session.flush()
    parts = {"digest": notice.digest, "note": note} | ({"signed_for": absent.audit_name} if absent else {})
    audit.record(action=f"notice.{notice.state.value}", actor=by, subject=notice, at=at, **parts)


def may_decide(notice: FirstNotice | Update, person: Person, *, at: datetime) -> bool:
    """Whether the person may approve or reject it: legal, or the deputy of one, and not who proposed it."""
    try:
        _find_absent(notice, person, at)
    except CannotTell:
        return False
    return True


def _check_decider(notice: FirstNotice | Update, digest_seen: str, by: Person, at: datetime) -> Person | None:
    session.refresh(notice, with_for_update=True)
    if notice.state is not NoticeState.PROPOSED:
        raise CannotTell(f"This notice is {notice.state}, not waiting for legal.")
    if notice.digest != digest_seen:
        raise CannotTell("The notice changed after you opened it. Read it again.")
    return _find_absent(notice, by, at)


def _find_absent(notice: FirstNotice | Update, by: Person, at: datetime) -> Person | None:
    """Whom somebody decides for as a deputy; None for legal. Raises CannotTell for anybody else."""
    if by.id == notice.proposed_by_id:
        raise CannotTell("You proposed this notice, so someone else must approve it.")
    since = identity.signs_since(by, Role.LEGAL)
    if since is not None and since <= notice.proposed_at:
        return None
    if since is not None:
        raise CannotTell("You sign as Legal approver only since after this was proposed. Another one decides.")
    for each in identity.list_deputised(deputy=by, on=at.date()):
        if each.role is Role.LEGAL and each.approver_id != notice.proposed_by_id:
            return each.approver
    raise CannotTell("Only a legal approver may decide on a notice.")


def _lock(incident: Incident) -> None:
    session.refresh(incident, with_for_update=True)
