"""The incident's money as files: every settlement, and what a tax preparer needs."""

from collections.abc import Iterator, Sequence
from datetime import date

from app.core.csv_files import write_csv
from app.core.money import plain_money
from app.incidents.models import Incident
from app.incidents.money.reading import Due, list_due

PAGE = 1_000
SETTLEMENTS = (
    "deal",
    "account",
    "account_name",
    "version",
    "kind",
    "number",
    "currency",
    "principal",
    "interest",
    "total",
    "paid",
    "open",
    "held",
    "due_on",
    "state",
)
TAX = (
    "tax_year",
    "deal",
    "account",
    "account_name",
    "kind",
    "currency",
    "principal",
    "interest",
    "paid",
    "due_on",
    "deal_closed_on",
    "other_year",
)


def write_settlements(incident: Incident, *, on: date) -> bytes:
    """One row for each settlement, amounts plain in its currency."""
    return write_csv(SETTLEMENTS, (_settlement_row(due) for due in _every(incident, on)))


def write_tax(incident: Incident, *, on: date) -> bytes:
    """What was or will be paid to or by whom in which year; `other_year` says that the deal closed in another."""
    return write_csv(TAX, (_tax_row(due) for due in _every(incident, on)))


def straddles(due: Due) -> bool:
    """Whether the money moves in another tax year than that in which the deal closed."""
    return due.settlement.due_on.year != due.settlement.deal.closed_on.year


def _every(incident: Incident, on: date) -> Iterator[Due]:
    page: Sequence[Due] = list_due(incident, on=on, at_most=PAGE)
    while page:
        yield from page
        page = list_due(incident, on=on, after=page[-1].settlement.id, at_most=PAGE)


def _settlement_row(due: Due) -> list[object]:
    each = due.settlement
    cents = (each.principal_cents, each.interest_cents, each.total_cents, each.paid_cents, each.open_cents)
    return [
        each.deal.external_id,
        each.account.external_id,
        each.account.name,
        due.version,
        each.direction.value,
        each.number,
        each.currency,
        *(plain_money(amount, each.currency) for amount in (*cents, due.held_cents)),
        each.due_on.isoformat(),
        each.state.value,
    ]


def _tax_row(due: Due) -> list[object]:
    each = due.settlement
    return [
        each.due_on.year,
        each.deal.external_id,
        each.account.external_id,
        each.account.name,
        each.direction.value,
        each.currency,
        *(
            plain_money(amount, each.currency)
            for amount in (each.principal_cents, each.interest_cents, each.paid_cents)
        ),
        each.due_on.isoformat(),
        each.deal.closed_on.isoformat(),
        "yes" if straddles(due) else "no",
    ]
