"""Numbers without gaps within a year, for invoices and batches. Callers own the transaction."""

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import text

from app.core.db import session


class Counter(StrEnum):
    """The table that counts; its row of a year is the lock."""

    INVOICES = "invoice_years"
    BATCHES = "batch_years"


def next_numbers(counter: Counter, year: int, count: int = 1) -> Iterator[str]:
    """The next `count` of a year, `2026-0007`; one statement locks and counts, and a rollback gives them back."""
    if not count:
        return iter(())
    table = counter.value
    counted = session.execute(
        text(
            f"INSERT INTO {table} (year, issued) VALUES (:year, :count)"
            f" ON CONFLICT (year) DO UPDATE SET issued = {table}.issued + :count RETURNING issued"
        ),
        {"year": year, "count": count},
    )
    last = int(counted.scalar_one())
    return (f"{year}-{number:04d}" for number in range(last - count + 1, last + 1))
