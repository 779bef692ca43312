"""The corrected allocations as the platform's own system reads them, and what its export says after the change. Pure.

An export needs three of the columns that leave here, `deal_id`, `account_id` and `allocation`; others are not read.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO

from app.core.csv_files import write_csv
from app.core.errors import DomainError
from app.core.money import format_money, parse_money, plain_money
from app.incidents.books.lines import Line

COLUMNS = (
    *("deal_id", "account_id", "currency", "recorded_allocation", "corrected_allocation"),
    *("allocation", "change", "state", "version"),
)
NEEDED = ("deal_id", "account_id", "allocation")
MOST_SHOWN = 20
Key = tuple[str, str]


class BadExport(DomainError):
    """The export of the books cannot be read, or does not say what it should."""


def write_books(lines: Sequence[Line], *, version: int) -> bytes:
    """One row for each account and deal, changed or not; `allocation` is what the books carry from now on."""
    return write_csv(COLUMNS, (_row(line, version) for line in lines))


def digest_of(lines: Sequence[Line], *, version: int) -> str:
    """SHA-256 of that file, in hex."""
    return hashlib.sha256(write_books(lines, version=version)).hexdigest()


def check_export(content: bytes, lines: Sequence[Line]) -> None:
    """That an export of the books carries every line as it should. Raises BadExport that names each that differs."""
    wanted = {(line.deal.external_id, line.account): line for line in lines}
    problems = list(_problems(_read(content), wanted))
    if problems:
        more = [f"And {len(problems) - MOST_SHOWN} more."] if len(problems) > MOST_SHOWN else []
        raise BadExport("\n".join(problems[:MOST_SHOWN] + more))


def _row(line: Line, version: int) -> list[object]:
    currency = line.deal.currency
    amounts = (line.recorded_cents, line.corrected_cents, line.carried_cents, line.change_cents)
    return [
        line.deal.external_id,
        line.account,
        currency,
        *(plain_money(cents, currency) for cents in amounts),
        line.standing.value,
        version,
    ]


def _read(content: bytes) -> list[Mapping[str, str]]:
    try:
        rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as bad:
        raise BadExport(f"The export cannot be read: {bad}. Save it as CSV with commas, in UTF-8.") from bad
    missing = [name for name in NEEDED if name not in (rows[0] if rows else {})]
    if missing:
        raise BadExport(f"Row 1 lacks the column {', '.join(missing)}, or no row follows it. Export all three columns.")
    return [{name: (row[name] or "").strip() for name in NEEDED} for row in rows]


def _problems(rows: Sequence[Mapping[str, str]], wanted: Mapping[Key, Line]) -> Iterator[str]:
    seen: dict[Key, int] = {}
    for number, row in enumerate(rows, start=2):
        key = (row["deal_id"], row["account_id"])
        line = wanted.get(key)
        if line is not None and key in seen:
            yield f"Row {number}: {key[1]} in {key[0]} stands in row {seen[key]} already. Leave one of them out."
        elif line is not None:
            yield from _differing(number, row["allocation"], line)
        seen.setdefault(key, number)
    yield from (
        f"{key[1]} in {key[0]} is missing. Export every account of the deal." for key in wanted if key not in seen
    )


def _differing(number: int, text: str, line: Line) -> Iterator[str]:
    currency = line.deal.currency
    where = f"Row {number}, {line.account} in {line.deal.external_id}"
    try:
        cents = parse_money(text, currency)
    except DomainError:
        yield f"{where}, allocation {text!r}: write it as 1234.56."
        return
    if cents != line.carried_cents:
        says, right = format_money(cents, currency), format_money(line.carried_cents, currency)
        yield f"{where}: the books say {says}, and should say {right}. Correct them, and export again."
