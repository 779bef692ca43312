"""What checking an upload found, as JSON to keep and as rows to show. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from app.deals.plan import Change, DealTotals, Plan
from app.deals.sheets import COLUMNS, BadRow

MOST_BAD = 100
MOST_CHANGES = 200
MOST_TOTALS = 100


@dataclass(frozen=True)
class BadFindings:
    """The first bad rows by sheet, and how many there are."""

    by_sheet: Mapping[str, Sequence[BadRow]]
    count: int

    @property
    def shown(self) -> int:
        """How many of them are there to be shown."""
        return sum(map(len, self.by_sheet.values()))


@dataclass(frozen=True)
class Preview:
    """What an import would do: rows by sheet, the first changed cells, totals of the first deals and of all."""

    counts: Mapping[str, Mapping[str, int]]
    changes: Sequence[Change]
    changes_count: int
    totals: Sequence[DealTotals]
    sums: Sequence[DealTotals]
    deals_count: int

    @property
    def is_empty(self) -> bool:
        """Whether everything is stored already, unchanged."""
        return not any(self.counts[kind][name] for kind in ("added", "changed", "removed") for name in COLUMNS)


def of_bad_rows(rows: Sequence[BadRow], count: int) -> dict[str, Any]:
    """Bad rows as JSON."""
    return {"bad": [list(astuple(row)) for row in rows[:MOST_BAD]], "count": count}


def of_plan(plan: Plan) -> dict[str, Any]:
    """A plan as JSON; the sums of all deals by currency are made from every deal."""
    counts = {"added": plan.added, "changed": plan.changed, "removed": plan.removed, "unchanged": plan.unchanged}
    return {
        "counts": counts,
        "changes": [list(astuple(change)) for change in plan.changes[:MOST_CHANGES]],
        "changes_count": len(plan.changes),
        "totals": [list(astuple(total)) for total in plan.totals[:MOST_TOTALS]],
        "sums": [list(astuple(_summed(code, plan.totals))) for code in sorted({each.currency for each in plan.totals})],
        "deals_count": len(plan.totals),
    }


def _summed(currency: str, totals: Sequence[DealTotals]) -> DealTotals:
    theirs = [total for total in totals if total.currency == currency]
    return DealTotals(
        deal_id="",
        name=f"All in {currency}",
        currency=currency,
        is_new=False,
        requests=sum(total.requests for total in theirs),
        requested_cents=sum(total.requested_cents for total in theirs),
        recorded_cents=sum(total.recorded_cents for total in theirs),
        paid_cents=sum(total.paid_cents for total in theirs),
        available_cents=sum(total.available_cents for total in theirs),
    )


def bad_findings(kept: Mapping[str, Any]) -> BadFindings:
    """Bad rows from their JSON."""
    by_sheet: dict[str, list[BadRow]] = {}
    for cells in kept["bad"]:
        row = BadRow(*cells)
        by_sheet.setdefault(row.sheet, []).append(row)
    return BadFindings(by_sheet, kept["count"])


def preview(kept: Mapping[str, Any]) -> Preview:
    """A preview from its JSON."""
    return Preview(
        counts=kept["counts"],
        changes=[Change(*cells) for cells in kept["changes"]],
        changes_count=kept["changes_count"],
        totals=[DealTotals(*cells) for cells in kept["totals"]],
        sums=[DealTotals(*cells) for cells in kept["sums"]],
        deals_count=kept["deals_count"],
    )
