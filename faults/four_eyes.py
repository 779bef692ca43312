"""`four-eyes`: random sequences of everything that leads to a signature, by random people, on an incident ready for it.

Roles come and go, deputies are named and confirmed, proposals are made, signed, refused, voided and published, with the
digest of now or an old one. After every step the tables are asked, without the code that wrote them: whatever is
approved or further has the signatures of two different people, for management and for legal, on its digest, neither
being who proposed it nor an admin, each holding the role or standing in for somebody who does. What legal alone decides
was decided by somebody of legal other than who asked.
"""

import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app import identity, incidents
from app.core import clock, schema
from app.core.db import db, session, transaction
from app.core.errors import DomainError
from app.core.queue import create_queue
from app.factory import create_app
from app.identity import APPROVERS, Delegation, Person, Role
from app.incidents import Incident
from app.settings import read_settings
from app.web.admin.texts import notice_texts
from faults.outcome import Tally
from faults.serving import settings_for
from tests.identity.builders import a_member_of_staff
from tests.incidents.builders import AS_AGREED, PAY_TO, an_incident, key_dates, the_staff

STEPS = 10
BEYOND_SIGNATURES = "('approved', 'publishing', 'published')"
BEYOND = f"SELECT count(*) FROM proposals WHERE state IN {BEYOND_SIGNATURES}"
UNSIGNED = f"""
SELECT count(*) FROM proposals p WHERE p.state IN {BEYOND_SIGNATURES} AND NOT (
  (SELECT count(DISTINCT a.approver_id) FROM approvals a WHERE a.proposal_id = p.id AND a.digest = p.digest) = 2
  AND (SELECT count(DISTINCT a.role) FROM approvals a WHERE a.proposal_id = p.id AND a.digest = p.digest) = 2)
"""
UNFIT = """
SELECT count(*) FROM approvals a JOIN proposals p ON p.id = a.proposal_id
WHERE a.approver_id = p.proposed_by_id OR a.signed_for_id = p.proposed_by_id
  OR EXISTS (SELECT 1 FROM staff_roles r WHERE r.person_id = a.approver_id AND r.role = 'admin'
             AND r.granted_at <= a.at AND (r.ended_at IS NULL OR r.ended_at > a.at))
  OR NOT EXISTS (SELECT 1 FROM staff_roles r WHERE r.person_id = coalesce(a.signed_for_id, a.approver_id)
                 AND r.role = a.role AND r.granted_at <= p.proposed_at AND (r.ended_at IS NULL OR r.ended_at > a.at))
  OR (a.signed_for_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM delegations d WHERE d.deputy_id = a.approver_id AND d.approver_id = a.signed_for_id
      AND d.role = a.role AND d.confirmed_by_id NOT IN (d.approver_id, d.deputy_id)
      AND d.confirmed_at <= a.at AND (d.ended_at IS NULL OR d.ended_at > a.at)))
"""
SAME_PERSON_LIVE = "SELECT count(*) FROM incidents WHERE live_asked_by_id = live_confirmed_by_id"
ORACLES: Mapping[str, str] = {"unsigned": UNSIGNED, "unfit": UNFIT, "live by one": SAME_PERSON_LIVE}


class _UndoneError(Exception):
    """Ends a sequence without keeping it."""


@dataclass
class Play:
    """One sequence: who takes part, the moment, and every digest that a page has shown."""

    numbers: random.Random
    incident: Incident
    people: Sequence[Person]
    at: datetime
    digests: list[str]

    def somebody(self) -> Person:
        """Anybody of the staff."""
        return self.numbers.choice(self.people)

    def role(self) -> Role:
        """Any role, an approver's more often."""
        roles: list[Role] = [*Role, Role.MANAGEMENT, Role.LEGAL]
        return self.numbers.choice(roles)

    def signer(self) -> tuple[Person, Role]:
        """Anybody in any role; mostly an approver in their own, or somebody of support in an approver's."""
        if self.numbers.random() < 0.2:
            return self.somebody(), self.role()
        fit = [person for person in self.people if person.roles & {Role.MANAGEMENT, Role.LEGAL, Role.SUPPORT}]
        person = self.numbers.choice(fit)
        own = sorted(person.roles & APPROVERS)
        return person, self.numbers.choice(own or sorted(APPROVERS))

    def digest_seen(self) -> str:
        """Mostly the one on the page now."""
        return self.digests[-1] if self.numbers.random() < 0.8 else self.numbers.choice(self.digests)


def _propose(play: Play) -> None:
    later = timedelta(days=play.numbers.randrange(3))
    made = incidents.propose(
        incident=play.incident,
        decision=AS_AGREED,
        dates=key_dates((play.at + later).date()),
        pay_to=PAY_TO,
        reason="The agreement names the rule.",
        texts=notice_texts(),
        by=play.somebody(),
        at=play.at,
    )
    play.digests.append(made.digest)


def _approve(play: Play) -> None:
    approver, role = play.signer()
    incidents.approve(
        proposal=incidents.get_proposal(play.incident),
        digest_seen=play.digest_seen(),
        approver=approver,
        role=role,
        note="Read in full.",
        texts=notice_texts(),
        at=play.at,
    )


def _reject(play: Play) -> None:
    proposal, seen = incidents.get_proposal(play.incident), play.digest_seen()
    reason = "The dates are wrong."
    incidents.reject(
        proposal=proposal, digest_seen=seen, approver=play.somebody(), role=play.role(), reason=reason, at=play.at
    )


def _change_cause(play: Play) -> None:
    words = f"Our software shared what was left only once ({play.numbers.randrange(9)})."
    incidents.change_cause(incident=play.incident, cause=words, by=play.somebody(), at=play.at)


def _start(play: Play) -> None:
    proposal, reference = incidents.get_proposal(play.incident), play.incident.reference
    by, texts = play.somebody(), notice_texts()
    incidents.start(proposal=proposal, typed_reference=reference, texts=texts, by=by, at=play.at)


def _delegate(play: Play) -> None:
    (approver, role), deputy, today = play.signer(), play.somebody(), play.at.date()
    identity.delegate(
        approver=approver, role=role, deputy=deputy, from_on=today, to_on=today, reason="Away.", at=play.at
    )


def _confirm_delegation(play: Play) -> None:
    waiting = list(session.scalars(select(Delegation)))
    if not waiting:
        raise identity.CannotDelegate("Nobody asked for it.")
    identity.confirm_delegation(delegation=play.numbers.choice(waiting), by=play.signer()[0], at=play.at)


def _grant(play: Play) -> None:
    by = play.somebody() if play.numbers.random() < 0.5 else "shell:tester"
    identity.grant_role(person=play.somebody(), role=play.role(), reason="More hands.", by=by, at=play.at)


def _confirm_change(play: Play) -> None:
    waiting = identity.list_open_changes()
    if not waiting:
        raise identity.CannotChangeRoles("Nobody asked for it.")
    identity.confirm_change(change=play.numbers.choice(waiting), by=play.somebody(), at=play.at)


def _withdraw(play: Play) -> None:
    identity.withdraw_role(person=play.somebody(), role=play.role(), by="shell:tester", at=play.at)


def _ask_live(play: Play) -> None:
    incidents.ask_to_go_live(incident=play.incident, by=play.somebody(), at=play.at)


def _confirm_live(play: Play) -> None:
    incidents.confirm_live(incident=play.incident, by=play.somebody(), at=play.at)


ACTS: Mapping[Callable[[Play], None], int] = {
    _propose: 1,
    _approve: 12,
    _reject: 1,
    _change_cause: 1,
    _start: 2,
    _delegate: 2,
    _confirm_delegation: 2,
    _grant: 1,
    _confirm_change: 1,
    _withdraw: 1,
    _ask_live: 1,
    _confirm_live: 1,
}
"""What may happen next, and how often."""


def campaign(*, sequences: int) -> Iterator[Tally]:
    """Each sequence begins with a proposal that waits for its signatures, and is undone at its end."""
    tally = Tally(f"sequences of {STEPS} random acts around signatures", rounds=sequences)
    with _an_incident() as at:
        for seed in range(sequences):
            with suppress(_UndoneError), transaction():
                incident = incidents.get_incident("INC-2026-001")
                seen = ["0" * 64, incidents.get_proposal(incident).digest]
                _play(Play(random.Random(seed), incident, identity.list_staff(), at, seen), tally)
                raise _UndoneError
    yield tally


def _play(play: Play, tally: Tally) -> None:
    for act in play.numbers.choices(list(ACTS), weights=list(ACTS.values()), k=STEPS):
        play.at += timedelta(minutes=1)
        try:
            with session.begin_nested():
                act(play)
            tally.seen[f"{act.__name__.strip('_')} done"] += 1
        except (DomainError, IntegrityError):
            tally.seen["refused"] += 1
        for oracle, asked in ORACLES.items():
            if session.scalar(text(asked)):
                tally.slipped += 1
                tally.seen[f"{oracle} after {act.__name__}"] += 1
    tally.seen["ended approved or further"] += bool(session.scalar(text(BEYOND)))


@contextmanager
def _an_incident() -> Iterator[datetime]:
    """Proposed in a database of its own; two people for each role that counts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = settings_for(folder, f"sqlite:///{folder}/portal.db", 80, 25)
        schema.upgrade(given["DATABASE_URL"])
        create_queue(given["QUEUE_URL"])
        app, at = create_app(read_settings(given, Path("/nonexistent"))), clock.now()
        with app.app_context():
            with transaction():
                for role in (Role.ADMIN, Role.MANAGEMENT, Role.LEGAL, Role.SUPPORT, Role.SUPPORT):
                    a_member_of_staff(roles=[role])
                an_incident(the_staff(), at=at, stage="proposed")
            yield at
            session.remove()
            db.engine.dispose()
