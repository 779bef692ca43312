"""`flask replay INCIDENT`: replay every deal in range, keep it, and say who is affected."""

import json
from typing import Any

import click
from sqlalchemy.exc import NoResultFound

from app import allocations, audit, incidents
from app.allocations import BasisKind, Bucket, Replay, ReplayShare
from app.cli.errors import BadInput
from app.core import clock
from app.core.money import plain_money
from app.core.text import plural
from app.incidents import Incident

AT_ONCE = 1_000
CHANGED = (Bucket.OVER, Bucket.UNDER, Bucket.KNOCK_ON, Bucket.NOT_CHECKABLE)


@click.command()
@click.argument("incident")
@click.option(
    "--basis",
    type=click.Choice([kind.value for kind in BasisKind]),
    help="Show the differences on these bases only; default both.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, amounts as plain decimals.")
def replay(incident: str, basis: str | None, *, as_json: bool) -> None:
    """Replay every deal since the first faulty release and print buckets, coverage and each difference.

    The replay is kept and stands on the incident's page, as if it had been asked for there.
    """
    found = _incident(incident)
    made = incidents.replay_now(incident=found, by=audit.shell_actor(), at=clock.now())
    kinds = [BasisKind(basis)] if basis else list(BasisKind)
    told = _document(found, made, kinds)
    click.echo(json.dumps(told, indent=1, ensure_ascii=False) if as_json else _words(told))


def _incident(reference: str) -> Incident:
    try:
        return incidents.get_incident(reference)
    except NoResultFound as missing:
        known = ", ".join(each.reference for each in incidents.list_incidents()) or "none yet"
        raise BadInput(f"INCIDENT: there is no {reference!r}. Use one of: {known}.") from missing


def _document(incident: Incident, made: Replay, kinds: list[BasisKind]) -> dict[str, Any]:
    coverage = incidents.find_coverage(incident)
    return {
        "incident": incident.reference,
        "rule": made.rule.value,
        "release": made.release.name,
        "since": made.since_on.isoformat(),
        "basis": [kind.value for kind in kinds],
        "digest": made.digest,
        "coverage": {"replayed": coverage.replayed, "in_range": coverage.in_range} if coverage else None,
        "not_replayed": [
            {"deal_id": each.deal.external_id, "reason": each.obstacle} for each in made.deals if each.obstacle
        ],
        "buckets": _buckets(made),
        "differences": [difference for each in _changed(made) for difference in _difference(each, kinds)],
    }


def _buckets(made: Replay) -> dict[str, Any]:
    found: dict[str, Any] = {bucket.value: {"count": 0, "sums": {}} for bucket in Bucket}
    for each in allocations.sums_of(made):
        entry, change = found[each.bucket.value], each.gain_cents - each.loss_cents
        entry["count"] += each.count
        entry["sums"][each.currency] = plain_money(change, each.currency)
    return found


def _changed(made: Replay) -> list[ReplayShare]:
    found: list[ReplayShare] = []
    while batch := allocations.list_replay_shares(
        made, buckets=CHANGED, after=found[-1].id if found else 0, at_most=AT_ONCE
    ):
        found += batch
    return found


def _difference(share: ReplayShare, kinds: list[BasisKind]) -> list[dict[str, Any]]:
    """The line of one request; none where the bases asked for change nothing in it."""
    changes = {
        BasisKind.FROZEN: (share.frozen_cents, share.frozen_change_cents),
        BasisKind.RECOMPUTED: (share.recomputed_cents, share.recomputed_change_cents),
    }
    if all(changes[kind][1] == 0 for kind in kinds):
        return []
    deal, account = share.replay_deal.deal, share.request.account
    line: dict[str, Any] = {"deal_id": deal.external_id, "account_id": account.external_id}
    line |= {"bucket": share.bucket.value, "recorded": plain_money(share.recorded_cents, deal.currency)}
    for kind in kinds:
        right, change = (None if cents is None else plain_money(cents, deal.currency) for cents in changes[kind])
        line[kind.value] = {"allocated": right, "difference": change}
    return [line | {"currency": deal.currency, "reason": share.reason}]


def _words(told: dict[str, Any]) -> str:
    covered = told["coverage"]
    lines = [
        f"{told['incident']}: {told['rule']} ran since release {told['release']} of {told['since']}.",
        f"Replayed {covered['replayed']} of {plural(covered['in_range'], 'deal')} in range.",
        *(f"Not replayed: {each['deal_id']}. {each['reason']}" for each in told["not_replayed"]),
        *(f"{name}: {entry['count']}{_sums(entry['sums'])}" for name, entry in told["buckets"].items()),
        *(_line(each, told["basis"]) for each in told["differences"]),
    ]
    return "\n".join(lines)


def _sums(sums: dict[str, str]) -> str:
    changed = [f"{amount} {currency}" for currency, amount in sums.items() if amount.strip("-0.")]
    return f" ({', '.join(changed)})" if changed else ""


def _line(each: dict[str, Any], kinds: list[str]) -> str:
    figures = ", ".join(f"{kind} {each[kind]['allocated'] or 'not checkable'}" for kind in kinds)
    reason = f". {each['reason']}" if each["reason"] else ""
    return f"{each['deal_id']} {each['account_id']} {each['bucket']}: recorded {each['recorded']}, {figures}{reason}"


commands: list[click.Command] = [replay]
