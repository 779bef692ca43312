"""The payment system's answer as rows, each read or refused by row and column. Pure.

Columns: `reference` (ours, or an invoice's number), `state` (`settled`, `returned`, or `paid` for an invoice), `date`
(ISO), `code` (may be empty), and for an invoice `amount` and `currency`, which may be given for payments too.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from io import StringIO

from app.core.errors import DomainError
from app.core.money import parse_money

NEEDED = ("reference", "state", "date", "code")
OPTIONAL = ("amount", "currency")
MOST_BYTES = 5_000_000
MOST_SHOWN = 20
OTHER_MARKS = {";": "semicolons", "\t": "tabs"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class BadAnswer(DomainError):
    """The file cannot be read; nothing was booked."""


class AnswerState(StrEnum):
    """What the payment system says of one reference."""

    SETTLED = "settled"
    RETURNED = "returned"
    PAID = "paid"


@dataclass(frozen=True)
class Answer:
    """One row: its number in the file, the header being row 1, and what it says; `cents` None without an amount."""

    row: int
    reference: str
    state: AnswerState
    on: date
    code: str
    cents: int | None
    currency: str | None


def read_answers(content: bytes) -> list[Answer]:
    """Every row of the file. Raises BadAnswer that names each bad row, column, value and remedy."""
    rows = _table(content)
    answers, problems = [], []
    for number, cells in enumerate(rows, start=2):
        found = list(_problems(cells))
        problems += [f"Row {number}, {problem}" for problem in found]
        if not found:
            answers.append(_answer(number, cells))
    if not problems and not answers:
        problems = ["The file has a header and no rows. Was it cut short?"]
    problems += list(_repeated(answers))
    if problems:
        more = [f"And {len(problems) - MOST_SHOWN} more."] if len(problems) > MOST_SHOWN else []
        raise BadAnswer("\n".join(problems[:MOST_SHOWN] + more))
    return answers


def _table(content: bytes) -> list[Mapping[str, str]]:
    if len(content) > MOST_BYTES:
        raise BadAnswer(f"The file has {len(content):,} bytes; at most {MOST_BYTES:,} are read. Split it.")
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise BadAnswer(f"Byte {error.start} is not UTF-8. Save the file as “CSV UTF-8”.") from error
    except csv.Error as error:
        raise BadAnswer(f"This is no CSV: {error}. Save it as CSV with commas.") from error
    header = [name.strip().lower() for name in rows[0]] if rows else []
    if len(header) == 1 and (other := next((mark for mark in OTHER_MARKS if mark in header[0]), None)):
        raise BadAnswer(f"Row 1 has {OTHER_MARKS[other]} between the columns. Save the file as CSV with commas.")
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise BadAnswer(f"Row 1 lacks the column {', '.join(missing)}. The columns are {', '.join(NEEDED + OPTIONAL)}.")
    if repeated := sorted({name for name in header if name and header.count(name) > 1}):
        raise BadAnswer(f"Row 1 names the column {', '.join(repeated)} more than once. Leave one of them out.")
    if unknown := [name for name in header if name not in NEEDED + OPTIONAL]:
        raise BadAnswer(
            f"Row 1 has the column {unknown[0]!r}, which is not known. The columns are {', '.join(NEEDED + OPTIONAL)}."
        )
    return [_cells(header, row, number) for number, row in enumerate(rows[1:], start=2) if any(row)]


def _cells(header: Sequence[str], row: Sequence[str], number: int) -> Mapping[str, str]:
    if len(row) != len(header):
        raise BadAnswer(f"Row {number} has {len(row)} cells, the header {len(header)}. Check its commas and quotes.")
    return {name: cell.strip() for name, cell in zip(header, row, strict=True)}


def _problems(cells: Mapping[str, str]) -> Iterator[str]:
    if not cells["reference"]:
        yield "reference: it is empty. Give the reference of the payment, or the number of the invoice."
    if cells["state"] not in set(AnswerState):
        yield f"state {cells['state']!r}: use {', '.join(AnswerState)}."
    if _day(cells["date"]) is None:
        yield f"date {cells['date']!r}: write it as 2026-12-10."
    if len(cells["code"]) > 64:
        yield f"code {cells['code'][:20]!r}…: at most 64 characters."
    if cells["state"] == AnswerState.PAID and not (cells.get("amount") and cells.get("currency")):
        yield "amount: an invoice that was paid needs amount and currency."
    elif cells.get("amount"):
        yield from _amount_problems(cells["amount"], cells.get("currency", ""))


def _amount_problems(amount: str, currency: str) -> Iterator[str]:
    try:
        cents = parse_money(amount, currency)
    except (DomainError, ValueError):
        yield f"amount {amount!r} {currency!r}: write it as 1234.56, with a currency such as USD beside it."
    else:
        if cents <= 0:
            yield f"amount {amount!r}: it must be above zero."


def _answer(number: int, cells: Mapping[str, str]) -> Answer:
    on, currency = _day(cells["date"]), cells.get("currency") or None
    assert on is not None  # noqa: S101 - a row with another date is a problem, and never comes here
    return Answer(
        row=number,
        reference=cells["reference"],
        state=AnswerState(cells["state"]),
        on=on,
        code=cells["code"],
        cents=parse_money(cells["amount"], currency) if currency and cells.get("amount") else None,
        currency=currency,
    )


def _repeated(answers: Sequence[Answer]) -> Iterator[str]:
    """The same statement twice in one file: nobody can tell whether it was meant."""
    first: dict[tuple[str, AnswerState, str], int] = {}
    for each in answers:
        code = each.code if each.state is AnswerState.PAID else ""  # an invoice may be paid in parts
        before = first.setdefault((each.reference, each.state, code), each.row)
        if before != each.row:
            yield (
                f"Row {each.row}, reference {each.reference!r}: row {before} says {each.state} of it already."
                " Leave one of them out."
            )


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
