"""Which state may follow which. Pure: enums and tables, nothing else decides."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from app.core.errors import DomainError


class NotAllowed(DomainError):
    """This step does not follow from where things stand."""


class IncidentState(StrEnum):
    """How far the remediation has come."""

    REPORTED = "reported"
    CONTAINED = "contained"
    TOLD = "told"
    INVESTIGATING = "investigating"
    PUBLISHED = "published"
    SETTLING = "settling"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ProposalState(StrEnum):
    """Where a proposal stands between its author and its readers."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    REJECTED = "rejected"
    VOID = "void"


class PublicationState(StrEnum):
    """Where a publication stands; the canary waits for an admin who looked at its five messages."""

    CANARY = "canary"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"


class NoticeState(StrEnum):
    """Where a first notice or an update stands; the canary waits for an admin, as that of a publication does.

    While it is sending, messages are queued batch by batch.
    """

    PROPOSED = "proposed"
    APPROVED = "approved"
    CANARY = "canary"
    WAITING = "waiting"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    SENT = "sent"
    REJECTED = "rejected"
    VOID = "void"


INCIDENT: Mapping[IncidentState, frozenset[IncidentState]] = {
    IncidentState.REPORTED: frozenset({IncidentState.CONTAINED, IncidentState.WITHDRAWN}),
    IncidentState.CONTAINED: frozenset({IncidentState.TOLD, IncidentState.WITHDRAWN}),
    IncidentState.TOLD: frozenset({IncidentState.INVESTIGATING}),
    IncidentState.INVESTIGATING: frozenset({IncidentState.PUBLISHED}),
    IncidentState.PUBLISHED: frozenset({IncidentState.SETTLING}),
    IncidentState.SETTLING: frozenset({IncidentState.CLOSED}),
    IncidentState.CLOSED: frozenset(),
    IncidentState.WITHDRAWN: frozenset(),
}
OVER = frozenset(state for state, following in INCIDENT.items() if not following)
"""An incident in which nothing is begun any more."""

PROPOSAL: Mapping[ProposalState, frozenset[ProposalState]] = {
    ProposalState.PROPOSED: frozenset({ProposalState.APPROVED, ProposalState.REJECTED, ProposalState.VOID}),
    ProposalState.APPROVED: frozenset({ProposalState.PUBLISHING, ProposalState.VOID}),
    ProposalState.PUBLISHING: frozenset({ProposalState.PUBLISHED}),
    ProposalState.PUBLISHED: frozenset(),
    ProposalState.REJECTED: frozenset(),
    ProposalState.VOID: frozenset(),
}
PUBLICATION: Mapping[PublicationState, frozenset[PublicationState]] = {
    PublicationState.CANARY: frozenset({PublicationState.WAITING, PublicationState.DONE, PublicationState.STOPPED}),
    PublicationState.WAITING: frozenset({PublicationState.RUNNING, PublicationState.STOPPED}),
    PublicationState.RUNNING: frozenset(
        {PublicationState.PAUSED, PublicationState.DONE, PublicationState.STOPPED},
    ),
    PublicationState.PAUSED: frozenset({PublicationState.RUNNING, PublicationState.STOPPED}),
    PublicationState.DONE: frozenset(),
    PublicationState.STOPPED: frozenset({PublicationState.RUNNING}),
}
NOTICE: Mapping[NoticeState, frozenset[NoticeState]] = {
    NoticeState.PROPOSED: frozenset({NoticeState.APPROVED, NoticeState.REJECTED, NoticeState.VOID}),
    NoticeState.APPROVED: frozenset({NoticeState.CANARY, NoticeState.VOID}),
    NoticeState.CANARY: frozenset({NoticeState.WAITING, NoticeState.SENT}),
    NoticeState.WAITING: frozenset({NoticeState.SENDING, NoticeState.STOPPED}),
    NoticeState.SENDING: frozenset({NoticeState.PAUSED, NoticeState.SENT, NoticeState.STOPPED}),
    NoticeState.PAUSED: frozenset({NoticeState.SENDING, NoticeState.STOPPED}),
    NoticeState.STOPPED: frozenset({NoticeState.SENDING}),
    NoticeState.SENT: frozenset(),
    NoticeState.REJECTED: frozenset(),
    NoticeState.VOID: frozenset(),
}

LEAVING = frozenset(
    {NoticeState.CANARY, NoticeState.WAITING, NoticeState.SENDING, NoticeState.PAUSED, NoticeState.STOPPED}
)
"""A notice of which somebody has been written to, and others not yet."""

NOUN: Mapping[type[StrEnum], str] = {
    IncidentState: "incident",
    ProposalState: "proposal",
    PublicationState: "publication",
    NoticeState: "notice",
}

State = TypeVar("State", bound=StrEnum)


def check_open(state: IncidentState) -> None:
    """Raises NotAllowed where nothing is begun any more."""
    if state in OVER:
        raise NotAllowed(f"This incident is {state}, and never opened again. What is found later is another incident.")


def step(table: Mapping[State, frozenset[State]], now: State, to: State) -> State:
    """The state `to`, when it may follow `now`. Raises NotAllowed."""
    if to not in table[now]:
        raise NotAllowed(
            f"This {NOUN[type(now)]} stands at “{now}” and cannot go from there to “{to}”. "
            "Load the page again: somebody may have moved it meanwhile."
        )
    return to
