"""`flask publish`: what publishing would do, and going on with a publication that was paused or stopped."""

import json
from typing import Any

import click
from flask import current_app
from sqlalchemy.exc import NoResultFound

from app import audit, incidents
from app.cli.errors import BadInput
from app.cli.staff import AS, named
from app.core import clock
from app.core.db import transaction
from app.core.money import format_money
from app.core.text import plural
from app.incidents import DryRun, Incident, PublicationState


@click.command()
@click.argument("incident")
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what publishing would do; nothing happens.")
@click.option("--resume", "is_resumed", is_flag=True, help="Go on after a pause or a stop.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@AS
def publish(incident: str, email: str | None, *, is_dry: bool, is_resumed: bool, as_json: bool) -> None:
    """Say what publishing INCIDENT would do, or resume it. Starting it needs the browser."""
    if is_dry == is_resumed:
        raise BadInput("Give one of --dry-run and --resume. A publication is started on its page.")
    if is_resumed and email is None:
        raise BadInput("--resume needs --as EMAIL: who asked for it is recorded.")
    found = _incident(incident)
    facts = _dry_run(found) if is_dry else _resume(found, named(email))
    lines = [f"{name.replace('_', ' ')}: {_in_words(value)}" for name, value in facts.items()]
    click.echo(json.dumps(facts, indent=2) if as_json else "\n".join(lines))


def _incident(reference: str) -> Incident:
    try:
        return incidents.get_incident(reference)
    except NoResultFound as missing:
        raise BadInput(f"INCIDENT {reference!r}: no such incident. `flask incidents list` names them.") from missing


def _dry_run(incident: Incident) -> dict[str, Any]:
    proposal = incidents.find_proposal(incident)
    if proposal is None:
        raise BadInput(f"{incident.reference}: nothing is proposed yet.")
    texts = current_app.extensions["notice_texts"]()
    dry = incidents.dry_run(proposal, at=clock.now())
    return {
        "people": dry.people,
        "unchanged": dry.unchanged,
        "waived": dry.waived,
        "due": _due(dry),
        "blocked_by": incidents.list_obstacles(proposal, texts=texts),
    }


def _due(dry: DryRun) -> list[str]:
    sums = [
        f"{plural(dry.counts[direction], direction.label)}, {format_money(cents, currency)}"
        for direction, by_currency in dry.cents.items()
        for currency, cents in by_currency.items()
    ]
    interest = (f"interest {format_money(cents, currency)}" for currency, cents in dry.interest_cents.items() if cents)
    return [*sums, *interest]


def _resume(incident: Incident, as_email: str | None) -> dict[str, Any]:
    try:
        publication = incidents.get_publication(incident)
    except NoResultFound as missing:
        raise BadInput(f"{incident.reference}: nothing is being published. Start it on its page.") from missing
    if publication.state is PublicationState.WAITING:
        raise BadInput("The first messages wait for an admin who looked at them: continue on the page.")
    if publication.state is PublicationState.DONE:
        raise BadInput(f"{incident.reference}: version {publication.proposal.version} is published to everybody.")
    with transaction():
        by, running = audit.shell_actor(), PublicationState.RUNNING
        incidents.move(publication=publication, to=running, by=by, as_email=as_email, at=clock.now())
    return {"state": publication.state.value, "told": publication.done, "people": publication.total}


def _in_words(value: Any) -> str:
    return ("; ".join(value) or "nothing") if isinstance(value, list) else str(value)


commands = [publish]
